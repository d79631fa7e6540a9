package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library on a plain class path: works without any flag, and says nothing. */
final class PlainJvmTest {
  private static final String INCUBATOR_WARNING =
      "WARNING: Using incubator modules: jdk.incubator.vector";

  @TempDir Path directory;

  @Test
  void worksWithoutAnyFlagAndWithAnEmptyStandardError() throws Exception {
    try (ChildProgram child = start(List.of())) {
      assertEquals("kernel scalar cosine float32 24", child.line());
      assertEquals("hint add --add-modules jdk.incubator.vector for a faster kernel", child.line());
      assertEquals("reopened, the same kernel, 1000 records found", child.line());
      assertEquals(0, child.await());
      assertEquals("", child.errors());
    }
  }

  @Test
  void isFasterWithTheVectorModule() throws Exception {
    assertFaster(
        "hint add --enable-native-access=ALL-UNNAMED for a faster kernel",
        "--add-modules=jdk.incubator.vector");
  }

  @Test
  void isFastestWithNativeAccessAndThenNeedsNoHint() throws Exception {
    assertFaster(
        "hint none", "--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED");
  }

  private void assertFaster(String hint, String... flags) throws Exception {
    try (ChildProgram child = start(List.of(flags))) {
      String kernel = child.line();
      assertTrue(kernel.matches("kernel simd-\\d+ cosine float32 24"), kernel);
      assertEquals(hint, child.line());
      assertEquals("reopened, the same kernel, 1000 records found", child.line());
      assertEquals(0, child.await());
      // The JDK's own line, for which no library can do anything.
      assertEquals(List.of(INCUBATOR_WARNING), child.errors().lines().toList());
    }
  }

  private ChildProgram start(List<String> flags) throws Exception {
    return ChildProgram.start(
        flags, Program.class, directory.resolve("errors"), directory.resolve("data").toString());
  }

  /** Opens, upserts, searches, closes and opens again. */
  static final class Program {
    private static final int RECORDS = 1_000;

    private Program() {}

    public static void main(String[] arguments) throws InterruptedException {
      Path data = Path.of(arguments[0]);
      Random random = new Random(7);
      float[][] vectors = new float[RECORDS][24];
      for (float[] vector : vectors) {
        for (int i = 0; i < vector.length; i++) {
          vector[i] = (float) random.nextGaussian();
        }
      }
      String kernel;
      try (VectorDatabase database = VectorDatabase.open(data)) {
        VectorCollection collection =
            database.collection("c", CollectionConfig.builder(24, Metric.COSINE).build());
        collection.upsertAll(
            IntStream.range(0, RECORDS)
                .mapToObj(id -> VectorRecord.of(id, vectors[id], Payload.of("number", id))));
        collection.awaitIndexed();
        collection.checkpoint();
        collection.delete(0);
        collection.upsert(0, vectors[0], Payload.empty());
        kernel = collection.stats().kernel();
        System.out.println("kernel " + kernel);
        System.out.println("hint " + collection.stats().kernelHint().orElse("none"));
      }
      try (VectorDatabase database = VectorDatabase.open(data)) {
        VectorCollection collection = database.collection("c");
        int found = 0;
        for (int id = 0; id < RECORDS; id++) {
          SearchResult result = collection.search(SearchRequest.of(vectors[id], 10));
          found += result.hits().getFirst().id().equals(RecordId.of(id)) ? 1 : 0;
        }
        System.out.printf(
            "reopened, %s kernel, %d records found%n",
            collection.stats().kernel().equals(kernel) ? "the same" : "another", found);
      }
    }
  }
}
