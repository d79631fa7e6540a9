package dev.sagitta.examples.quickstart;

import dev.sagitta.Payload;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.stream.Collectors;

/**
 * A method or constructor of the running JDK, as its class file tells it.
 *
 * @param owner the class that declares it
 * @param name its name; {@code <init>} for a constructor
 * @param type the types of its parameters and of its result
 * @param modifiers {@code public static} and the like
 * @param codeBytes length of its byte code; 0 if it is abstract or native
 * @param calls the methods that its code calls, in order
 */
record JdkMethod(
    JdkClass owner,
    String name,
    MethodTypeDesc type,
    String modifiers,
    int codeBytes,
    List<Call> calls) {

  /** A call of another method: the simple names of its class and of itself. */
  record Call(String className, String methodName) {}

  /** Module, class, name and types: no other method of the JDK has the same. */
  String id() {
    return "%s/%s.%s.%s%s"
        .formatted(
            owner.module(), owner.packageName(), owner.name(), name, type.descriptorString());
  }

  /** What a reader wants to see, such as {@code Files.copy(Path, OutputStream)}. */
  String signature() {
    String parameters =
        type.parameterList().stream()
            .map(ClassDesc::displayName)
            .collect(Collectors.joining(", ", "(", ")"));
    return isConstructor()
        ? "new " + owner.name() + parameters
        : owner.name() + "." + name + parameters;
  }

  boolean isConstructor() {
    return name.equals(ConstantDescs.INIT_NAME);
  }

  /** What is stored beside the vector. */
  Payload payload() {
    return Payload.builder()
        .put("module", owner.module())
        .put("package", owner.packageName())
        .put("class", owner.name())
        .put("signature", signature())
        .put("modifiers", modifiers)
        .put("code bytes", (long) codeBytes)
        .put("api", owner.api())
        .build();
  }
}
