package dev.sagitta.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** What a measurement ran on, as far as Linux tells it. */
public final class Machine {
  private static final String UNKNOWN = "unknown";

  private Machine() {}

  /** Model, number and caches of the processors, and the JDK. */
  public static String description() {
    String caches =
        IntStream.range(0, 4)
            .mapToObj(i -> Path.of("/sys/devices/system/cpu/cpu0/cache/index" + i))
            .filter(Files::exists)
            .map(path -> "L" + read(path.resolve("level")) + " " + read(path.resolve("size")))
            .collect(Collectors.joining(", "));
    return "%s (%s, family %s model %s), %d processors; %s; Java %s"
        .formatted(
            cpu("model name"),
            System.getProperty("os.arch"),
            cpu("cpu family"),
            cpu("model"),
            Runtime.getRuntime().availableProcessors(),
            caches.isEmpty() ? "caches " + UNKNOWN : caches,
            Runtime.version());
  }

  private static String cpu(String key) {
    return lines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.matches(key + "\\s*:.*"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(UNKNOWN);
  }

  private static String read(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? UNKNOWN : lines.getFirst();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  /** This JVM's flags and program, for others to run it again, by the usual class path. */
  static String command() {
    return command("benchmarks.jar");
  }

  /** As {@link #command()}, by another class path. */
  public static String command(String classPath) {
    return "java "
        + String.join(" ", ManagementFactory.getRuntimeMXBean().getInputArguments())
        + " -cp '"
        + classPath
        + "' "
        + System.getProperty("sun.java.command", UNKNOWN);
  }
}
