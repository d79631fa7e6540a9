package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.CollectionValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Interrupting callers neither damages nor closes the store. */
final class InterruptTest {
  private static final Durability DURABILITY = Durability.interval(Duration.ofMillis(20), 64 << 10);
  private static final int PLATFORM_WORKERS = 4;
  private static final int WORKERS = 12;
  private static final int IDS_PER_WORKER = 250;
  private static final int OPENINGS = 8;

  /** On a slow machine it takes more until the storm has hit everything: a minute of storms. */
  private static final int OPENINGS_MAX = 120;

  private static final long STORM_MILLIS = 500;
  private static final int LIVES = 12;
  private static final int LIVES_MAX = 240;

  @TempDir Path directory;

  @Test
  void aStormOfInterruptsHarmsNothing() throws Exception {
    long seed = Long.getLong("sagitta.seed", System.nanoTime());
    System.out.println("InterruptTest seed " + seed);
    fill(WORKERS * IDS_PER_WORKER);
    List<InterruptedWorker> workers = new ArrayList<>();
    for (int i = 0; i < WORKERS; i++) {
      workers.add(new InterruptedWorker((long) i * IDS_PER_WORKER, IDS_PER_WORKER, seed + i));
    }
    SplittableRandom random = new SplittableRandom(seed);
    // Each opening begins with blocks that nobody has checked yet.
    int openings = 0;
    while (openings < OPENINGS || (!hasHit(workers) && openings < OPENINGS_MAX)) {
      openings++;
      try (VectorDatabase database = SmallDatabase.open(directory, DURABILITY)) {
        VectorCollection collection = database.collection("c");
        storm(workers, collection, random);
        assertNull(collection.stats().failure().orElse(null));
        assertNull(collection.stats().warning().orElse(null));
      }
    }
    try (VectorDatabase database = SmallDatabase.open(directory, DURABILITY)) {
      VectorCollection collection = database.collection("c");
      workers.forEach(worker -> worker.check(collection));
    }
    long streams = workers.stream().mapToLong(InterruptedWorker::streamsInterrupted).sum();
    long waits = workers.stream().mapToLong(InterruptedWorker::waitsInterrupted).sum();
    long ended = workers.stream().mapToLong(InterruptedWorker::verifiesInterrupted).sum();
    System.out.printf(
        "InterruptTest: %d openings, %d calls, %d interrupts, %d streams, %d batches, %d waits,"
            + " %d of %d verifies ended by them%n",
        openings,
        workers.stream().mapToLong(InterruptedWorker::calls).sum(),
        workers.stream().mapToLong(InterruptedWorker::interruptsInAll).sum(),
        streams,
        workers.stream().mapToLong(InterruptedWorker::batchesInterrupted).sum(),
        waits,
        ended,
        ended + workers.stream().mapToLong(InterruptedWorker::verifies).sum());
    assertTrue(hasHit(workers), "the storm hit nothing");
  }

  /** Whether interrupts have ended calls of each kind that they can end. */
  private static boolean hasHit(List<InterruptedWorker> workers) {
    return workers.stream().anyMatch(worker -> worker.streamsInterrupted() > 0)
        && workers.stream().anyMatch(worker -> worker.waitsInterrupted() > 0)
        && workers.stream().anyMatch(worker -> worker.batchesInterrupted() > 0)
        && workers.stream().anyMatch(worker -> worker.verifiesInterrupted() > 0);
  }

  private static void storm(
      List<InterruptedWorker> workers, VectorCollection collection, SplittableRandom random)
      throws InterruptedException {
    for (int i = 0; i < workers.size(); i++) {
      Thread.Builder builder = i < PLATFORM_WORKERS ? Thread.ofPlatform() : Thread.ofVirtual();
      workers.get(i).start(collection, builder);
    }
    long end = System.nanoTime() + Duration.ofMillis(STORM_MILLIS).toNanos();
    while (System.nanoTime() < end) {
      workers.get(random.nextInt(workers.size())).interrupt();
      Thread.sleep(Duration.ofNanos(random.nextInt(500_000)));
    }
    for (InterruptedWorker worker : workers) {
      Throwable failure = worker.stop();
      if (failure != null) {
        throw new AssertionError("a worker failed", failure);
      }
    }
  }

  @Test
  void openingDroppingAndClosingDoTheirWorkWithTheFlagSet() throws Exception {
    fill(1_000);
    for (int i = 0; i < 10; i++) {
      Thread.currentThread().interrupt();
      VectorDatabase database = SmallDatabase.open(directory, DURABILITY);
      VectorCollection collection = database.collection("c");
      collection.upsert(VersionedRecords.record(i, 1));
      assertEquals(1_000, collection.count());
      database.collection("other", VersionedRecords.CONFIG).upsert(VersionedRecords.record(1, 1));
      assertEquals(List.of("c", "other"), database.collectionNames());
      database.drop("other");
      database.close();
      assertTrue(Thread.interrupted(), "interrupt flag");
      assertEquals(List.of(), inUse(), "files in use after closing");
    }
    try (VectorDatabase database = SmallDatabase.open(directory, DURABILITY)) {
      VectorCollection collection = database.collection("c");
      for (int id = 0; id < 10; id++) {
        assertEquals(1, VersionedRecords.version(collection.get(id).orElseThrow()));
      }
      assertFalse(inUse().isEmpty());
    }
  }

  /** Among them the checkpoint at closing, which is the longest of all calls. */
  @Test
  void aStormDuringOpeningCheckpointingDroppingAndClosingHarmsNothing() throws Exception {
    long seed = Long.getLong("sagitta.seed", System.nanoTime());
    System.out.println("InterruptTest opening and closing, seed " + seed);
    SplittableRandom random = new SplittableRandom(seed);
    fill(500);
    FutureTask<Lives> lives = new FutureTask<>(this::live);
    Thread living = Thread.ofPlatform().start(lives);
    int interrupts = 0;
    while (!lives.isDone()) {
      living.interrupt();
      interrupts++;
      Thread.sleep(Duration.ofNanos(random.nextInt(1_000_000)));
    }
    Lives lived = lives.get();
    System.out.printf(
        "InterruptTest seed %d: %d lives, %d interrupts, %d flags found after a call%n",
        seed, lived.count(), interrupts, lived.flags());
    assertTrue(lived.flags() > LIVES, "the storm hit nothing");
    assertEquals(List.of(), inUse(), "files in use after closing");
    try (VectorDatabase database = SmallDatabase.open(directory, DURABILITY)) {
      VectorCollection collection = database.collection("c");
      assertEquals(500, collection.count());
      for (int id = 0; id < lived.count(); id++) {
        assertEquals(1, VersionedRecords.version(collection.get(id).orElseThrow()));
      }
      CollectionValidator.validateIndexed(collection.engine());
      assertEquals(List.of("c"), database.collectionNames());
    }
  }

  /** Times that a database was opened and closed, and calls after which the flag was set. */
  private record Lives(int count, int flags) {}

  /** Opens, writes, checkpoints, drops and closes until the flag was found set often enough. */
  private Lives live() {
    int flags = 0;
    int i = 0;
    for (; i < LIVES || (flags <= LIVES && i < LIVES_MAX); i++) {
      VectorDatabase database = SmallDatabase.open(directory, DURABILITY);
      flags += Thread.interrupted() ? 1 : 0;
      VectorCollection collection = database.collection("c");
      collection.upsert(VersionedRecords.record(i, 1));
      assertEquals(500, collection.records().count());
      flags += Thread.interrupted() ? 1 : 0;
      collection.checkpoint();
      flags += Thread.interrupted() ? 1 : 0;
      collection.upsert(VersionedRecords.record(i, 1));
      database.collection("other", VersionedRecords.CONFIG).upsert(VersionedRecords.record(1, 1));
      flags += Thread.interrupted() ? 1 : 0;
      database.drop("other");
      flags += Thread.interrupted() ? 1 : 0;
      database.close();
      flags += Thread.interrupted() ? 1 : 0;
    }
    return new Lives(i, flags);
  }

  private void fill(long records) {
    try (VectorDatabase database = SmallDatabase.open(directory, DURABILITY)) {
      database
          .collection("c", VersionedRecords.CONFIG)
          .upsertAll(LongStream.range(0, records).mapToObj(id -> VersionedRecords.record(id, 0)));
    }
  }

  /** Files of the database that this process has mapped or open; as far as Linux tells. */
  private List<String> inUse() throws IOException {
    List<String> used = new ArrayList<>();
    Path maps = Path.of("/proc/self/maps");
    Path descriptors = Path.of("/proc/self/fd");
    if (!Files.exists(maps) || !Files.exists(descriptors)) {
      return used;
    }
    String name = directory.toRealPath().toString();
    try (Stream<String> lines = Files.lines(maps)) {
      lines.filter(line -> line.contains(name)).forEach(used::add);
    }
    try (Stream<Path> links = Files.list(descriptors)) {
      links.map(InterruptTest::target).filter(target -> target.contains(name)).forEach(used::add);
    }
    return used;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }
}
