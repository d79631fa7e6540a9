package dev.sagitta.benchmarks;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures the whole engine through its public API and prints a Markdown table: inserts per second
 * with one and two linkers, recall@10 at default settings, search latency idle and beside an upsert
 * at full speed, time to open after a clean close and after the process was halted.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.EngineFigures WORK_DIRECTORY [SIFTSMALL_DIRECTORY]
 * </pre>
 */
public final class EngineFigures {
  private static final int K = 10;
  private static final int LOGGED_RECORDS = 50_000;
  private static final String COLLECTION = "figures";
  private static final String HALT = "--halt";

  private final Path work;
  private final Path directory;

  private EngineFigures(Path work) {
    this.work = work;
    this.directory = work.resolve("engine-figures");
  }

  /** Runs; see the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    EngineFigures figures = new EngineFigures(Path.of(arguments[0]));
    if (arguments.length > 1 && arguments[1].equals(HALT)) {
      figures.writeAndHalt();
      return;
    }
    row("| figure | value |");
    row("|---|---|");
    row(
        "| machine | %s, %d processors, Java %s, heap %,d MiB |",
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        Runtime.getRuntime().maxMemory() >> 20);
    if (arguments.length > 1) {
      figures.measure(VectorSet.siftSmall(Path.of(arguments[1])));
    }
    figures.measure(VectorSet.generated(100_000, 256));
    figures.measureOpenAfterHalt();
    figures.delete();
  }

  private void measure(VectorSet set) throws IOException, InterruptedException {
    row("| **%s, %s** | |", set.name(), set.metric());
    for (int linkers : new int[] {1, 2}) {
      delete();
      measureInserts(set, linkers);
    }
    long opening = System.nanoTime();
    try (VectorDatabase database = open(Durability.os(), 1)) {
      VectorCollection collection = collection(database, set.base()[0].length, set);
      row("| open after a clean close | %.1f ms |", millisSince(opening));
      long first = System.nanoTime();
      int found = collection.search(SearchRequest.of(set.queries()[0], K)).size();
      row("| first search after opening | %.1f ms, %d hits |", millisSince(first), found);
      row("| kernel | %s |", collection.stats().kernel());
      row("| recall@10 at default settings | %.4f |", recall(collection, set));
      row("| search p50 / p99, idle | %s |", latencies(collection, set));
      measureBesideUpserts(collection, set);
    }
  }

  private void measureInserts(VectorSet set, int linkers) throws InterruptedException {
    try (VectorDatabase database = open(Durability.os(), linkers)) {
      VectorCollection collection = collection(database, set.base()[0].length, set);
      long start = System.nanoTime();
      collection.upsertAll(records(set, 0, set.base().length));
      collection.awaitIndexed();
      double seconds = millisSince(start) / 1e3;
      row(
          "| inserts per second, linked, %d linker threads and the writer helping | %,.0f (%.1f s)"
              + " |",
          linkers, set.base().length / seconds, seconds);
    }
  }

  private static double recall(VectorCollection collection, VectorSet set) {
    int found = 0;
    for (float[] query : set.queries()) {
      SearchRequest request = SearchRequest.of(query, K);
      List<Hit> exact = collection.searchExact(request).hits();
      float farthest = exact.getLast().distance();
      for (Hit hit : collection.search(request)) {
        found += hit.distance() <= farthest ? 1 : 0;
      }
    }
    return (double) found / (K * set.queries().length);
  }

  private static String latencies(VectorCollection collection, VectorSet set) {
    long[] nanos = new long[5_000];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < nanos.length; i++) {
        SearchRequest request = SearchRequest.of(set.queries()[i % set.queries().length], K);
        long start = System.nanoTime();
        collection.search(request);
        nanos[i] = System.nanoTime() - start;
      }
    }
    Arrays.sort(nanos);
    return "%.0f / %.0f us"
        .formatted(nanos[nanos.length / 2] / 1e3, nanos[nanos.length * 99 / 100] / 1e3);
  }

  private static void measureBesideUpserts(VectorCollection collection, VectorSet set)
      throws InterruptedException {
    AtomicBoolean stop = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  int next = 0;
                  while (!stop.get()) {
                    int from = next % set.base().length;
                    int to = Math.min(from + 256, set.base().length);
                    collection.upsertAll(records(set, from, to));
                    next = to;
                  }
                });
    row("| search p50 / p99 beside upserts at full speed | %s |", latencies(collection, set));
    stop.set(true);
    writer.join();
  }

  private void measureOpenAfterHalt() throws IOException, InterruptedException {
    delete();
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                EngineFigures.class.getName(),
                work.toString(),
                HALT)
            .inheritIO()
            .start();
    child.waitFor();
    VectorSet set = VectorSet.generated(LOGGED_RECORDS, 256);
    long opening = System.nanoTime();
    try (VectorDatabase database = open(Durability.os(), 1)) {
      VectorCollection collection = collection(database, 256, set);
      row(
          "| **open after the process was halted**, %,d records in the log | %.1f ms |",
          collection.count(), millisSince(opening));
      long first = System.nanoTime();
      int found = collection.search(SearchRequest.of(set.queries()[0], K)).size();
      row("| first search then | %.1f ms, %d hits |", millisSince(first), found);
      VectorSet some =
          new VectorSet(set.name(), set.metric(), set.base(), Arrays.copyOf(set.queries(), 50));
      row("| recall@10 then, while linkers work | %.4f |", recall(collection, some));
    }
  }

  /** The child: writes without a checkpoint and halts, as a killed process would. */
  private void writeAndHalt() {
    VectorSet set = VectorSet.generated(LOGGED_RECORDS, 256);
    VectorDatabase database = open(Durability.os(), 1);
    VectorCollection collection = collection(database, 256, set);
    collection.upsertAll(records(set, 0, LOGGED_RECORDS));
    Runtime.getRuntime().halt(0);
  }

  private VectorDatabase open(Durability durability, int linkers) {
    return VectorDatabase.open(
        directory, DatabaseOptions.builder().durability(durability).linkerThreads(linkers).build());
  }

  private static VectorCollection collection(
      VectorDatabase database, int dimension, VectorSet set) {
    return database.collection(
        COLLECTION, CollectionConfig.builder(dimension, set.metric()).build());
  }

  private static Stream<VectorRecord> records(VectorSet set, int from, int to) {
    return IntStream.range(from, to)
        .mapToObj(i -> VectorRecord.of(i, set.base()[i], Payload.of("n", (long) i)));
  }

  private void delete() throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> paths = Files.walk(directory)) {
        for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  private static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  private static void row(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }
}
