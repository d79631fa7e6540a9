package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.CollectionValidator;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.IoCall;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Crashes after crashes: what was forced behind a cut tail stays, and what the cut took never comes
 * back. Seeds are fixed; a failure names its own, which decides the order of threads too.
 */
final class DoubleCrashTest {
  private static final Tuning TINY = new Tuning(512, 2_048, 4 << 10, 1 << 20, 1 << 10);
  private static final int FORCED = 5;
  private static final int WRITTEN = 40;
  private static final int SEEDS = 60;

  /** Outcomes that are tried of each last crash. */
  private static final int POWER_LOSSES = 4;

  private static long crashes;

  @AfterAll
  static void report() {
    System.out.printf("DoubleCrashTest: %,d crashes%n", crashes);
  }

  /** Writes that only the operating system has, behind a few that were forced. */
  private static ModelDatabase unforced(Simulation simulation) {
    var database = ModelDatabase.simulated(simulation, new SimulatedFiles(), Durability.os(), TINY);
    VectorCollection collection = create(database);
    for (int id = 0; id < FORCED; id++) {
      collection.upsert(ModelWriter.record(id, 0));
    }
    collection.flush();
    for (int id = FORCED; id < WRITTEN; id++) {
      collection.upsert(ModelWriter.record(id, 0));
    }
    return database;
  }

  private static VectorCollection create(ModelDatabase database) {
    return database
        .open()
        .collection(
            "a", CollectionConfig.builder(ModelWriter.DIMENSION, Metric.EUCLIDEAN).m(4).build());
  }

  private static ModelDatabase sync(Simulation simulation, SimulatedFiles files) {
    return ModelDatabase.simulated(simulation, files, Durability.sync(), TINY);
  }

  /** What is done with a seed. */
  private interface Trial {
    void run(Simulation simulation, long seed);
  }

  /** Tries something with a seed, which a failure names; it decides the order of threads too. */
  private static void simulate(long seed, Trial trial) {
    try {
      boolean unused =
          Simulation.run(
              seed,
              simulation -> {
                trial.run(simulation, seed);
                return true;
              });
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
    }
  }

  /** Opens, checks that it holds the first so many records, and gives their number. */
  private static int survivors(ModelDatabase database) {
    Map<RecordId, VectorRecord> found = records(database);
    int count = found.size();
    assertTrue(count >= FORCED && count <= WRITTEN, () -> count + " records");
    assertSame(first(count), found);
    return count;
  }

  private static Map<RecordId, VectorRecord> first(int count) {
    Map<RecordId, VectorRecord> records = new TreeMap<>();
    for (int id = 0; id < count; id++) {
      put(records, id, 0);
    }
    return records;
  }

  private static VectorRecord put(Map<RecordId, VectorRecord> records, int id, int version) {
    VectorRecord record = ModelWriter.record(id, version);
    records.put(record.id(), record);
    return record;
  }

  private static VectorCollection collection(ModelDatabase database) {
    return database.open().collection("a");
  }

  private static Map<RecordId, VectorRecord> records(ModelDatabase database) {
    VectorCollection collection = collection(database);
    CollectionValidator.validate(collection.engine());
    return ModelHistory.records(collection);
  }

  private static void assertSame(
      Map<RecordId, VectorRecord> expected, Map<RecordId, VectorRecord> found) {
    assertTrue(
        ModelHistory.same(expected, found),
        () -> "found " + found.keySet() + " instead of " + expected.keySet());
  }

  /** Crashes with several seeds and checks that each time exactly these records are there. */
  private static void assertSurvive(
      Simulation simulation,
      ModelDatabase database,
      long seed,
      Map<RecordId, VectorRecord> expected) {
    for (SimulatedFiles survivor : database.crashes(seed * 100, POWER_LOSSES)) {
      crashes++;
      try (var reopened = sync(simulation, survivor)) {
        assertSame(expected, records(reopened));
      }
    }
  }

  @Test
  void whatIsForcedBehindACutTailStays() {
    AtomicInteger cut = new AtomicInteger();
    for (long each = 0; each < 2 * SEEDS; each++) {
      simulate(each, (simulation, seed) -> forceBehindACutTail(simulation, seed, cut));
    }
    assertTrue(cut.get() >= 5, () -> "only " + cut + " tails were cut in their middle");
  }

  private static void forceBehindACutTail(Simulation simulation, long seed, AtomicInteger cut) {
    SimulatedFiles torn = unforced(simulation).crashes(seed, 1).getFirst();
    crashes++;
    var database = sync(simulation, torn);
    int survivors = survivors(database);
    cut.addAndGet(survivors > FORCED && survivors < WRITTEN ? 1 : 0);
    Map<RecordId, VectorRecord> expected = first(survivors);
    // The ids that the cut took, too: their old versions must not come back over the new ones.
    for (int id = WRITTEN - 2; id < WRITTEN + 2; id++) {
      collection(database).upsert(put(expected, id, 1));
    }
    assertSurvive(simulation, database, seed, expected);
  }

  @Test
  void crashesDuringTheFirstWriteBehindACutTailLoseNothing() {
    for (long each = 0; each < SEEDS; each += 20) {
      simulate(each, DoubleCrashTest::crashDuringTheFirstWrite);
    }
  }

  private static void crashDuringTheFirstWrite(Simulation simulation, long seed) {
    SimulatedFiles torn = unforced(simulation).crashes(seed, 1).getFirst();
    int survivors;
    try (var database = sync(simulation, torn.crash(seed))) {
      survivors = survivors(database);
    }
    long steps = firstWriteSteps(simulation, torn.crash(seed), survivors);
    for (long step = 1; step <= steps; step++) {
      SimulatedFiles files = torn.crash(seed);
      files.crashAtStep(step, step % 3 / 2.0);
      crashDuringTheFirstWrite(simulation, files, seed, survivors);
    }
  }

  private static long firstWriteSteps(Simulation simulation, SimulatedFiles files, int survivors) {
    var database = sync(simulation, files);
    collection(database).upsert(ModelWriter.record(survivors, 2));
    long steps = files.ioSteps();
    var unused = database.crashes(0, 1);
    return steps;
  }

  private static void crashDuringTheFirstWrite(
      Simulation simulation, SimulatedFiles files, long seed, int survivors) {
    var database = sync(simulation, files);
    VectorCollection collection = collection(database);
    // What has that id the cut may have taken, in another version.
    VectorRecord unsure = ModelWriter.record(survivors, 2);
    assertThrows(SagittaException.class, () -> collection.upsert(unsure));
    for (SimulatedFiles survivor : database.crashes(seed * 7, 3)) {
      crashes++;
      var again = sync(simulation, survivor);
      Map<RecordId, VectorRecord> found = records(again);
      Map<RecordId, VectorRecord> expected = first(survivors);
      if (found.containsKey(unsure.id())) {
        expected.put(unsure.id(), unsure);
      }
      assertSame(expected, found);
      collection(again).upsert(put(expected, WRITTEN, 3));
      assertSurvive(simulation, again, seed, expected);
    }
  }

  @Test
  void aPowerLossInTheFirstWriteAfterAKillInTheFirstWriteLosesNothing() {
    simulate(0, (simulation, seed) -> losePowerAfterAKill(simulation));
  }

  private static void losePowerAfterAKill(Simulation simulation) {
    var database = sync(simulation, new SimulatedFiles());
    VectorCollection made = create(database);
    for (int id = 0; id < FORCED; id++) {
      made.upsert(ModelWriter.record(id, 0));
    }
    database.close();
    SimulatedFiles closed = database.files();
    long steps = firstWriteSteps(simulation, closed.crash(0), FORCED);
    for (long killStep = 1; killStep <= steps; killStep++) {
      // Names and contents are mixed up where the second is about as far as the first was.
      for (long step = Math.max(1, killStep - 3); step <= killStep + 3; step++) {
        SimulatedFiles killed =
            crashingAt(simulation, killStep, closed.crash(0), FORCED).killProcess();
        SimulatedFiles files = crashingAt(simulation, step, killed, FORCED + 1);
        for (int i = 0; i < 4 * POWER_LOSSES; i++) {
          crashes++;
          try (var survivor = sync(simulation, files.crash(killStep * 10_000 + step * 100 + i))) {
            Map<RecordId, VectorRecord> found = records(survivor);
            Map<RecordId, VectorRecord> expected = first(FORCED);
            for (int id = FORCED; id < FORCED + 2; id++) {
              if (found.containsKey(ModelWriter.record(id, 2).id())) {
                var unused = put(expected, id, 2);
              }
            }
            assertSame(expected, found);
          }
        }
      }
    }
  }

  /** Opens, writes, and crashes at a step of that, if it comes to it. */
  private static SimulatedFiles crashingAt(
      Simulation simulation, long step, SimulatedFiles files, int id) {
    files.crashAtStep(files.ioSteps() + step, 0.5);
    var database = sync(simulation, files);
    try {
      collection(database).upsert(ModelWriter.record(id, 2));
    } catch (SagittaException crashed) {
      assertTrue(files.ioSteps() >= step, () -> "failed before the crash: " + crashed);
    }
    // Threads end only once the file system is dead.
    SimulatedFiles unused = files.crash(0);
    database.bury();
    return files;
  }

  @Test
  void aChainOfCrashesAtRandomStepsKeepsAllThatWasAcknowledged() {
    for (long each = 0; each < 4 * SEEDS; each++) {
      simulate(each, DoubleCrashTest::crashInAChain);
    }
  }

  private static void crashInAChain(Simulation simulation, long seed) {
    var random = new SplittableRandom(seed);
    var database = sync(simulation, new SimulatedFiles());
    var writer = new ModelWriter(database, Durability.sync());
    writer.create("a");
    for (int round = 0; round < 6; round++) {
      database.files().crashAtStep(database.files().ioSteps() + 1 + random.nextInt(45), 0.5);
      writeUntilCrash(writer, random);
      boolean powerLoss = random.nextBoolean();
      if (powerLoss) {
        database.crash(random.nextLong());
      } else {
        database.kill();
      }
      crashes++;
      writer.history("a").goOn(collection(database), powerLoss);
      CollectionValidator.validate(collection(database).engine());
    }
    database.bury();
  }

  private static void writeUntilCrash(ModelWriter writer, SplittableRandom random) {
    try {
      for (int i = 0; i < 100; i++) {
        int id = random.nextInt(30);
        switch (random.nextInt(8)) {
          case 0 -> writer.delete("a", id);
          case 1 -> writer.checkpoint("a");
          case 2 -> writer.upsertAll("a", id, 5, i);
          default -> writer.upsert("a", id, i);
        }
      }
    } catch (SagittaException crashed) {
      return;
    }
    throw new AssertionError("did not crash");
  }

  @Test
  void aForcedWriteMakesDurableWhatAKilledProcessLeftInThePageCache() {
    for (long each = 0; each < SEEDS; each++) {
      simulate(each, DoubleCrashTest::writeAfterAKill);
    }
  }

  private static void writeAfterAKill(Simulation simulation, long seed) {
    var killed = unforced(simulation);
    killed.kill();
    var database = sync(simulation, killed.files());
    assertEquals(WRITTEN, survivors(database));
    Map<RecordId, VectorRecord> expected = first(WRITTEN);
    collection(database).upsert(put(expected, WRITTEN, 1));
    assertSurvive(simulation, database, seed, expected);
  }

  @Test
  void aWriteIntoWhatAKilledProcessWasCreatingSurvives() {
    long steps = Simulation.run(0, DoubleCrashTest::creationSteps);
    for (long step = 1; step <= steps; step++) {
      simulate(step, DoubleCrashTest::killWhileCreating);
    }
  }

  private static long creationSteps(Simulation simulation) {
    var files = new SimulatedFiles();
    try (var database = sync(simulation, files)) {
      VectorCollection unused = create(database);
      return files.ioSteps();
    }
  }

  /** At the step that the seed is. */
  private static void killWhileCreating(Simulation simulation, long step) {
    var files = new SimulatedFiles();
    files.crashAtStep(step, 0.5);
    var killed = sync(simulation, files);
    assertThrows(SagittaException.class, () -> create(killed));
    killed.kill();
    var database = sync(simulation, killed.files());
    VectorCollection unused = create(database);
    Map<RecordId, VectorRecord> expected = new TreeMap<>();
    collection(database).upsert(put(expected, 1, 0));
    assertSurvive(simulation, database, step, expected);
  }

  @Test
  void aFlushMakesDurableWhatAKilledProcessLeftInThePageCache() {
    for (long each = 0; each < SEEDS; each++) {
      simulate(each, DoubleCrashTest::flushAfterAKill);
    }
  }

  private static void flushAfterAKill(Simulation simulation, long seed) {
    var killed = unforced(simulation);
    killed.kill();
    var database = ModelDatabase.simulated(simulation, killed.files(), Durability.os(), TINY);
    collection(database).flush();
    assertSurvive(simulation, database, seed, first(WRITTEN));
  }

  @Test
  void aFailedForceFailsTheCollectionAndNothingForcedAfterReopeningIsLost() {
    for (long each = 0; each < SEEDS; each++) {
      simulate(each, DoubleCrashTest::failAForce);
    }
  }

  private static void failAForce(Simulation simulation, long seed) {
    var database = sync(simulation, new SimulatedFiles());
    var writer = new ModelWriter(database, Durability.sync());
    writer.create("a");
    writer.upsertAll("a", 0, FORCED, 0);
    database
        .files()
        .failNext(
            call ->
                call.operation() == IoCall.Operation.FORCE
                    && call.path().getFileName().toString().startsWith("log-"),
            new IOException("injected"));
    VectorCollection collection = collection(database);
    VectorRecord unsure = ModelWriter.record(FORCED, 0);
    assertTrue(
        assertThrows(CollectionFailedException.class, () -> collection.upsert(unsure))
            .outcomeUnknown());
    assertFalse(
        assertThrows(
                CollectionFailedException.class,
                () -> collection.upsert(ModelWriter.record(FORCED + 1, 0)))
            .outcomeUnknown());
    assertSame(first(FORCED), ModelHistory.records(collection));
    // The page cache now holds the failed write, and no force will ever write it.
    database.kill();
    Map<RecordId, VectorRecord> expected = records(database);
    assertSame(first(expected.size()), expected);
    collection(database).upsert(put(expected, WRITTEN, 0));
    assertSurvive(simulation, database, seed, expected);
  }
}
