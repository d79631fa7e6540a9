package dev.sagitta.examples.quickstart;

import dev.sagitta.examples.quickstart.JdkMethod.Call;
import java.lang.constant.MethodTypeDesc;
import java.util.List;

/** A few methods to test with, as they would be read from class files. */
final class TestMethods {
  static final JdkMethod READ_ALL_LINES =
      method("java.nio.file", "Files", "readAllLines", "(Ljava/nio/file/Path;)Ljava/util/List;");
  static final JdkMethod COMPARE_ARRAYS =
      method("java.util", "Arrays", "compare", "([I[I)I", new Call("ArraysSupport", "mismatch"));
  static final JdkMethod PARSE_DATE =
      method(
          "java.time",
          "LocalDate",
          "parse",
          "(Ljava/lang/CharSequence;)Ljava/time/LocalDate;",
          new Call("DateTimeFormatter", "parse"));
  static final JdkMethod NEW_ENCODER =
      method("java.util", "Base64.Encoder", "<init>", "(Z[BIZ)V", new Call("Object", "<init>"));

  static final List<JdkMethod> ALL =
      List.of(READ_ALL_LINES, COMPARE_ARRAYS, PARSE_DATE, NEW_ENCODER);

  private TestMethods() {}

  private static JdkMethod method(
      String packageName, String className, String name, String descriptor, Call... calls) {
    return new JdkMethod(
        new JdkClass("java.base", packageName, className, true),
        name,
        MethodTypeDesc.ofDescriptor(descriptor),
        "public static",
        42,
        List.of(calls));
  }
}
