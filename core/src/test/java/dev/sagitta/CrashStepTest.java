package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.CollectionValidator;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Small workloads that crash at every step of their input and output, at each level of durability:
 * the power fails, with several outcomes each, or the process is killed. Whatever the step, the
 * database opens without help; its collections are those acknowledged, in a state of their commit
 * order that has all that was promised; they accept writes; and opening again, after closing or
 * after another power loss, finds the same.
 *
 * <p>Nothing is random but by seeds that stand here; a failure names step and seed.
 */
final class CrashStepTest {
  /** 16 vectors fill an extent. */
  private static final int EXTENT_BYTES = 1 << 10;

  private static final Tuning TINY =
      new Tuning(EXTENT_BYTES, 2 * EXTENT_BYTES, 4 << 10, 1 << 20, 1 << 10);

  /** The same with a checkpoint in the background every ten records. */
  private static final Tuning TINY_LOG =
      new Tuning(EXTENT_BYTES, 2 * EXTENT_BYTES, 4 << 10, 2 << 10, 1 << 10);

  private static final int POWER_LOSSES = 3;

  private static final List<Durability> LEVELS =
      List.of(Durability.sync(), Durability.interval(Duration.ofHours(1), 4_096), Durability.os());

  private static long crashes;

  /** What is done until the crash. */
  private interface Workload {
    void run(ModelWriter writer);
  }

  @AfterAll
  static void report() {
    System.out.printf("CrashStepTest: %,d crashes%n", crashes);
  }

  @Test
  void upsertsUpdatesAndDeletes() {
    crashAtEveryStep(
        TINY,
        writer -> {
          writer.create("a");
          for (int id = 0; id < 10; id++) {
            writer.upsert("a", id, 0);
          }
          for (int id = 0; id < 10; id += 3) {
            writer.upsert("a", id, 1);
            writer.delete("a", id + 1);
          }
          writer.delete("a", 99);
          writer.upsert("a", 1, 2);
          writer.flush("a");
          writer.upsertAll("a", 5, 12, 3);
          writer.delete("a", 16);
        });
  }

  @Test
  void atomicBatches() {
    crashAtEveryStep(
        TINY,
        writer -> {
          writer.create("a");
          writer.batch("a", 0, List.of(1, 2, 3, 4), List.of());
          writer.batch("a", 1, List.of(3, 4, 5, 6, 5), List.of(1));
          writer.batch("a", 2, List.of(), List.of(2, 3, 77));
          writer.batch("a", 3, List.of(1, 2, 7, 8, 9, 10, 11, 12, 13, 14), List.of(7));
          writer.checkpoint("a");
          writer.batch("a", 4, List.of(20, 21, 22), List.of(20, 1));
          writer.upsert("a", 20, 4);
          writer.batch("a", 5, List.of(20, 21, 22, 23, 24, 25, 26, 27), List.of(8, 9));
        });
  }

  @Test
  void checkpointsAndLogRotation() {
    crashAtEveryStep(
        TINY,
        writer -> {
          writer.create("a");
          writer.upsertAll("a", 0, 11, 0);
          writer.checkpoint("a");
          writer.upsert("a", 3, 1);
          writer.delete("a", 4);
          writer.awaitIndexed("a");
          writer.checkpoint("a");
          writer.upsertAll("a", 8, 11, 2);
          writer.flush("a");
          writer.upsert("a", 0, 3);
          writer.checkpoint("a");
          writer.upsert("a", 1, 4);
        });
  }

  @Test
  void checkpointsInTheBackground() {
    crashAtEveryStep(
        TINY_LOG,
        writer -> {
          writer.create("a");
          for (int i = 0; i < 36; i++) {
            writer.upsert("a", i % 25, i);
          }
        });
  }

  @Test
  void creatingAndDropping() {
    crashAtEveryStep(
        TINY,
        writer -> {
          writer.create("a");
          writer.upsert("a", 1, 0);
          writer.create("b");
          writer.upsertAll("b", 0, 3, 0);
          writer.checkpoint("b");
          writer.drop("a");
          writer.upsert("b", 7, 1);
          writer.create("a");
          writer.upsert("a", 2, 1);
          writer.drop("b");
          writer.upsert("a", 3, 1);
        });
  }

  @Test
  void closingAndOpening() {
    crashAtEveryStep(
        TINY,
        writer -> {
          writer.create("a");
          writer.upsertAll("a", 0, 5, 0);
          writer.close();
          writer.upsert("a", 2, 1);
          writer.upsertAll("a", 5, 6, 1);
          writer.close();
          writer.flush("a");
          writer.close();
          writer.delete("a", 2);
          writer.close();
        });
  }

  private static void crashAtEveryStep(Tuning tuning, Workload workload) {
    for (Durability durability : LEVELS) {
      long steps = steps(tuning, durability, workload);
      for (long step = 1; step <= steps; step++) {
        String context = durability + ", step " + step + " of " + steps;
        try {
          crashAt(step, tuning, durability, workload);
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(context + ", " + e.getMessage(), e);
        }
      }
    }
  }

  /** How many steps a workload takes that nothing disturbs. */
  private static long steps(Tuning tuning, Durability durability, Workload workload) {
    var files = new SimulatedFiles();
    try (var database = ModelDatabase.simulated(files, durability, tuning)) {
      workload.run(new ModelWriter(database, durability));
    }
    return files.ioSteps();
  }

  private static void crashAt(long step, Tuning tuning, Durability durability, Workload workload) {
    var files = new SimulatedFiles();
    // A write that crashes has reached the page cache not at all, in part, or wholly.
    files.crashAtStep(step, step % 4 / 3.0);
    var database = ModelDatabase.simulated(files, durability, tuning);
    var writer = new ModelWriter(database, durability);
    try {
      workload.run(writer);
    } catch (SagittaException crashed) {
      assertTrue(files.ioSteps() >= step, () -> "failed before the crash: " + crashed);
    }
    List<SimulatedFiles> survivors =
        new ArrayList<>(database.crashes(step * POWER_LOSSES, POWER_LOSSES));
    survivors.add(files.killProcess());
    for (int i = 0; i < survivors.size(); i++) {
      boolean powerLoss = i < POWER_LOSSES;
      try (var survivor = ModelDatabase.simulated(survivors.get(i), durability, tuning)) {
        verify(survivor, writer, powerLoss, (step + i) % 4 == 0, step);
      } catch (RuntimeException | AssertionError e) {
        String seed = powerLoss ? "power loss of seed " + (step * POWER_LOSSES + i) : "kill";
        throw new AssertionError(seed + ": " + e.getMessage(), e);
      }
      crashes++;
    }
  }

  /** Checks what is found after a crash, that it can be written to, and that all of it stays. */
  private static void verify(
      ModelDatabase survivor, ModelWriter writer, boolean powerLoss, boolean inPeace, long seed) {
    Map<String, Map<RecordId, VectorRecord>> found;
    if (!powerLoss && seed % 2 == 0) {
      // The next process only reads what the killed one left, and then the power fails.
      var unused = check(survivor, writer, false);
      survivor.crash(seed);
      crashes++;
      found = check(survivor, writer, true);
    } else {
      found = check(survivor, writer, powerLoss);
    }
    if (inPeace) {
      // The checkpoint at closing stores what was recovered, and that is opened next.
      survivor.close();
    }
    var written = new TreeMap<String, Map<RecordId, VectorRecord>>();
    found.forEach((name, records) -> written.put(name, write(survivor, name, records)));
    if (inPeace) {
      survivor.close();
    } else {
      // What the first crash left in the page cache only has been made durable by now.
      survivor.crash(seed);
      crashes++;
    }
    written.forEach((name, records) -> checkSame(survivor, name, records));
    survivor.kill();
  }

  /** The collections that are there, each in a state that it may be in, by name. */
  private static Map<String, Map<RecordId, VectorRecord>> check(
      ModelDatabase survivor, ModelWriter writer, boolean powerLoss) {
    var found = new TreeMap<String, Map<RecordId, VectorRecord>>();
    for (CollectionInfo info : survivor.open().collections()) {
      assertEquals(Optional.empty(), info.damage());
      ModelWriter.Lifetime lifetime = writer.lifetimes().get(info.name());
      assertTrue(lifetime != null, () -> info.name() + " was dropped and is back");
      VectorCollection collection = survivor.open().collection(info.name());
      if (lifetime != null) {
        int unused = lifetime.history().check(collection, powerLoss);
      }
      CollectionValidator.validate(collection.engine());
      checkSearch(collection);
      found.put(info.name(), ModelHistory.records(collection));
    }
    writer
        .lifetimes()
        .forEach(
            (name, lifetime) ->
                assertTrue(
                    found.containsKey(name) || !lifetime.certain(), () -> name + " is lost"));
    return found;
  }

  /** Checks that the same records as before are there, and writes; what is there then. */
  private static Map<RecordId, VectorRecord> write(
      ModelDatabase survivor, String name, Map<RecordId, VectorRecord> records) {
    VectorCollection collection = checkSame(survivor, name, records);
    Map<RecordId, VectorRecord> expected = new TreeMap<>(records);
    if (!records.isEmpty()) {
      RecordId deleted = records.keySet().iterator().next();
      assertTrue(collection.delete(deleted), () -> deleted + " cannot be deleted");
      expected.remove(deleted);
    }
    List<VectorRecord> added =
        IntStream.range(95, 105).mapToObj(id -> ModelWriter.record(id, 9)).toList();
    assertEquals(added.size(), collection.upsertAll(added.stream()));
    collection.flush();
    added.forEach(record -> expected.put(record.id(), record));
    return expected;
  }

  private static VectorCollection checkSame(
      ModelDatabase survivor, String name, Map<RecordId, VectorRecord> expected) {
    VectorCollection collection = survivor.open().collection(name);
    Map<RecordId, VectorRecord> found = ModelHistory.records(collection);
    assertTrue(
        ModelHistory.same(expected, found),
        () -> name + " has " + found.keySet() + " after opening again, not " + expected.keySet());
    try {
      CollectionValidator.validateIndexed(collection.engine());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    return collection;
  }

  private static void checkSearch(VectorCollection collection) {
    var oracle = new ModelOracle(collection.config().metric());
    ModelHistory.records(collection).values().forEach(oracle::put);
    float[] query = ModelRecords.vector(ModelWriter.DIMENSION, 1_000);
    oracle.checkExact(collection.searchExact(SearchRequest.of(query, 5)), query, 5);
    double unused = oracle.checkHits(collection.search(SearchRequest.of(query, 5)), query, 5);
  }
}
