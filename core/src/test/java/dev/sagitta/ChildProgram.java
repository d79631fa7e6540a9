package dev.sagitta;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own that runs a program of the test class path. It gets the flags that it is given
 * and no others, and dies with the test.
 */
final class ChildProgram implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 240;

  private final Process process;
  private final BufferedReader output;
  private final Path errors;

  private ChildProgram(Process process, Path errors) {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.errors = errors;
  }

  /**
   * Starts a program.
   *
   * @param flags of the JVM
   * @param errors gets its standard error
   */
  static ChildProgram start(List<String> flags, Class<?> program, Path errors, String... arguments)
      throws IOException {
    return start(List.of(), flags, program, errors, arguments);
  }

  /**
   * Starts a program that may make no file longer than so many units of 512 bytes: one that would
   * get longer is refused by the system with "File too large". Needs a shell.
   */
  static ChildProgram startLimited(
      int fileUnits, Class<?> program, Path errors, String... arguments) throws IOException {
    List<String> shell = List.of("sh", "-c", "ulimit -f " + fileUnits + " && exec \"$0\" \"$@\"");
    return start(shell, List.of("-XX:-UsePerfData"), program, errors, arguments);
  }

  private static ChildProgram start(
      List<String> shell, List<String> flags, Class<?> program, Path errors, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>(shell);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(program.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    Map<String, String> environment = builder.environment();
    // A JVM that finds options there says so on standard error.
    environment
        .keySet()
        .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
    // What the system says is in English, and names of files are still as they are here.
    String all = environment.remove("LC_ALL");
    if (all != null) {
      environment.put("LC_CTYPE", all);
    }
    environment.put("LC_MESSAGES", "C");
    return new ChildProgram(builder.start(), errors);
  }

  long pid() {
    return process.pid();
  }

  /** The next line that it says; fails if it ends before. */
  String line() throws IOException {
    String line = output.readLine();
    if (line == null) {
      throw new AssertionError("ended without a word; its errors\n" + Files.readString(errors));
    }
    return line;
  }

  /** Sends it a line. */
  void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  /** Ends its standard input. */
  void endInput() throws IOException {
    process.getOutputStream().close();
  }

  /** Waits until it ends; its exit code. */
  int await() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("not ended within " + PATIENCE_SECONDS + " s");
    }
    return process.exitValue();
  }

  /** What it said on its standard error so far. */
  String errors() throws IOException {
    return Files.readString(errors);
  }

  /** Kills it with SIGKILL and waits until it is gone. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
