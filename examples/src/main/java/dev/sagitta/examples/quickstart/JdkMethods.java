package dev.sagitta.examples.quickstart;

import dev.sagitta.examples.quickstart.JdkMethod.Call;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.DebugElementsOption;
import java.lang.classfile.ClassFile.LineNumbersOption;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.module.ModuleDescriptor.Exports;
import java.lang.module.ModuleFinder;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * All public and protected methods of the running JDK, read from its class files in the {@code
 * jrt:/} file system. Methods that the compiler has made up (bridges, lambdas) are left out.
 *
 * <p>Reading takes a second or so. That is why the quickstart reads them twice, once to count words
 * and once to store, rather than hold them all in memory.
 */
final class JdkMethods {
  /** A package that any code may use. */
  private record ExportedPackage(String module, String packageName) {}

  private final FileSystem runtime = FileSystems.getFileSystem(URI.create("jrt:/"));
  private final ClassFile parser =
      ClassFile.of(DebugElementsOption.DROP_DEBUG, LineNumbersOption.DROP_LINE_NUMBERS);
  private final Set<ExportedPackage> exportedPackages = exportedPackages();

  /** The methods, class by class. */
  Stream<JdkMethod> stream() throws IOException {
    return classFiles().stream().flatMap(this::methodsIn);
  }

  private List<Path> classFiles() throws IOException {
    try (Stream<Path> files = Files.walk(runtime.getPath("/modules"))) {
      return files.filter(JdkMethods::isClassFile).toList();
    }
  }

  private static boolean isClassFile(Path path) {
    String file = String.valueOf(path.getFileName());
    return file.endsWith(".class") && !file.equals("module-info.class");
  }

  private Stream<JdkMethod> methodsIn(Path classFile) {
    ClassModel model = parser.parse(readAllBytes(classFile));
    String module = classFile.getName(1).toString(); // of /modules/<module>/<package>/<class>
    JdkClass owner = owner(module, model);
    return model.methods().stream()
        .filter(JdkMethods::isVisible)
        .map(method -> describe(owner, method));
  }

  private static byte[] readAllBytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JdkClass owner(String module, ClassModel model) {
    var symbol = model.thisClass().asSymbol();
    String packageName = symbol.packageName();
    boolean api =
        model.flags().has(AccessFlag.PUBLIC)
            && exportedPackages.contains(new ExportedPackage(module, packageName));
    return new JdkClass(module, packageName, symbol.displayName().replace('$', '.'), api);
  }

  private static Set<ExportedPackage> exportedPackages() {
    Set<ExportedPackage> packages = new HashSet<>();
    for (var module : ModuleFinder.ofSystem().findAll()) {
      for (Exports exports : module.descriptor().exports()) {
        if (!exports.isQualified()) {
          packages.add(new ExportedPackage(module.descriptor().name(), exports.source()));
        }
      }
    }
    return packages;
  }

  private static boolean isVisible(MethodModel method) {
    return (method.flags().has(AccessFlag.PUBLIC) || method.flags().has(AccessFlag.PROTECTED))
        && !method.flags().has(AccessFlag.SYNTHETIC);
  }

  private static JdkMethod describe(JdkClass owner, MethodModel method) {
    Optional<CodeAttribute> code = method.findAttribute(Attributes.code());
    return new JdkMethod(
        owner,
        method.methodName().stringValue(),
        method.methodTypeSymbol(),
        Modifier.toString(method.flags().flagsMask() & Modifier.methodModifiers()),
        code.map(CodeAttribute::codeLength).orElse(0),
        code.map(JdkMethods::calls).orElse(List.of()));
  }

  private static List<Call> calls(CodeAttribute code) {
    return code.elementStream()
        .filter(InvokeInstruction.class::isInstance)
        .map(InvokeInstruction.class::cast)
        .map(call -> new Call(simpleName(call), call.name().stringValue()))
        .toList();
  }

  private static String simpleName(InvokeInstruction call) {
    String className = call.owner().asInternalName();
    return className.substring(className.lastIndexOf('/') + 1);
  }
}
