package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.CollectionValidator;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * What a crash left is searched as well as a twin that never crashed: recall is within half a
 * point, on the average of several crashes.
 */
final class CrashRecallTest {
  private static final int CRASHES = Integer.getInteger("sagitta.nightly.recallCrashes", 6);
  private static final int RECORDS = 1_500;
  private static final int DIMENSION = 16;
  private static final int QUERIES = 300;
  private static final int K = 10;

  /** So few that not everything is found: else a worse graph would not show. */
  private static final int EF_SEARCH = 24;

  private static final double LOSS_MAX = 0.005;

  private static final CollectionConfig CONFIG =
      CollectionConfig.builder(DIMENSION, Metric.EUCLIDEAN).m(8).efConstruction(60).build();

  private static final Tuning TUNING = new Tuning(16 << 10, 16 << 10, 16 << 10, 32 << 10, 1 << 10);

  private static float[] vector(SplittableRandom random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static List<VectorRecord> records(long seed, int firstId, int count) {
    var random = new SplittableRandom(seed);
    return IntStream.range(firstId, firstId + count)
        .mapToObj(id -> VectorRecord.of(id, vector(random)))
        .toList();
  }

  @Test
  void isThatOfATwinThatNeverCrashed() {
    long steps = Simulation.run(0, CrashRecallTest::steps);
    double survivors = 0;
    double twins = 0;
    for (long seed = 1; seed <= CRASHES; seed++) {
      long crash = seed;
      double[] recall = Simulation.run(seed, simulation -> compare(simulation, steps, crash));
      survivors += recall[0] / CRASHES;
      twins += recall[1] / CRASHES;
    }
    System.out.printf(
        "CrashRecallTest: recall@%d %.4f after a crash, %.4f without, %d crashes%n",
        K, survivors, twins, CRASHES);
    double after = survivors;
    double without = twins;
    assertTrue(without > 0.8 && without < 1, () -> "of no use: the twins' recall is " + without);
    assertTrue(
        after >= without - LOSS_MAX,
        () -> "recall is " + after + " after crashes and " + without + " without");
  }

  /** About how many steps it takes. */
  private static long steps(Simulation simulation) {
    var files = new SimulatedFiles();
    try (var database = ModelDatabase.simulated(simulation, files, Durability.sync(), TUNING)) {
      write(database.open().collection("a", CONFIG), 0);
      return files.ioSteps();
    }
  }

  /** Recall after a crash at a step behind the middle, and that of a twin. */
  private static double[] compare(Simulation simulation, long steps, long seed) {
    var files = new SimulatedFiles();
    var database = ModelDatabase.simulated(simulation, files, Durability.sync(), TUNING);
    long crashStep = new SplittableRandom(seed).nextLong(steps / 2, steps);
    files.crashAtStep(crashStep, 0.5);
    try {
      write(database.open().collection("a", CONFIG), seed);
    } catch (SagittaException crashed) {
      assertTrue(files.ioSteps() >= crashStep, () -> "failed before the crash: " + crashed);
    }
    SimulatedFiles cut = database.crashes(seed, 1).getFirst();
    SimulatedFiles left = seed % 2 == 0 ? cut : files.killProcess();
    try (var survivor = ModelDatabase.simulated(simulation, left, Durability.sync(), TUNING);
        var twin =
            ModelDatabase.simulated(simulation, new SimulatedFiles(), Durability.sync(), TUNING)) {
      VectorCollection found = survivor.open().collection("a");
      Map<RecordId, VectorRecord> records = ModelHistory.records(found);
      assertTrue(records.size() > RECORDS / 3, () -> "of no use: " + records.size() + " records");
      VectorCollection uncrashed = twin.open().collection("a", CONFIG);
      long unused = uncrashed.upsertAll(records.values().stream());
      return new double[] {recall(found), recall(uncrashed)};
    }
  }

  private static void write(VectorCollection collection, long seed) {
    for (int round = 0; round < 2; round++) {
      long unused = collection.upsertAll(records(seed * 100 + round, 0, RECORDS).stream());
      List<RecordId> deleted =
          IntStream.iterate(round, id -> id < RECORDS, id -> id + 10)
              .mapToObj(RecordId::of)
              .toList();
      unused = collection.deleteAll(deleted);
    }
  }

  private static double recall(VectorCollection collection) {
    try {
      CollectionValidator.validateIndexed(collection.engine());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    var random = new SplittableRandom(77);
    long right = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query = vector(random);
      SearchRequest request = SearchRequest.builder(query, K).efSearch(EF_SEARCH).build();
      Set<RecordId> nearest = ids(collection.searchExact(request));
      right += ids(collection.search(request)).stream().filter(nearest::contains).count();
    }
    return (double) right / (QUERIES * K);
  }

  private static Set<RecordId> ids(SearchResult result) {
    return result.hits().stream().map(Hit::id).collect(Collectors.toSet());
  }
}
