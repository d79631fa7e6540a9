package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Verifies beside writers and checkpoints, on the real file system: what is being written is never
 * taken for damage. Prints its seed; {@code -Dsagitta.seed=N} uses it again, though the threads
 * meet as they like.
 */
final class VerifyConcurrencyTest {
  private static final int WRITERS = 2;
  private static final Duration TIME =
      Duration.ofMillis(Long.getLong("sagitta.nightly.verify.millis", 1_200));

  @TempDir Path directory;

  private final long seed = Long.getLong("sagitta.seed", System.nanoTime());
  private final AtomicLong verified = new AtomicLong();
  private final AtomicLong checkpoints = new AtomicLong();

  @Test
  void findsNothingWhileWritersForceAtIntervals() throws Exception {
    run(Durability.interval(Duration.ofMillis(20), 64 << 10));
  }

  @Test
  void findsNothingWhileWritersForceNothing() throws Exception {
    run(Durability.os());
  }

  private void run(Durability durability) throws Exception {
    System.out.println("VerifyConcurrencyTest seed " + seed);
    var board = new VersionBoard(400);
    Crew crew = new Crew(seed);
    try (VectorDatabase database = SmallDatabase.open(directory, durability)) {
      VectorCollection collection = database.collection("c", VersionedRecords.CONFIG);
      // Another, which nobody writes.
      fill(database.collection("other", VersionedRecords.CONFIG));
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        crew.start(
            Thread.ofPlatform(),
            random -> {
              int[] ids = board.someIds(random, writer, WRITERS, 8);
              board.writeBatch(collection, ids);
              Thread.sleep(Duration.ofNanos(random.nextInt(1_000_000)));
            });
      }
      crew.start(
          Thread.ofPlatform(),
          random -> {
            collection.checkpoint();
            checkpoints.incrementAndGet();
            Thread.sleep(random.nextInt(20));
          });
      for (VerifyLevel level : VerifyLevel.values()) {
        crew.start(Thread.ofVirtual(), random -> verify(database, collection, level));
      }
      crew.workFor(TIME).workUntil(this::isEnough).stop();
      board.checkAll(collection);
      assertEquals(0, collection.stats().failure().stream().count());
    }
    try (VectorDatabase database = SmallDatabase.open(directory, durability)) {
      VerifyReport report = database.verify(VerifyLevel.CONTENT);
      assertTrue(report.intact(), () -> report.damage().toString());
    }
    System.out.printf(
        "VerifyConcurrencyTest: %d verifies, %d checkpoints%n", verified.get(), checkpoints.get());
    assertTrue(isEnough(), "too little happened");
  }

  /** However slow the machine is. */
  private boolean isEnough() {
    return verified.get() >= 2L * VerifyLevel.values().length && checkpoints.get() >= 3;
  }

  private static void fill(VectorCollection collection) {
    collection.upsertAll(LongStream.range(0, 200).mapToObj(id -> VersionedRecords.record(id, 0)));
  }

  private void verify(VectorDatabase database, VectorCollection collection, VerifyLevel level) {
    double[] fraction = {0};
    VerifyReport report =
        verified.incrementAndGet() % 2 == 0
            ? database.verify(level, progress -> rise(fraction, progress))
            : collection.verify(level, progress -> rise(fraction, progress));
    assertTrue(report.intact(), () -> level + ": " + report.damage());
    assertEquals(1.0, fraction[0]);
  }

  private static void rise(double[] fraction, VerifyProgress progress) {
    assertTrue(fraction[0] <= progress.fraction(), progress::toString);
    fraction[0] = progress.fraction();
  }
}
