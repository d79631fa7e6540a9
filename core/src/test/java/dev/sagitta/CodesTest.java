package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.CollectionValidator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Searches and linking by codes of the vectors, which here are made from the first records on. */
final class CodesTest {
  private static final int DIMENSION = 40;
  private static final int K = 10;
  private static final String CODES = "8-bit codes";

  private final SimulatedDatabase simulated =
      new SimulatedDatabase().tuning(SimulatedDatabase.SMALL.withCodedBytes(1));

  @AfterEach
  void close() {
    simulated.close();
  }

  private VectorCollection collection(Metric metric) {
    return simulated
        .database()
        .collection("coded", CollectionConfig.builder(DIMENSION, metric).build());
  }

  private static float[] vector(long seed) {
    Random random = new Random(seed);
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static void upsert(VectorCollection collection, int from, int to) {
    for (int id = from; id < to; id++) {
      collection.upsert(id, vector(id), Payload.empty());
    }
  }

  private static void awaitWalk(VectorCollection collection, String walkedBy)
      throws InterruptedException {
    collection.awaitIndexed();
    while (!collection.stats().walkedBy().startsWith(walkedBy)) {
      assertEquals(Optional.empty(), collection.stats().warning());
      Thread.sleep(1);
    }
  }

  /** What a search finds, its distances being those of exact search. */
  private static double recall(VectorCollection collection, int queries) {
    int found = 0;
    for (int i = 0; i < queries; i++) {
      SearchRequest request = SearchRequest.of(vector(-1 - i), K);
      List<Hit> exact = collection.searchExact(request).hits();
      Set<RecordId> near = new HashSet<>();
      exact.forEach(hit -> near.add(hit.id()));
      for (Hit hit : collection.search(request).hits()) {
        if (near.contains(hit.id())) {
          found++;
          assertTrue(exact.contains(hit), () -> hit + " is none of " + exact);
        }
      }
    }
    return (double) found / (queries * K);
  }

  @ParameterizedTest
  @EnumSource(names = {"EUCLIDEAN", "COSINE", "DOT_PRODUCT", "MANHATTAN"})
  void findsTheNearestAndTellsTheirTrueDistances(Metric metric) throws Exception {
    VectorCollection collection = collection(metric);
    upsert(collection, 0, 1_500);
    awaitWalk(collection, CODES);
    assertTrue(recall(collection, 50) > 0.95);
    // Rows of 64 bytes in chunks of 4 MiB; before the last training perhaps in two stores.
    assertEquals(0, collection.stats().codeBytes() % (4 << 20));
    assertTrue(collection.stats().codeBytes() > 0);
    assertTrue(collection.stats().offHeapBytes() > collection.stats().codeBytes());
    CollectionValidator.validateIndexed(collection.engine());
  }

  @Test
  void areMadeAnewAfterOpening() throws Exception {
    upsert(collection(Metric.COSINE), 0, 600);
    simulated.reopen();
    VectorCollection reopened = collection(Metric.COSINE);
    awaitWalk(reopened, CODES);
    assertTrue(recall(reopened, 20) > 0.95);
    upsert(reopened, 600, 700);
    simulated.kill();
    VectorCollection recovered = collection(Metric.COSINE);
    awaitWalk(recovered, CODES);
    assertEquals(700, recovered.count());
    assertTrue(recall(recovered, 20) > 0.95);
  }

  /** Trained at 1, 8, 64 and 512 records, with linkers, searches and updates beside. */
  @Test
  void areTrainedBesideWritesAndSearches() throws Exception {
    VectorCollection collection = collection(Metric.EUCLIDEAN);
    AtomicInteger written = new AtomicInteger();
    int count = 2_000;
    try (ExecutorService readers = Executors.newFixedThreadPool(2)) {
      Callable<Integer> reader =
          () -> {
            int searches = 0;
            for (int now = written.get(); now < count; now = written.get()) {
              if (now > 0) {
                int id = now - 1;
                SearchRequest request = SearchRequest.of(vector(id), 1);
                assertEquals(RecordId.of(id), collection.search(request).hits().getFirst().id());
                searches++;
              }
            }
            return searches;
          };
      Future<Integer> first = readers.submit(reader);
      Future<Integer> second = readers.submit(reader);
      for (int id = 0; id < count; id++) {
        collection.upsert(id, vector(id), Payload.empty());
        written.set(id + 1);
        if (id % 3 == 0) {
          collection.upsert(id / 2, vector(id / 2), Payload.of("n", (long) id));
        }
      }
      assertTrue(first.get() + second.get() > 0);
    }
    awaitWalk(collection, CODES);
    CollectionValidator.validateIndexed(collection.engine());
    assertTrue(recall(collection, 50) > 0.95);
  }

  /** Two elements are so large that all others have one code, and neighbours differ in those. */
  @Test
  void areNotUsedWhereTheyDoNotTellNeighboursApart() throws Exception {
    VectorCollection collection = collection(Metric.EUCLIDEAN);
    for (int id = 0; id < 1_500; id++) {
      float[] vector = vector(id);
      vector[0] = id % 2 == 0 ? 1e6f : -1e6f;
      collection.upsert(id, vector, Payload.empty());
    }
    awaitWalk(collection, "vectors (codes keep ");
    assertEquals(0, collection.stats().codeBytes());
    float[] query = vector(7);
    query[0] = -1e6f;
    assertEquals(
        RecordId.of(7), collection.search(SearchRequest.of(query, 1)).hits().getFirst().id());
    assertTrue(recall(collection, 20) > 0.95);
  }

  /** What is written after training lies where no code tells it from its like. */
  @Test
  void areGivenUpWhenVectorsComeFromOutsideTheirRange() throws Exception {
    VectorCollection collection = collection(Metric.EUCLIDEAN);
    upsert(collection, 0, 600);
    awaitWalk(collection, CODES);
    for (int id = 600; id < 1_200; id++) {
      collection.upsert(id, far(id), Payload.empty());
    }
    collection.awaitIndexed();
    int found = 0;
    for (int id = 600; id < 1_200; id++) {
      SearchRequest request = SearchRequest.builder(far(id), 1).efSearch(40).build();
      found += collection.search(request).hits().getFirst().id().equals(RecordId.of(id)) ? 1 : 0;
    }
    assertTrue(found > 580, found + " of 600 found");
    CollectionValidator.validateIndexed(collection.engine());
  }

  private static float[] far(long seed) {
    float[] vector = vector(seed);
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] += 100;
    }
    return vector;
  }

  /** As many as are scored again at least, so that none is a hit by its code alone. */
  @Test
  void findAsManyAsAreWanted() throws Exception {
    VectorCollection collection = collection(Metric.EUCLIDEAN);
    upsert(collection, 0, 1_500);
    awaitWalk(collection, CODES);
    for (int k : new int[] {1, 200, 400, 1_500, 2_000}) {
      SearchRequest request = SearchRequest.of(vector(-1), k);
      List<Hit> exact = collection.searchExact(request).hits();
      List<Hit> hits = collection.search(request).hits();
      assertEquals(Math.min(k, 1_500), hits.size());
      Set<Hit> wanted = new HashSet<>(exact);
      long found = hits.stream().filter(wanted::contains).count();
      assertTrue(found >= 0.97 * hits.size(), () -> found + " of " + k);
    }
  }

  @Test
  void areNotMadeOfVectorsThatAreSmallAnyway() throws Exception {
    VectorCollection plane = simulated.plane();
    plane.upsert(1, new float[] {1, 2}, Payload.empty());
    plane.awaitIndexed();
    assertEquals("vectors", plane.stats().walkedBy());
    assertEquals(0, plane.stats().codeBytes());
  }

  @Test
  void damagedVectorsAreToldAndLeaveTheGraphToBeWalkedByVectors() throws Exception {
    VectorCollection collection = collection(Metric.EUCLIDEAN);
    upsert(collection, 0, 300);
    // Nothing is left to be linked after opening, so that only training reads the damaged vectors.
    collection.awaitIndexed();
    simulated.database().close();
    simulated.damage("coded", "vectors-");
    simulated.reopen();
    VectorCollection damaged = collection(Metric.EUCLIDEAN);
    while (damaged.stats().warning().isEmpty()) {
      Thread.sleep(1);
    }
    String warning = damaged.stats().warning().orElseThrow();
    assertTrue(warning.startsWith("no codes were made to walk the graph by: "), warning);
    assertTrue(warning.contains("/coded/vectors-"), warning);
    assertEquals("vectors", damaged.stats().walkedBy());
  }

  @Test
  void closingAndDroppingEndTraining() {
    upsert(collection(Metric.EUCLIDEAN), 0, 300);
    for (int i = 0; i < 20; i++) {
      simulated.reopen();
      assertEquals(300, collection(Metric.EUCLIDEAN).count());
    }
    simulated.reopen();
    assertEquals(300, collection(Metric.EUCLIDEAN).count());
    simulated.database().drop("coded");
    assertEquals(List.of(), simulated.database().collectionNames());
  }
}
