package dev.sagitta.benchmarks;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The kernels in C, {@code kernels.c} among the resources, compiled where a benchmark runs. Needs
 * gcc, and {@code --enable-native-access=ALL-UNNAMED}, without which the JDK warns.
 */
final class NativeLibrary {
  private static final String SOURCE = "kernels.c";
  private static final String LIBRARY = "kernels.so";

  private final SymbolLookup symbols;

  private NativeLibrary(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /** The compiler and its flags, as a shell would have them. */
  static List<String> command() {
    List<String> command =
        new ArrayList<>(List.of("gcc", "-std=gnu11", "-O3", "-march=native", "-ffast-math"));
    if (System.getProperty("os.arch").equals("amd64")) {
      // For some processors with AVX-512 gcc would use half of it.
      command.add("-mprefer-vector-width=512");
    }
    command.addAll(List.of("-fPIC", "-shared"));
    return command;
  }

  /**
   * Compiles the library.
   *
   * @param directory where it goes
   * @return its file; empty if it cannot be compiled, which standard error then says
   */
  static Optional<Path> compile(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve(SOURCE);
    Path library = directory.resolve(LIBRARY);
    try (InputStream stream = NativeLibrary.class.getResourceAsStream(SOURCE)) {
      if (stream == null) {
        throw new IOException("there is no resource " + SOURCE);
      }
      Files.copy(stream, source, StandardCopyOption.REPLACE_EXISTING);
    }
    List<String> command = command();
    command.addAll(List.of("-o", library.toString(), source.toString()));
    try {
      int exitCode = new ProcessBuilder(command).inheritIO().start().waitFor();
      if (exitCode == 0) {
        return Optional.of(library);
      }
      System.err.println("No figures of C: gcc ended with exit code " + exitCode);
    } catch (IOException e) {
      System.err.println("No figures of C: gcc does not start: " + e.getMessage());
    }
    return Optional.empty();
  }

  /** Loads a library that {@link #compile} made, until this JVM ends. */
  @SuppressWarnings("restricted")
  static NativeLibrary load(Path file) {
    return new NativeLibrary(SymbolLookup.libraryLookup(file, Arena.global()));
  }

  /** A function of kernels.c, with the parameters there; empty if it was not compiled. */
  @SuppressWarnings("restricted")
  Optional<MethodHandle> find(String function) {
    FunctionDescriptor parameters =
        FunctionDescriptor.ofVoid(
            ValueLayout.ADDRESS,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_LONG,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS);
    return symbols
        .find(function)
        .map(address -> Linker.nativeLinker().downcallHandle(address, parameters));
  }
}
