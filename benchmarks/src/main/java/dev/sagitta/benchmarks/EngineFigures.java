package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.millisSince;
import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.CollectionConfig;
import dev.sagitta.DatabaseOptions;
import dev.sagitta.Durability;
import dev.sagitta.Hit;
import dev.sagitta.Payload;
import dev.sagitta.SearchRequest;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures the whole engine through its public API and prints a Markdown table: inserts per second
 * with one and two linkers, recall@10 at default settings, search latency idle and beside a thread
 * that replaces records at full speed, time to open in a fresh JVM after a clean close and after
 * the writing process was halted. Durability is OS.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.EngineFigures WORK_DIRECTORY [SIFTSMALL_DIRECTORY]
 * </pre>
 */
public final class EngineFigures {
  private static final String USAGE =
      """
      Usage: EngineFigures WORK_DIRECTORY [SIFTSMALL_DIRECTORY]

        WORK_DIRECTORY       gets a folder engine-figures for the database, deleted at the end
        SIFTSMALL_DIRECTORY  holds siftsmall_base.fvecs and its siblings; left out without it
      """;

  private static final int K = 10;
  private static final int SEARCHES = 5_000;
  private static final int LOGGED_RECORDS = 50_000;
  private static final int UPSERTS_PER_CALL = 256;
  private static final String COLLECTION = "figures";

  private final Path directory;

  private EngineFigures(Path work) {
    this.directory = work.resolve("engine-figures");
  }

  /** Runs; see the class. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    if (arguments.length < 1 || arguments.length > 2) {
      System.err.print(USAGE);
      System.exit(2);
    }
    EngineFigures figures = new EngineFigures(Path.of(arguments[0]));
    Report.begin();
    if (arguments.length > 1) {
      figures.measure(VectorSet.siftSmall(Path.of(arguments[1])));
    }
    figures.measure(VectorSet.generated(100_000, 256));
    figures.measureOpenAfterHalt();
    figures.delete();
  }

  private void measure(VectorSet set) throws IOException, InterruptedException, ExecutionException {
    row("| **%s, %s** | |", set.name(), set.metric());
    for (int linkers : new int[] {1, 2}) {
      delete();
      measureInserts(set, linkers);
    }
    measureOpen("after a clean close");
    try (VectorDatabase database = open(directory, 1)) {
      VectorCollection collection = collection(database, set);
      row("| kernel | %s |", collection.stats().kernel());
      row(
          "| recall@10 at default settings, beside %s | %.4f |",
          set.truth().isPresent() ? "the set's ground truth" : "exact search",
          recall(collection, set, set.queries().length));
      row("| search p50 / p99, idle | %s |", latencies(collection, set));
      measureBesideUpserts(collection, set);
    }
  }

  private void measureInserts(VectorSet set, int linkers) throws InterruptedException {
    try (VectorDatabase database = open(directory, linkers)) {
      VectorCollection collection = collection(database, set);
      long start = System.nanoTime();
      collection.upsertAll(records(set, 0, set.base().length));
      collection.awaitIndexed();
      double seconds = millisSince(start) / 1e3;
      row(
          "| inserts per second, linked, by %d linker%s and the writer helping | %,.0f (%.1f s) |",
          linkers, linkers == 1 ? "" : "s", set.base().length / seconds, seconds);
    }
  }

  private void measureOpen(String before) throws IOException, InterruptedException {
    ChildJvm.run(OpenFigures.class, directory.toString(), COLLECTION, before);
  }

  /** Counted by distance, so that ties do not lower it. */
  private static double recall(VectorCollection collection, VectorSet set, int queries) {
    int found = 0;
    for (int query = 0; query < queries; query++) {
      SearchRequest request = SearchRequest.of(set.queries()[query], K);
      float farthest =
          set.distanceOfTruth(query, K)
              .orElseGet(() -> collection.searchExact(request).hits().getLast().distance());
      for (Hit hit : collection.search(request)) {
        found += hit.distance() <= farthest ? 1 : 0;
      }
    }
    return (double) found / (K * queries);
  }

  private static String latencies(VectorCollection collection, VectorSet set) {
    long[] nanos = new long[SEARCHES];
    for (int round = 0; round < 2; round++) { // the first warms up
      for (int i = 0; i < nanos.length; i++) {
        SearchRequest request = SearchRequest.of(set.queries()[i % set.queries().length], K);
        long start = System.nanoTime();
        collection.search(request);
        nanos[i] = System.nanoTime() - start;
      }
    }
    return Report.percentiles(nanos);
  }

  private static void measureBesideUpserts(VectorCollection collection, VectorSet set)
      throws InterruptedException, ExecutionException {
    AtomicBoolean stop = new AtomicBoolean();
    FutureTask<Long> writer = new FutureTask<>(() -> replaceUntil(stop, collection, set));
    long start = System.nanoTime();
    Thread.ofPlatform().start(writer);
    String latencies;
    try {
      latencies = latencies(collection, set);
    } finally {
      stop.set(true);
    }
    long replaced = writer.get(); // whose failure is one of the measurement
    double seconds = millisSince(start) / 1e3;
    row("| search p50 / p99 beside upserts at full speed | %s |", latencies);
    row("| those upserts per second, each replacing a record | %,.0f |", replaced / seconds);
  }

  /** Upserts what is stored already, again and again; how many upserts there were. */
  private static long replaceUntil(AtomicBoolean stop, VectorCollection collection, VectorSet set) {
    long replaced = 0;
    int next = 0;
    while (!stop.get()) {
      int from = next % set.base().length;
      int to = Math.min(from + UPSERTS_PER_CALL, set.base().length);
      replaced += collection.upsertAll(records(set, from, to));
      next = to;
    }
    return replaced;
  }

  private void measureOpenAfterHalt() throws IOException, InterruptedException {
    delete();
    ChildJvm.run(HaltingWriter.class, directory.toString());
    row("| **%s, all in the log** | |", logged().name());
    measureOpen("after the writing process was halted");
    VectorSet set = logged();
    try (VectorDatabase database = open(directory, 1)) {
      VectorCollection collection = collection(database, set);
      row("| recall@10 then, while linkers work | %.4f |", recall(collection, set, 50));
    }
  }

  /** What the halted process has written. */
  static VectorSet logged() {
    return VectorSet.generated(LOGGED_RECORDS, 256);
  }

  static VectorDatabase open(Path directory, int linkers) {
    return VectorDatabase.open(
        directory,
        DatabaseOptions.builder().durability(Durability.os()).linkerThreads(linkers).build());
  }

  static VectorCollection collection(VectorDatabase database, VectorSet set) {
    return database.collection(
        COLLECTION, CollectionConfig.builder(set.base()[0].length, set.metric()).build());
  }

  static Stream<VectorRecord> records(VectorSet set, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> VectorRecord.of(i, set.base()[i], Payload.of("n", (long) i)));
  }

  private void delete() throws IOException {
    Directories.delete(directory);
  }
}
