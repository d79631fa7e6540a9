package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.CalibrationStats.State;
import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.CollectionValidator;
import dev.sagitta.engine.Tuning;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Target recalls: what searches find, and what the collection says of it. */
final class TargetRecallTest {
  private static final int DIMENSION = 24;

  /** More than are scanned for any target. */
  private static final int COUNT = 3_000;

  private static final int CLUSTERS = 20;
  private static final int QUERIES = 400;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Below a target by what 400 other queries may find less than the sample did. */
  private static final double TOLERANCE = 0.012;

  private static final double[] TARGETS = {0.8, 0.9, 0.95, 0.98, 0.99, 0.999};
  private static final Path FOLDER = SimulatedDatabase.DIRECTORY.resolve("c");

  private final SimulatedDatabase simulated =
      new SimulatedDatabase().durability(Durability.os()).tuning(Tuning.DEFAULT);
  private final Random random = new Random(11);
  private final float[][] centres = new float[CLUSTERS][];

  @AfterEach
  void close() {
    simulated.close();
  }

  private static CollectionConfig config() {
    return CollectionConfig.builder(DIMENSION, Metric.EUCLIDEAN).m(6).efConstruction(40).build();
  }

  private VectorCollection collection() {
    return simulated.database().collection("c", config());
  }

  private float[] uniform() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextFloat();
    }
    return vector;
  }

  private float[] clustered() {
    int cluster = random.nextInt(CLUSTERS);
    if (centres[cluster] == null) {
      centres[cluster] = uniform();
    }
    float[] vector = centres[cluster].clone();
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] += (float) (0.1 * random.nextGaussian());
    }
    return vector;
  }

  private void fill(VectorCollection collection, int first, int count, boolean clusters) {
    assertEquals(
        count,
        collection.upsertAll(
            IntStream.range(first, first + count)
                .mapToObj(id -> VectorRecord.of(id, clusters ? clustered() : uniform()))));
  }

  private static RecallCalibration calibrated(VectorCollection collection)
      throws InterruptedException {
    assertTrue(collection.awaitIndexed(PATIENCE));
    long end = System.nanoTime() + PATIENCE.toNanos();
    CalibrationStats stats = collection.stats().calibration();
    while (stats.state() != State.CALIBRATED) {
      assertTrue(System.nanoTime() - end < 0, () -> "" + collection.stats());
      TimeUnit.MILLISECONDS.sleep(5);
      stats = collection.stats().calibration();
    }
    return stats.calibration().orElseThrow();
  }

  private static double recall(
      VectorCollection collection, List<float[]> queries, int k, double target) {
    int found = 0;
    for (float[] query : queries) {
      float farthest =
          collection.searchExact(SearchRequest.of(query, k)).hits().getLast().distance();
      SearchResult result =
          collection.search(SearchRequest.builder(query, k).targetRecall(target).build());
      assertEquals(k, result.size());
      for (Hit hit : result) {
        found += hit.distance() <= farthest ? 1 : 0;
      }
    }
    return (double) found / (queries.size() * k);
  }

  private List<float[]> queries(boolean clusters) {
    List<float[]> queries = new ArrayList<>();
    for (int i = 0; i < QUERIES; i++) {
      queries.add(clusters ? clustered() : uniform());
    }
    return queries;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void queriesThatWereNeverSeenReachTheTarget(boolean clusters) throws InterruptedException {
    VectorCollection collection = collection();
    fill(collection, 0, 3 * COUNT, clusters);
    RecallCalibration calibration = calibrated(collection);
    assertEquals(3 * COUNT, calibration.records());
    assertEquals(3 * COUNT, calibration.slots());
    assertEquals(1_000, calibration.queries());
    List<float[]> queries = queries(clusters);
    for (int k : new int[] {1, 10, 40, 100, 150}) {
      for (double target : TARGETS) {
        double recall = recall(collection, queries, k, target);
        assertTrue(recall >= target - TOLERANCE, k + " at " + target + ": " + recall);
      }
    }
    RecallTarget easy = target(calibration, 10, 0.9);
    assertTrue(easy.efSearch().orElseThrow() < SearchRequest.EF_SEARCH_DEFAULT, "" + easy);
    assertTrue(easy.measuredRecall() >= 0.9 && easy.reached(), "" + easy);
  }

  private static RecallTarget target(RecallCalibration calibration, int k, double target) {
    return calibration.targets().stream()
        .filter(found -> found.k() == k && found.targetRecall() == target)
        .findFirst()
        .orElseThrow();
  }

  /** What a graph search cannot reach for less than a scan costs is scanned, and found whole. */
  @Test
  void whatOnlyAScanReachesIsScanned() throws InterruptedException {
    CollectionConfig hard = CollectionConfig.builder(300, Metric.EUCLIDEAN).m(2).build();
    VectorCollection collection = simulated.database().collection("hard", hard);
    float[][] vectors = new float[COUNT][300];
    for (float[] vector : vectors) {
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) random.nextGaussian();
      }
    }
    assertEquals(
        COUNT,
        collection.upsertAll(
            IntStream.range(0, COUNT).mapToObj(id -> VectorRecord.of(id, vectors[id]))));
    RecallTarget highest = calibrated(collection).targets().getLast();
    assertTrue(highest.efSearch().isEmpty() && highest.reached(), "" + highest);
    assertEquals(1, highest.measuredRecall());
    float[] query = new float[300];
    query[0] = 1;
    assertEquals(
        collection.searchExact(SearchRequest.of(query, 10)),
        collection.search(SearchRequest.builder(query, 10).targetRecall(0.999).build()));
  }

  @Test
  void otherElementsAreCalibratedToo() throws InterruptedException {
    CollectionConfig bits = CollectionConfig.builder(128, Metric.HAMMING).build();
    VectorCollection collection = simulated.database().collection("bits", bits);
    assertEquals(ElementType.BINARY, collection.config().elements());
    assertEquals(
        COUNT,
        collection.upsertAll(
            IntStream.range(0, COUNT)
                .mapToObj(
                    id -> {
                      byte[] vector = new byte[16];
                      random.nextBytes(vector);
                      return new VectorRecord(
                          RecordId.of(id), VectorValue.binary(vector), Payload.empty());
                    })));
    assertEquals(16, calibrated(collection).targets().size());
  }

  @Test
  void aSmallCollectionIsScannedAndNeedsNone() throws InterruptedException {
    VectorCollection collection = collection();
    fill(collection, 0, 2_048, false);
    assertTrue(collection.awaitIndexed(PATIENCE));
    CalibrationStats stats = collection.stats().calibration();
    assertEquals(State.NOT_NEEDED, stats.state());
    assertTrue(stats.calibration().isEmpty() && stats.error().isEmpty() && !stats.running());
    assertEquals(1, recall(collection, queries(false), 10, 0.5));
  }

  @Test
  void untilTheLinkersHaveCaughtUpThereIsNone() throws InterruptedException {
    GatedThreads threads = GatedThreads.holdingLinkers();
    // So many that no writer has to help.
    simulated.tuning(new Tuning(4 << 20, 4 << 20, 64 << 20, 64L << 20, 8)).gated(threads);
    VectorCollection collection = collection();
    fill(collection, 0, COUNT, true);
    TimeUnit.MILLISECONDS.sleep(1_200);
    assertEquals(State.NOT_CALIBRATED, collection.stats().calibration().state());
    assertEquals(1, recall(collection, queries(true), 10, 0.8), "pending records are scanned");
    threads.open();
    assertEquals(COUNT, calibrated(collection).records());
  }

  @Test
  void aRestartKeepsItAndTheNextOneChangesNothing() throws Exception {
    fill(collection(), 0, COUNT, true);
    RecallCalibration calibration = calibrated(collection());
    simulated.reopen();
    assertTrue(collection().awaitIndexed(PATIENCE));
    assertEquals(State.CALIBRATED, collection().stats().calibration().state());
    assertEquals(calibration, collection().stats().calibration().calibration().orElseThrow());
    assertTrue(collection().verify(VerifyLevel.CONTENT).intact(), "no part is taken for damage");
    String digest = simulated.files().digest();
    simulated.reopen();
    assertTrue(collection().awaitIndexed(PATIENCE));
    simulated.reopen();
    assertEquals(digest, simulated.files().digest());
  }

  @Test
  void aKilledProcessHasTheNextOneCalibrateAnew() throws InterruptedException {
    fill(collection(), 0, COUNT, true);
    RecallCalibration calibration = calibrated(collection());
    simulated.kill();
    assertEquals(calibration.records(), calibrated(collection()).records());
  }

  @Test
  void isMeasuredAnewOnceTheCollectionHasDoubledOrHalved() throws InterruptedException {
    VectorCollection collection = collection();
    fill(collection, 0, COUNT, true);
    assertEquals(COUNT, calibrated(collection).records());
    fill(collection, COUNT, COUNT - 1, true);
    assertEquals(State.CALIBRATED, collection.stats().calibration().state());
    fill(collection, 2 * COUNT, 1, true);
    assertNotEquals(State.NOT_CALIBRATED, collection.stats().calibration().state());
    assertEquals(2 * COUNT, calibrated(collection).records());
    List<RecordId> half = IntStream.range(0, COUNT).mapToObj(id -> RecordId.of(id)).toList();
    assertEquals(COUNT, collection.deleteAll(half));
    RecallCalibration last = calibrated(collection);
    assertEquals(COUNT, last.records());
    assertEquals(2 * COUNT, last.slots());
  }

  /**
   * Flips bits of all that stands behind the links; a calibration that is lost is measured anew.
   */
  @Test
  void damageToItIsHarmless() throws Exception {
    fill(collection(), 0, COUNT, true);
    assertEquals(16, calibrated(collection()).targets().size());
    simulated.database().close();
    Path links = FOLDER.resolve(linksName());
    // Sixteen targets of 32 bytes behind 32, then padding, a table and a footer.
    int length = simulated.files().bytes(links).length;
    long end = length - 32L;
    for (long at = end - 560; at < length; at += 29) {
      simulated.files().flipBit(links, 8 * at + at % 8);
      simulated.reopen();
      VectorCollection collection = collection();
      assertTrue(collection.awaitIndexed(PATIENCE));
      assertEquals(COUNT, collection.count());
      assertTrue(collection.stats().failure().isEmpty());
      assertEquals(
          10,
          collection.search(SearchRequest.builder(uniform(), 10).targetRecall(0.9).build()).size());
      CollectionValidator.validateIndexed(collection.engine());
      // Killed, so that the file stays as it is.
      simulated.kill();
      simulated.files().flipBit(links, 8 * at + at % 8);
    }
    simulated.reopen();
    assertEquals(COUNT, calibrated(collection()).records());
    assertTrue(collection().stats().warning().isEmpty());
  }

  private String linksName() {
    return simulated.fileNames("c").stream()
        .filter(name -> name.startsWith("links-"))
        .toList()
        .getLast();
  }

  @Test
  void calibratesBesideWrites() throws InterruptedException {
    VectorCollection collection = collection();
    fill(collection, 0, 2 * COUNT, true);
    assertTrue(collection.awaitIndexed(PATIENCE));
    long end = System.nanoTime() + PATIENCE.toNanos();
    int next = 0;
    while (collection.stats().calibration().state() != State.CALIBRATED) {
      assertTrue(System.nanoTime() - end < 0, () -> "" + collection.stats());
      // Updates, deletes and new records of what the sample may hold.
      collection.upsert(next, clustered());
      collection.delete(next + 7);
      collection.upsert(10L * COUNT + next, clustered());
      next = (next + 13) % COUNT;
      TimeUnit.MILLISECONDS.sleep(5);
    }
    RecallCalibration calibration = collection.stats().calibration().calibration().orElseThrow();
    for (RecallTarget target : calibration.targets()) {
      assertTrue(
          !target.reached() || target.measuredRecall() >= target.targetRecall(), "" + target);
    }
    List<float[]> queries = queries(true);
    assertTrue(recall(collection, queries, 10, 0.95) >= 0.95 - TOLERANCE);
  }

  @Test
  void closingDoesNotWaitForIt() throws InterruptedException {
    CollectionConfig wide = CollectionConfig.builder(512, Metric.EUCLIDEAN).m(4).build();
    VectorCollection collection = simulated.database().collection("wide", wide);
    assertEquals(
        2 * COUNT,
        collection.upsertAll(
            IntStream.range(0, 2 * COUNT)
                .mapToObj(
                    id -> {
                      float[] vector = new float[512];
                      vector[id % 512] = 1;
                      vector[random.nextInt(512)] += random.nextFloat();
                      return VectorRecord.of(id, vector);
                    })));
    assertTrue(collection.awaitIndexed(PATIENCE));
    collection.checkpoint();
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!collection.stats().calibration().running()) {
      assertTrue(System.nanoTime() - end < 0, () -> "" + collection.stats());
      Thread.onSpinWait();
    }
    long begun = System.nanoTime();
    simulated.reopen();
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    // A slice takes some milliseconds; the rest is patience with a machine that is busy.
    assertTrue(millis < 5_000, millis + " ms");
    assertEquals(2 * COUNT, simulated.database().collection("wide").count());
  }

  @Test
  void aCollectionMayHaveADefaultTarget() {
    VectorCollection plain = collection();
    VectorCollection aiming = plain.withTargetRecall(0.9);
    assertEquals(OptionalDouble.empty(), plain.targetRecall());
    assertEquals(OptionalDouble.of(0.9), aiming.targetRecall());
    assertSame(plain.engine(), aiming.engine());
    SearchRequest plainRequest = SearchRequest.of(uniform(), 3);
    SearchRequest expert = SearchRequest.builder(uniform(), 3).efSearch(7).build();
    SearchRequest own = SearchRequest.builder(uniform(), 3).targetRecall(0.8).build();
    assertSame(expert, expert.orTargetRecall(aiming.targetRecall()));
    assertSame(own, own.orTargetRecall(aiming.targetRecall()));
    assertSame(plainRequest, plainRequest.orTargetRecall(plain.targetRecall()));
    SearchRequest filled =
        SearchRequest.builder(uniform(), 3)
            .timeout(Duration.ofHours(1))
            .withPayload(false)
            .build()
            .orTargetRecall(aiming.targetRecall());
    assertEquals(OptionalDouble.of(0.9), filled.targetRecall());
    assertEquals(Duration.ofHours(1), filled.timeout().orElseThrow());
    assertEquals(3, filled.k());
    assertTrue(!filled.withPayload() && filled.efSearch().isEmpty());
    aiming.upsert(1, uniform());
    assertEquals(1, aiming.search(plainRequest).size());
  }
}
