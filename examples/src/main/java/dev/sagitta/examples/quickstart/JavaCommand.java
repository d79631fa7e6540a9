package dev.sagitta.examples.quickstart;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The command that runs a program of this class path in a JVM of its own. */
final class JavaCommand {
  private JavaCommand() {}

  /** The command and its arguments, for a class with a main method. */
  static List<String> of(Class<?> program, String... arguments) {
    Stream<String> java =
        Stream.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            program.getName());
    return Stream.concat(java, Stream.of(arguments)).toList();
  }
}
