package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What one process is to do; it finds it in a file of its directory, and writes what it did beside
 * it.
 *
 * @param contestant who does it
 * @param fingerprint of the engine, and of the index that is searched; a task of another one is
 *     another task
 * @param data directory of the {@link RaceData}
 * @param index directory of the index
 * @param work to build or to search
 */
record Task(Contestant contestant, String fingerprint, Path data, Path index, Work work) {
  private static final String TASK_FILE = "task.properties";
  private static final String RESULT_FILE = "result.properties";

  /** What is to be done with the index. */
  sealed interface Work {}

  /**
   * Building it.
   *
   * @param threads that may link at a time
   */
  record Build(int threads) implements Work {}

  /**
   * Searching it.
   *
   * @param efs how broadly, one after the other, ascending
   * @param warmUpSeconds before the first of them
   * @param passSeconds for each of them at least; all queries are asked
   */
  record Search(List<Integer> efs, double warmUpSeconds, double passSeconds) implements Work {
    Search {
      efs = List.copyOf(efs);
      if (efs.isEmpty()) {
        throw new IllegalArgumentException("there must be an ef at least");
      }
      for (int i = 0; i < efs.size(); i++) {
        int least = i == 0 ? GraphParameters.K : efs.get(i - 1) + 1;
        if (efs.get(i) < least) {
          throw new IllegalArgumentException(
              "efs must ascend from %d at least, were %s".formatted(GraphParameters.K, efs));
        }
      }
    }
  }

  /** Reads the task of a directory. */
  static Task read(Path directory) throws IOException {
    NamedValues values = NamedValues.read(directory.resolve(TASK_FILE));
    return new Task(
        Contestant.valueOf(values.text("contestant")),
        values.text("fingerprint"),
        Path.of(values.text("data")),
        Path.of(values.text("index")),
        switch (values.text("work")) {
          case "build" -> new Build(values.integer("threads"));
          case "search" ->
              new Search(
                  Arrays.stream(values.text("efs").split(",")).map(Integer::valueOf).toList(),
                  values.number("warmUpSeconds"),
                  values.number("passSeconds"));
          default -> throw new IOException("unknown work " + values.text("work"));
        });
  }

  /** Writes it to its directory. */
  void write(Path directory) throws IOException {
    values().write(directory.resolve(TASK_FILE));
  }

  private NamedValues values() {
    Map<String, String> values = new TreeMap<>();
    values.put("contestant", contestant.name());
    values.put("fingerprint", fingerprint);
    values.put("data", data.toAbsolutePath().toString());
    values.put("index", index.toAbsolutePath().toString());
    switch (work) {
      case Build build -> {
        values.put("work", "build");
        values.put("threads", Integer.toString(build.threads()));
      }
      case Search search -> {
        values.put("work", "search");
        values.put(
            "efs", search.efs().stream().map(String::valueOf).collect(Collectors.joining(",")));
        values.put("warmUpSeconds", Double.toString(search.warmUpSeconds()));
        values.put("passSeconds", Double.toString(search.passSeconds()));
      }
    }
    return new NamedValues(values);
  }

  /** Whether just this was done in a directory before. */
  boolean isDone(Path directory) throws IOException {
    Path file = directory.resolve(TASK_FILE);
    return Files.exists(resultFile(directory))
        && Files.exists(file)
        && NamedValues.read(file).equals(values());
  }

  /** Where a process writes what it did, once it is done. */
  static Path resultFile(Path directory) {
    return directory.resolve(RESULT_FILE);
  }

  /** Where it writes the ids that it found, one list for each query. */
  static Path hitsFile(Path directory, int ef) {
    return directory.resolve("hits-" + ef + ".ivecs");
  }

  /** Where it writes how many nanoseconds each search took, all in one list. */
  static Path nanosFile(Path directory, int ef) {
    return directory.resolve("nanos-" + ef + ".ivecs");
  }
}
