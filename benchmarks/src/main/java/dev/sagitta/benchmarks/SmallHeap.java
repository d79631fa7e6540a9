package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.millisSince;
import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.CollectionConfig;
import dev.sagitta.CollectionStats;
import dev.sagitta.Hit;
import dev.sagitta.Payload;
import dev.sagitta.SearchRequest;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import dev.sagitta.benchmarks.data.GeneratedVectors;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.LongStream;

/**
 * Shows how little heap Sagitta needs: fills a collection with 100,000 vectors of 256 elements,
 * which are made one at a time and take 98 MiB together, opens it again and searches it, with all
 * defaults. Prints a Markdown table. Meant for a heap that could not hold the vectors:
 *
 * <pre>
 * java -Xmx64m --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.SmallHeap WORK_DIRECTORY
 * </pre>
 */
public final class SmallHeap {
  private static final String USAGE =
      """
      Usage: SmallHeap WORK_DIRECTORY

        WORK_DIRECTORY  gets a folder small-heap for the database, deleted at the end
      """;

  private static final int RECORDS = 100_000;
  private static final int DIMENSION = 256;
  private static final int CLUSTERS = 50;
  private static final int SEARCHES = 2_000;
  private static final int RECALL_QUERIES = 200;
  private static final int K = 10;
  private static final String COLLECTION = "small-heap";

  private final Path directory;
  private final GeneratedVectors vectors =
      new GeneratedVectors(GeneratedVectors.SEED, DIMENSION, CLUSTERS);

  private SmallHeap(Path work) {
    this.directory = work.resolve("small-heap");
  }

  /** Runs; see the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != 1) {
      System.err.print(USAGE);
      System.exit(2);
    }
    SmallHeap program = new SmallHeap(Path.of(arguments[0]));
    Directories.delete(program.directory);
    Report.begin();
    program.fill();
    program.search();
    Directories.delete(program.directory);
  }

  private void fill() throws InterruptedException {
    row("| **%,d x %d generated, filling** | |", RECORDS, DIMENSION);
    memory("heap used before", heapBytes());
    long start = System.nanoTime();
    try (VectorDatabase database = VectorDatabase.open(directory)) {
      VectorCollection collection =
          database.collection(
              COLLECTION, CollectionConfig.builder(DIMENSION, Metric.COSINE).build());
      collection.upsertAll(
          LongStream.range(0, RECORDS)
              .mapToObj(id -> VectorRecord.of(id, vectors.next(), Payload.of("n", id))));
      collection.awaitIndexed();
      row("| time until all are stored and linked | %.1f s |", millisSince(start) / 1e3);
      memory(collection.stats());
    }
    row("| time with closing | %.1f s |", millisSince(start) / 1e3);
  }

  private void search() {
    row("| **opened again, searching** | |");
    long opening = System.nanoTime();
    try (VectorDatabase database = VectorDatabase.open(directory)) {
      VectorCollection collection = database.collection(COLLECTION);
      row("| open, warm JVM | %.1f ms, %,d records |", millisSince(opening), collection.count());
      float[][] queries = vectors.next(RECALL_QUERIES);
      row("| recall@10 at default settings | %.4f |", recall(collection, queries));
      row("| search p50 / p99 | %s |", latencies(collection, queries));
      memory(collection.stats());
    }
  }

  private static double recall(VectorCollection collection, float[][] queries) {
    int found = 0;
    for (float[] query : queries) {
      SearchRequest request = SearchRequest.of(query, K);
      float farthest = collection.searchExact(request).hits().getLast().distance();
      for (Hit hit : collection.search(request)) {
        found += hit.distance() <= farthest ? 1 : 0;
      }
    }
    return (double) found / (K * queries.length);
  }

  private static String latencies(VectorCollection collection, float[][] queries) {
    long[] nanos = new long[SEARCHES];
    for (int i = 0; i < nanos.length; i++) {
      SearchRequest request = SearchRequest.of(queries[i % queries.length], K);
      long start = System.nanoTime();
      collection.search(request);
      nanos[i] = System.nanoTime() - start;
    }
    return Report.percentiles(nanos);
  }

  private static void memory(CollectionStats stats) {
    memory("heap used", heapBytes());
    memory("anonymous memory outside the heap", stats.offHeapBytes());
    memory("mapped files", stats.mappedBytes());
  }

  private static void memory(String what, long bytes) {
    row("| %s | %.1f MiB |", what, bytes / 1048576.0);
  }

  /** What is in use after a collection. */
  private static long heapBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
