package dev.sagitta.published;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a tool of the JDK under test in a process of its own. */
final class JdkTool {
  private static final int TIMEOUT_SECONDS = 120;

  /** What a process left behind. */
  record Outcome(int exitCode, String output, String errors) {}

  private JdkTool() {}

  /**
   * Runs the tool to its end.
   *
   * @param scratch a directory for the files that take its output
   */
  static Outcome run(Path scratch, String tool, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", tool).toString());
    command.addAll(arguments);
    Path output = Files.createTempFile(scratch, tool, ".out");
    Path errors = Files.createTempFile(scratch, tool, ".err");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectOutput(Redirect.to(output.toFile()))
            .redirectError(Redirect.to(errors.toFile()));
    // Each of them makes the JVM print a line on standard error.
    builder
        .environment()
        .keySet()
        .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "JDK_JAVAC_OPTIONS"));
    Process process = builder.start();
    try {
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        throw new IllegalStateException(
            command + " still ran after " + TIMEOUT_SECONDS + " seconds");
      }
    } finally {
      process.destroyForcibly();
    }
    return new Outcome(
        process.exitValue(), Files.readString(output, UTF_8), Files.readString(errors, UTF_8));
  }
}
