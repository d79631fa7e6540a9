package dev.sagitta.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program of this class path, run in a JVM of its own with the flags of this one. */
final class ChildJvm {
  private ChildJvm() {}

  /**
   * Runs a program to its end. It prints where this one does.
   *
   * @throws IOException if it ends with another exit code than 0
   */
  static void run(Class<?> program, String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    int exitCode = new ProcessBuilder(command).inheritIO().start().waitFor();
    if (exitCode != 0) {
      throw new IOException(program.getSimpleName() + " ended with exit code " + exitCode);
    }
  }
}
