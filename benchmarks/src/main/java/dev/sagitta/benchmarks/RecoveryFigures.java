package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Measures how fast a log is replayed and prints a Markdown table: a child JVM writes a log and
 * halts, others open it, which by then is in the page cache. The time is that of opening the
 * database and the collection, after which exact searches can be asked; beside it stands how long
 * the one thread that recovers ran, which others on the machine do not change much. A figure counts
 * only if the opened collection holds what was written. Durability is OS, checkpoints are held off.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.RecoveryFigures WORK_DIRECTORY [LOG_MIB [ROUNDS]]
 * </pre>
 */
public final class RecoveryFigures {
  private static final String USAGE =
      """
      Usage: RecoveryFigures WORK_DIRECTORY [LOG_MIB [ROUNDS]]

        WORK_DIRECTORY  gets a folder recovery-figures for the databases, deleted at the end
        LOG_MIB         about how long a log is, 1024 if left out
        ROUNDS          child JVMs per log, 3 if left out
      """;

  private static final int COPIES_PER_CHILD = 4;
  private static final int LAST = 2 + 2 * COPIES_PER_CHILD;

  /** Of a frame and a record, beside the vector. */
  private static final int RECORD_BYTES = 80;

  private final Path directory;
  private final long logBytes;
  private final int rounds;

  private RecoveryFigures(Path work, long logBytes, int rounds) {
    this.directory = work.resolve("recovery-figures");
    this.logBytes = logBytes;
    this.rounds = rounds;
  }

  /** Runs; see the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length < 1 || arguments.length > 3) {
      System.err.print(USAGE);
      System.exit(2);
    }
    long mebibytes = arguments.length > 1 ? Long.parseLong(arguments[1]) : 1_024;
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
    RecoveryFigures figures = new RecoveryFigures(Path.of(arguments[0]), mebibytes << 20, rounds);
    Report.begin();
    figures.measure(Metric.COSINE, 768);
    figures.measure(Metric.COSINE, 256);
    figures.measure(Metric.EUCLIDEAN, 256);
    figures.measure(Metric.EUCLIDEAN, 16);
  }

  private void measure(Metric metric, int dimension) throws IOException, InterruptedException {
    Directories.delete(directory);
    Files.createDirectories(directory);
    LogOnlyStore store =
        new LogOnlyStore(
            directory.resolve("database"),
            metric,
            dimension,
            logBytes / (RECORD_BYTES + (long) dimension * Float.BYTES));
    ChildJvm.run(LogFiller.class, store.arguments().toArray(String[]::new));
    long bytes = 0;
    for (Path log : LogRecoverer.logs(store.directory())) {
      bytes += Files.size(log);
    }
    row("| **%,d records of dimension %d, %s** | |", store.records(), dimension, metric);
    row("| bytes in the log | %,d |", bytes);
    List<String> arguments = new ArrayList<>(store.arguments());
    arguments.add(Integer.toString(COPIES_PER_CHILD));
    double[][] millis = new double[rounds][];
    for (int round = 0; round < rounds; round++) {
      String line = ChildJvm.output(LogRecoverer.class, arguments.toArray(String[]::new)).getLast();
      millis[round] =
          Arrays.stream(line.trim().split(" ", -1)).mapToDouble(Double::parseDouble).toArray();
    }
    print("the file read and nothing else", store, bytes, column(millis, 0, 1));
    print("and its frames checked", store, bytes, column(millis, 1, 2));
    print("opened in a fresh JVM", store, bytes, column(millis, 2, 3));
    print("of that the recovering thread ran", store, bytes, column(millis, 3, 4));
    print("opened in a JVM that has opened one before", store, bytes, column(millis, 4, LAST));
    print("of that the recovering thread ran", store, bytes, column(millis, 5, LAST));
    Directories.delete(directory);
  }

  /** The times of all rounds at every second place of the children's lines, sorted. */
  private static double[] column(double[][] millis, int from, int to) {
    return Arrays.stream(millis)
        .flatMapToDouble(
            line ->
                IntStream.range(from, Math.min(to, line.length))
                    .filter(place -> (place - from) % 2 == 0)
                    .mapToDouble(place -> line[place]))
        .sorted()
        .toArray();
  }

  /** Median, and the best beside it, because others may use the machine. */
  private static void print(String what, LogOnlyStore store, long bytes, double[] millis) {
    double median = millis[millis.length / 2];
    row(
        "| %s | %.0f ms (best %.0f); %.2f GB/s (best %.2f); %,.0f records/s |",
        what,
        median,
        millis[0],
        bytes / median / 1e6,
        bytes / millis[0] / 1e6,
        store.records() / median * 1e3);
  }
}
