package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.ClosedException;
import dev.sagitta.CollectionConfig;
import dev.sagitta.Damage;
import dev.sagitta.DatabaseOptions;
import dev.sagitta.ScrubStats;
import dev.sagitta.UnsupportedFormatException;
import dev.sagitta.VectorRecord;
import dev.sagitta.VerifyLevel;
import dev.sagitta.distance.Metric;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import dev.sagitta.persistence.SimulatedFiles;
import dev.sagitta.persistence.Surgery;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The background scrub of a database whose threads are the test's and whose clock the test moves.
 * All I/O but that of the scrub is done by the calls that the test makes.
 */
final class ScrubTest {
  private static final Path DIRECTORY = Path.of("/data").toAbsolutePath();
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long TICK = SECOND / 8;
  private static final long RATE = 1 << 20;

  /** No checkpoint by itself: there is but one thread. */
  private static final Tuning TINY = new Tuning(1 << 10, 2 << 10, 4 << 10, 1L << 30, 1 << 10);

  private final SimulatedFiles disk = new SimulatedFiles();
  private final DirectThreads threads = new DirectThreads();
  private final List<String> warnings = new ArrayList<>();
  private final Logger logger = Logger.getLogger("dev.sagitta");
  private final Handler handler = new Warnings();
  private long now;
  private DatabaseEngine database = open(0);

  /** Keeps what the library logs. */
  private final class Warnings extends Handler {
    @Override
    public void publish(LogRecord log) {
      warnings.add(log.getLevel() + " " + new SimpleFormatter().formatMessage(log));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  ScrubTest() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  @AfterEach
  void close() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(true);
    disk.intercept(io -> Optional.empty());
    database.close();
  }

  private DatabaseEngine open(long bytesPerSecond) {
    return DatabaseEngine.open(
        DIRECTORY,
        DatabaseOptions.builder().linkerThreads(1).scrubBytesPerSecond(bytesPerSecond).build(),
        new Environment(disk, threads, () -> now, TINY));
  }

  private void reopen(long bytesPerSecond) {
    database.close();
    database = open(bytesPerSecond);
  }

  private static CollectionConfig config() {
    return CollectionConfig.builder(4, Metric.EUCLIDEAN).m(4).build();
  }

  private CollectionEngine collection(String name) {
    return database.openOrCreate(name, config());
  }

  /** A collection with two checkpoints. */
  private CollectionEngine filled(String name) {
    CollectionEngine collection = collection(name);
    for (int i = 0; i < 2; i++) {
      write(collection, 100);
      collection.checkpoint();
    }
    return collection;
  }

  private static void write(CollectionEngine collection, int records) {
    for (int id = 0; id < records; id++) {
      collection.upsert(VectorRecord.of(id, new float[] {id, 1, 2, 3}));
    }
  }

  private void tick(long nanos) {
    now += nanos;
    threads.tick();
  }

  /** Ticks until a collection has had so many passes. */
  private ScrubStats pass(CollectionEngine collection, long passes) {
    for (int i = 0; i < 10_000 && stats(collection).passes() < passes; i++) {
      tick(TICK);
    }
    assertEquals(passes, stats(collection).passes());
    return stats(collection);
  }

  private static ScrubStats stats(CollectionEngine collection) {
    return collection.stats().scrub().orElseThrow();
  }

  private Path file(String collection, FileKind kind) throws IOException {
    return disk.list(DIRECTORY.resolve(collection)).stream()
        .filter(name -> kind.number(name).isPresent())
        .map(DIRECTORY.resolve(collection)::resolve)
        .toList()
        .getFirst();
  }

  @Test
  void doesNotTouchTheDiskWhereItIsOff() {
    CollectionEngine collection = filled("a");
    List<IoCall> calls = new ArrayList<>();
    disk.intercept(
        io -> {
          calls.add(io);
          return Optional.empty();
        });
    for (int i = 0; i < 1_000; i++) {
      tick(SECOND);
    }
    assertEquals(List.of(), calls);
    assertEquals(Optional.empty(), collection.stats().scrub());
  }

  @Test
  void readsAllListedFilesAgainAndAgain() {
    reopen(RATE);
    CollectionEngine collection = filled("a");
    String digest = disk.digest();
    assertEquals(0, stats(collection).passes());
    assertEquals(Optional.empty(), stats(collection).sinceLastPass());
    for (int passes = 1; passes <= 3; passes++) {
      ScrubStats stats = pass(collection, passes);
      assertEquals(stats.passBytesTotal(), stats.passBytes());
      assertTrue(stats.passBytes() > collection.stats().diskBytes() / 2, stats.toString());
      assertEquals(List.of(), stats.damage());
      assertEquals(Optional.empty(), stats.error());
      assertEquals(Optional.of(Duration.ZERO), stats.sinceLastPass());
      now += 5;
      assertEquals(Optional.of(Duration.ofNanos(5)), stats(collection).sinceLastPass());
    }
    assertTrue(now >= 2 * CollectionScrub.PASS_PAUSE_NANOS, now + " ns for three passes");
    assertEquals(digest, disk.digest());
    assertEquals(List.of(), warnings);
  }

  @Test
  void findsABitThatIsFlippedLaterAndWarnsOnce() throws IOException {
    reopen(RATE);
    CollectionEngine collection = filled("a");
    CollectionEngine other = filled("b");
    assertEquals(List.of(), pass(collection, 1).damage());
    for (FileKind kind :
        List.of(FileKind.VECTORS, FileKind.PAYLOADS, FileKind.SLOTS, FileKind.LINKS)) {
      warnings.clear();
      Path file = file("a", kind);
      disk.flipBit(file, 8 * 70);
      for (int i = 0; i < 3; i++) {
        List<Damage> damage = pass(collection, stats(collection).passes() + 1).damage();
        assertEquals(1, damage.size(), damage.toString());
        assertEquals(file, damage.getFirst().file());
        assertEquals(0, damage.getFirst().offset());
      }
      assertEquals(1, warnings.size(), warnings.toString());
      assertTrue(
          warnings.getFirst().startsWith("WARNING collection a: damaged file " + file),
          warnings.toString());
      disk.flipBit(file, 8 * 70);
      assertEquals(List.of(), pass(collection, stats(collection).passes() + 1).damage());
    }
    assertEquals(List.of(), stats(other).damage());
  }

  @Test
  void findsAFileThatIsMissing() throws IOException {
    reopen(RATE);
    CollectionEngine collection = filled("a");
    Path file = file("a", FileKind.LINKS);
    disk.delete(file);
    List<Damage> damage = pass(collection, 1).damage();
    assertEquals(List.of(new Damage(file, 0, "expected a file, found none")), damage);
    // Two checkpoints later no manifest lists it.
    write(collection, 1);
    collection.checkpoint();
    write(collection, 1);
    collection.checkpoint();
    assertEquals(List.of(), pass(collection, 2).damage());
  }

  @Test
  void findsADamagedManifest() throws IOException {
    reopen(RATE);
    CollectionEngine collection = filled("a");
    Path newest =
        disk.list(DIRECTORY.resolve("a")).stream()
            .filter(name -> FileKind.MANIFEST.number(name).isPresent())
            .map(DIRECTORY.resolve("a")::resolve)
            .toList()
            .getLast();
    disk.flipBit(newest, 8 * 70);
    assertEquals(newest, pass(collection, 1).damage().getFirst().file());
  }

  @Test
  void passesOverWhatCheckpointsDelete() {
    reopen(1 << 16);
    CollectionEngine collection = filled("a");
    long begun = now;
    for (int i = 0; stats(collection).passes() < 3; i++) {
      tick(TICK);
      if (i % 3 == 0) {
        write(collection, 3);
        collection.checkpoint();
      }
      assertTrue(i < 100_000);
    }
    assertTrue(now - begun > SECOND);
    assertEquals(List.of(), stats(collection).damage());
    assertEquals(Optional.empty(), stats(collection).error());
    assertEquals(List.of(), warnings);
  }

  @Test
  void obeysItsRate() {
    long seed = Long.getLong("sagitta.seed", 11);
    System.out.println("ScrubTest seed " + seed);
    var random = new SplittableRandom(seed);
    CollectionEngine before = filled("a");
    // Too few to be calibrated, which would read blocks too.
    write(before, 1_500);
    before.checkpoint();
    long read = 0;
    for (long rate : new long[] {4_096, 50_000, 1 << 18}) {
      reopen(rate);
      CollectionEngine collection = collection("a");
      // Links are read in the background, and not by the scrub.
      collection.graph().get();
      long[] bytes = {0};
      disk.intercept(
          io -> {
            bytes[0] += io.operation() == IoCall.Operation.READ ? io.bytes() : 0;
            return Optional.empty();
          });
      long begun = now;
      while (stats(collection).passes() == 0) {
        tick(random.nextLong(SECOND / 2));
        double seconds = (double) (now - begun) / SECOND + 0.25;
        // A block may be begun at the last moment.
        assertTrue(
            bytes[0] <= rate * seconds + (1 << 16),
            "-Dsagitta.seed=%d: %d bytes in %f s at %d".formatted(seed, bytes[0], seconds, rate));
      }
      double seconds = (double) (now - begun) / SECOND;
      long total = stats(collection).passBytesTotal();
      assertTrue(bytes[0] >= total, bytes[0] + " of " + total);
      double slowest = (total + fileCount() * 2.0 * CollectionScrub.STEP_BYTES_MIN) / rate + 2;
      assertTrue(seconds <= 2 * slowest, "%f s, at most %f".formatted(seconds, slowest));
      read += bytes[0];
      disk.intercept(io -> Optional.empty());
    }
    System.out.printf("ScrubTest: %,d bytes read at three rates%n", read);
  }

  private int fileCount() {
    try {
      return disk.list(DIRECTORY.resolve("a")).size();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void survivesEveryIoError() {
    reopen(RATE);
    CollectionEngine collection = filled("a");
    int failed = 0;
    boolean more = true;
    for (int call = 1; more; call++) {
      int[] left = {call};
      disk.intercept(
          io ->
              --left[0] == 0
                  ? Optional.of(Interceptor.Fault.of(new IOException("told to fail: " + io)))
                  : Optional.empty());
      long passes = stats(collection).passes() + 1;
      assertEquals(List.of(), pass(collection, passes).damage());
      more = left[0] <= 0;
      if (more) {
        failed++;
        assertTrue(
            stats(collection).error().orElseThrow().contains("told to fail"),
            stats(collection).toString());
      }
    }
    System.out.printf("ScrubTest: %d I/O errors%n", failed);
    assertTrue(failed > 50, failed + " calls failed");
    assertEquals(List.of(), warnings);
  }

  @Test
  void takesCollectionsInTurnAndForgetsThoseThatAreDropped() {
    reopen(1 << 16);
    CollectionEngine a = filled("a");
    CollectionEngine b = filled("b");
    CollectionEngine empty = collection("empty");
    for (int i = 0; stats(a).passBytes() == 0; i++) {
      tick(TICK);
      assertTrue(i < 1_000);
    }
    // In the middle of its pass.
    assertEquals(0, stats(a).passes());
    database.drop("a");
    assertEquals(1, pass(b, 1).passes());
    assertEquals(1, pass(empty, 1).passes());
    assertEquals(2, pass(b, 2).passes());
    assertEquals(List.of(), warnings);
  }

  @Test
  void endsWithTheDatabase() {
    int before = threads.serials();
    reopen(1 << 16);
    CollectionEngine collection = filled("a");
    for (int i = 0; stats(collection).passBytes() == 0; i++) {
      tick(TICK);
      assertTrue(i < 1_000);
    }
    assertEquals(before + 3, threads.serials());
    database.close();
    assertEquals(0, threads.serials());
    assertEquals(0, threads.timers());
    List<IoCall> calls = new ArrayList<>();
    disk.intercept(
        io -> {
          calls.add(io);
          return Optional.empty();
        });
    for (int i = 0; i < 1_000; i++) {
      tick(SECOND);
    }
    assertEquals(List.of(), calls);
  }

  @Test
  void whatCannotBeginLeavesTheDirectoryUnlocked() {
    database.close();
    threads.failTimers(true);
    assertThrows(IllegalStateException.class, () -> open(RATE));
    threads.failTimers(false);
    assertEquals(0, threads.serials());
    database = open(RATE);
  }

  @Test
  void aScrubThatCannotBeEndedKeepsNothingElseOpen() {
    reopen(RATE);
    CollectionEngine dropped = filled("a");
    filled("b");
    int serials = threads.serials();
    threads.failSerial("scrub");
    assertThrows(IllegalStateException.class, () -> database.drop("a"));
    assertEquals(serials - 2, threads.serials());
    assertThrows(ClosedException.class, dropped::flush);
    assertThrows(IllegalStateException.class, database::close);
    assertEquals(0, threads.serials());
    assertEquals(0, threads.timers());
    threads.failSerial("");
    database = open(RATE);
    assertEquals(100, database.open("b").count());
  }

  /** A newer library wrote it: no damage, and nothing that the next pass could change. */
  @Test
  void aNewerFormatIsNoDamageAndEndsTheScrubOfItsCollection() throws IOException {
    reopen(RATE);
    CollectionEngine newer = filled("a");
    CollectionEngine other = filled("b");
    Path file = file("a", FileKind.LINKS);
    byte[] bytes = disk.bytes(file);
    Surgery.Format.NEWER_MAJOR.apply(bytes);
    Surgery.replace(disk, file, bytes);
    pass(other, 3);
    assertEquals(0, stats(newer).passes());
    assertEquals(List.of(), stats(newer).damage());
    assertTrue(stats(newer).error().orElseThrow().contains("Format too new: " + file));
    assertEquals(List.of(), warnings);
    UnsupportedFormatException e =
        assertThrows(
            UnsupportedFormatException.class,
            () -> newer.verify(VerifyLevel.FILES, progress -> {}));
    assertEquals(file, e.file());
  }

  @Test
  void attemptsAndPassesThatErrorsCutShortAreNoPasses() {
    reopen(RATE);
    CollectionEngine collection = filled("a");
    for (String failing : List.of("MANIFEST-", "payload-")) {
      disk.intercept(
          io ->
              io.operation() == IoCall.Operation.READ && io.path().toString().contains(failing)
                  ? Optional.of(Interceptor.Fault.of(new IOException("told to fail")))
                  : Optional.empty());
      for (int i = 0; i < 2_000; i++) {
        tick(TICK);
      }
      assertTrue(stats(collection).error().orElseThrow().contains("told to fail"));
      assertEquals(0, stats(collection).passes());
      assertEquals(Optional.empty(), stats(collection).sinceLastPass());
    }
    disk.intercept(io -> Optional.empty());
    assertEquals(Optional.of(Duration.ZERO), pass(collection, 1).sinceLastPass());
  }

  /** Damage does not cut a file short: what is behind it is read. */
  @Test
  void readsOnBehindDamage() throws IOException {
    reopen(RATE);
    CollectionEngine collection = filled("a");
    disk.flipBit(file("a", FileKind.SLOTS), 8 * 70);
    ScrubStats stats = pass(collection, 1);
    assertEquals(stats.passBytesTotal(), stats.passBytes());
    assertEquals(1, stats.damage().size());
  }

  @Test
  void aCollectionOpenedAfterTheScrubHasEndedTellsSo() {
    reopen(RATE);
    CollectionEngine before = filled("a");
    disk.intercept(
        io -> {
          throw new IllegalStateException("told to end");
        });
    for (int i = 0; i < 10; i++) {
      tick(TICK);
    }
    disk.intercept(io -> Optional.empty());
    CollectionEngine after = collection("b");
    for (CollectionEngine collection : List.of(before, after)) {
      assertTrue(stats(collection).error().orElseThrow().contains("told to end"));
    }
  }
}
