package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The processors that this process may use, as far as Linux tells them. */
final class Processors {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final String ALLOWED = "Cpus_allowed_list:";
  private static final Path TASKSET = Path.of("/usr/bin/taskset");

  private Processors() {}

  /** Their numbers, ascending. */
  static List<Integer> allowed() throws IOException {
    if (Files.exists(STATUS)) {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith(ALLOWED)) {
          return parse(line.substring(ALLOWED.length()).strip());
        }
      }
    }
    return IntStream.range(0, Runtime.getRuntime().availableProcessors()).boxed().toList();
  }

  /** Understands numbers and ranges of them: {@code 0-2,5}. */
  static List<Integer> parse(String list) {
    return Stream.of(list.split(",", -1))
        .flatMapToInt(
            range -> {
              String[] ends = range.split("-", -1);
              return IntStream.rangeClosed(
                  Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]));
            })
        .boxed()
        .toList();
  }

  /** Whether processes can be kept to some processors. */
  static boolean canBeChosen() {
    return Files.exists(TASKSET);
  }

  /**
   * What is put before a command so that it has just so many processors; nothing where they cannot
   * be chosen.
   *
   * @throws IllegalArgumentException if there are not so many
   */
  static List<String> command(int count) throws IOException {
    if (!canBeChosen()) {
      return List.of();
    }
    List<Integer> allowed = allowed();
    if (allowed.size() < count) {
      throw new IllegalArgumentException(
          "%d processors are needed; this process may use %s".formatted(count, allowed));
    }
    return List.of(
        TASKSET.toString(),
        "-c",
        allowed.subList(0, count).stream().map(String::valueOf).collect(Collectors.joining(",")));
  }
}
