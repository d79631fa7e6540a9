package dev.sagitta.distance.kernel;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own with flags of its own, run to its end.
 *
 * @param exitCode of the process
 */
record ChildJvm(int exitCode, String standardOutput, String standardError) {
  private static final long TIMEOUT_SECONDS = 240;

  /**
   * Runs {@link KernelProbe}.
   *
   * @param directory where its output is caught
   * @param arguments of the probe
   * @param flags of the JVM
   */
  static ChildJvm runProbe(Path directory, List<String> arguments, List<String> flags)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-cp");
    command.add(
        String.join(
            System.getProperty("path.separator"),
            locationOf(Kernels.class),
            locationOf(KernelProbe.class)));
    command.add(KernelProbe.class.getName());
    command.addAll(arguments);
    Path output = directory.resolve("stdout");
    Path error = directory.resolve("stderr");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(output.toFile()).redirectError(error.toFile());
    // A JVM that finds options there says so on standard error.
    builder
        .environment()
        .keySet()
        .removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS"));
    Process process = builder.start();
    if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("not ended within " + TIMEOUT_SECONDS + " s: " + command);
    }
    return new ChildJvm(process.exitValue(), Files.readString(output), Files.readString(error));
  }

  /** A line of the standard output, counted from 0. */
  String outputLine(int index) {
    return standardOutput.lines().skip(index).findFirst().orElse("");
  }

  private static String locationOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
    } catch (URISyntaxException e) {
      throw new AssertionError(type.getName(), e);
    }
  }
}
