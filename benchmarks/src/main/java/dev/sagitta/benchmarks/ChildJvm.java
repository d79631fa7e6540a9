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
    end(program, process(program, arguments).inheritIO().start());
  }

  /**
   * Runs a program to its end and returns the lines that it printed; its errors come where this
   * one's do.
   *
   * @throws IOException if it ends with another exit code than 0
   */
  static List<String> output(Class<?> program, String... arguments)
      throws IOException, InterruptedException {
    Process process =
        process(program, arguments).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<String> lines = process.inputReader().lines().toList();
    end(program, process);
    return lines;
  }

  /**
   * Starts a program that is spoken with by its standard input and output; its errors come where
   * this one's do. The caller sees to its end.
   *
   * @param flags of the JVM, beside those of this one
   */
  static Process start(Class<?> program, List<String> flags, String... arguments)
      throws IOException {
    return process(flags, program, arguments)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  private static ProcessBuilder process(Class<?> program, String... arguments) {
    return process(List.of(), program, arguments);
  }

  private static ProcessBuilder process(List<String> flags, Class<?> program, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command);
  }

  private static void end(Class<?> program, Process process)
      throws IOException, InterruptedException {
    int exitCode = process.waitFor();
    if (exitCode != 0) {
      throw new IOException(program.getSimpleName() + " ended with exit code " + exitCode);
    }
  }
}
