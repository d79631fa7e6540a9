package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sagitta.distance.Metric;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The heap does not grow with the records, and a search allocates its result and no more. */
final class HeapTest {
  private static final int DIMENSION = 256;
  private static final int RECORDS_FEW = 4_000;
  private static final int RECORDS_MANY = 20_000;
  private static final int K = 10;

  /** Objects per extent and chunk, and what the JVM keeps for itself; vectors are 16 MiB. */
  private static final long HEAP_GROWTH_BYTES_MAX = 1 << 20;

  /** The request's copy of the query, and ten hits with ids and empty payloads. */
  private static final long SEARCH_BYTES_MAX = 4 * DIMENSION + 2_048;

  @TempDir Path directory;

  @Test
  void twentyThousandRecordsFillAndSearchInTheHeapOfFourThousand() throws Exception {
    try (ChildProgram child =
        ChildProgram.start(
            List.of("-Xmx64m"),
            Program.class,
            directory.resolve("errors"),
            directory.resolve("data").toString())) {
      long heapFew = number(child.line(), "heap with 4000 records");
      long searchFew = number(child.line(), "search among 4000 records");
      long heapMany = number(child.line(), "heap with 20000 records");
      long searchMany = number(child.line(), "search among 20000 records");
      long heapReopened = number(child.line(), "heap reopened");
      long searchReopened = number(child.line(), "search reopened");
      assertEquals(0, child.await());
      assertEquals("", child.errors());
      System.out.printf(
          "HeapTest: heap after GC %d, %d and reopened %d bytes; a search allocates %d, %d and"
              + " %d%n",
          heapFew, heapMany, heapReopened, searchFew, searchMany, searchReopened);
      assertTrue(heapMany - heapFew < HEAP_GROWTH_BYTES_MAX, "heap grows with the records");
      assertTrue(heapReopened - heapFew < HEAP_GROWTH_BYTES_MAX, "heap after reopening");
      assertTrue(searchFew <= SEARCH_BYTES_MAX, "a search allocates more than its result");
      assertTrue(searchMany <= SEARCH_BYTES_MAX, "a search allocates more with more records");
      assertTrue(searchReopened <= SEARCH_BYTES_MAX, "a search of files allocates more");
    }
  }

  private static long number(String line, String what) {
    assertTrue(line.startsWith(what + " "), line);
    return Long.parseLong(line.substring(what.length() + 1));
  }

  /** Fills a collection in two steps and measures after each, and once more after reopening. */
  static final class Program {
    private static final int SEARCHES = 2_000;

    private Program() {}

    public static void main(String[] arguments) throws InterruptedException {
      Path data = Path.of(arguments[0]);
      CollectionConfig config =
          CollectionConfig.builder(DIMENSION, Metric.COSINE).m(8).efConstruction(40).build();
      DatabaseOptions options =
          DatabaseOptions.builder().durability(Durability.os()).linkerThreads(2).build();
      try (VectorDatabase database = VectorDatabase.open(data, options)) {
        VectorCollection collection = database.collection("c", config);
        fill(collection, 0, RECORDS_FEW);
        measure(collection, "with 4000 records", "among 4000 records");
        fill(collection, RECORDS_FEW, RECORDS_MANY);
        measure(collection, "with 20000 records", "among 20000 records");
      }
      try (VectorDatabase database = VectorDatabase.open(data, options)) {
        measure(database.collection("c"), "reopened", "reopened");
      }
    }

    private static void fill(VectorCollection collection, long from, long to)
        throws InterruptedException {
      collection.upsertAll(
          LongStream.range(from, to)
              .mapToObj(id -> VectorRecord.of(id, vector(id), Payload.of("number", id))));
      collection.awaitIndexed();
    }

    private static float[] vector(long seed) {
      SplittableRandom random = new SplittableRandom(seed);
      float[] vector = new float[DIMENSION];
      // In few directions, so that a calibration soon finds what reaches its targets.
      for (int i = 0; i < 8; i++) {
        vector[i] = (float) random.nextDouble(-1, 1);
      }
      return vector;
    }

    /** The searches come first, so that everything that is made once is made. */
    private static void measure(VectorCollection collection, String heap, String search)
        throws InterruptedException {
      // A calibration takes some mebibytes while it runs.
      CalibrationStats calibration = collection.stats().calibration();
      while (calibration.running() || calibration.state() != CalibrationStats.State.CALIBRATED) {
        TimeUnit.MILLISECONDS.sleep(10);
        calibration = collection.stats().calibration();
      }
      long bytes = searchBytes(collection);
      System.out.println("heap " + heap + " " + heapBytes());
      System.out.println("search " + search + " " + bytes);
    }

    private static long heapBytes() {
      MemoryMXBean memory = ManagementFactory.getMemoryMXBean();
      long least = Long.MAX_VALUE;
      for (int i = 0; i < 3; i++) {
        System.gc();
        least = Math.min(least, memory.getHeapMemoryUsage().getUsed());
      }
      return least;
    }

    /** What a search allocates on average, once its scratch has grown and its code is compiled. */
    private static long searchBytes(VectorCollection collection) {
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      float[] query = vector(-1);
      long bytes = 0;
      for (int i = 0; i < 2 * SEARCHES; i++) {
        query[i % DIMENSION] = -query[i % DIMENSION];
        SearchRequest request = SearchRequest.builder(query, K).withPayload(false).build();
        long before = threads.getCurrentThreadAllocatedBytes();
        SearchResult result = collection.search(request);
        long after = threads.getCurrentThreadAllocatedBytes();
        if (result.size() != K) {
          throw new AssertionError(result);
        }
        bytes += i < SEARCHES ? 0 : after - before;
      }
      return bytes / SEARCHES;
    }
  }
}
