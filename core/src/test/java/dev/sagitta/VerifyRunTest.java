package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes on while collections are verified, and what ends it. */
final class VerifyRunTest {
  /** How many bytes are asked for of what a block file is opened with: header, footer, tail. */
  private static final List<IntPredicate> PARTS_OF_BLOCK_FILES =
      List.of(bytes -> bytes == 64, bytes -> bytes == 32, bytes -> bytes > 32 && bytes < 64);

  /** The same of logs: the header of every file, then all of a log's. */
  private static final List<IntPredicate> PARTS_OF_LOGS =
      List.of(bytes -> bytes == 64, bytes -> bytes == 128);

  private final VerifiedDatabase store = new VerifiedDatabase();
  private final ModelDatabase database = store.database;

  @AfterEach
  void endThreads() {
    database.bury();
  }

  // While others work --------------------------------------------------------------------------

  /** Files that checkpoints replace in the middle stay until the end, and go then. */
  @Test
  void checkpointsInTheMiddleDeleteNothingThatIsStillToBeRead() throws InterruptedException {
    VectorCollection collection = store.filled();
    int filesBefore = store.files("").size();
    for (VerifyLevel level : VerifyLevel.values()) {
      for (boolean whole : new boolean[] {true, false}) {
        AtomicInteger version = new AtomicInteger(3);
        VerifyReport report =
            whole
                ? database.open().verify(level, progress -> disturb(collection, version))
                : collection.verify(level, progress -> disturb(collection, version));
        assertTrue(report.intact(), () -> level + ": " + report.damage());
        assertTrue(version.get() > 4);
        // Runs behind the deletion on the same thread.
        collection.checkpoint();
        collection.upsert(ModelWriter.record(0, 0));
        collection.checkpoint();
        collection.upsert(ModelWriter.record(0, 0));
        collection.checkpoint();
        assertTrue(
            store.files("MANIFEST-").size() == 2
                && store.files("slots-").size() == 2
                && store.files("log-").size() <= 3,
            () -> "%d files before, %s now".formatted(filesBefore, store.files("")));
      }
    }
  }

  private static void disturb(VectorCollection collection, AtomicInteger version) {
    for (int id = 0; id < 3; id++) {
      collection.upsert(ModelWriter.record(id, version.get()));
    }
    awaitIndexed(collection);
    collection.checkpoint();
    version.incrementAndGet();
  }

  /** Opens each collection while its files are verified, writes to it, and checkpoints. */
  private void assertIntactWhileDisturbed(VerifyLevel level, AtomicInteger version) {
    VerifyReport report =
        database
            .open()
            .verify(
                level,
                progress -> disturb(database.open().collection(progress.collection()), version));
    assertTrue(report.intact(), () -> level + ": " + report.damage());
  }

  private static void awaitIndexed(VectorCollection collection) {
    try {
      collection.awaitIndexed();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A collection that is opened, written and checkpointed while its files are verified. */
  @Test
  void aCollectionMayBeOpenedWhileItIsVerified() throws InterruptedException {
    store.killed();
    AtomicInteger version = new AtomicInteger(3);
    for (VerifyLevel level : VerifyLevel.values()) {
      assertIntactWhileDisturbed(level, version);
      VectorCollection collection = database.open().collection("a");
      // Runs behind the deletion on the same thread, and has nothing to store.
      collection.checkpoint();
      assertEquals(2, store.files("MANIFEST-").size(), "what was spared is left");
      database.kill();
    }
    store.assertIntact(VerifyLevel.CONTENT);
  }

  /** Then the last log is made again under its name, and sealed, while its old file is read. */
  @Test
  void aCollectionMayBeOpenedWhoseLastLogIsInDoubt() throws InterruptedException {
    for (VerifyLevel level : List.of(VerifyLevel.CHECKSUMS, VerifyLevel.CONTENT)) {
      VectorCollection failing = store.filled();
      database
          .files()
          .failNext(
              call ->
                  call.operation() == IoCall.Operation.FORCE_DIRECTORY
                      && call.path().equals(VerifiedDatabase.directory("a")),
              new IOException("told to fail"));
      assertThrows(CollectionFailedException.class, failing::checkpoint);
      database.kill();
      assertIntactWhileDisturbed(level, new AtomicInteger(3));
      database.open().drop("a");
      database.open().drop("b");
    }
  }

  @Test
  void progressRisesToTheEnd() throws InterruptedException {
    VectorCollection collection = store.filled();
    for (VerifyLevel level : VerifyLevel.values()) {
      for (boolean whole : new boolean[] {true, false}) {
        List<VerifyProgress> seen = new ArrayList<>();
        if (whole) {
          assertTrue(database.open().verify(level, seen::add).intact());
        } else {
          assertTrue(collection.verify(level, seen::add).intact());
        }
        for (int i = 1; i < seen.size(); i++) {
          VerifyProgress before = seen.get(i - 1);
          VerifyProgress now = seen.get(i);
          assertTrue(before.fraction() <= now.fraction(), () -> before + " before " + now);
          assertTrue(
              !before.collection().equals(now.collection())
                  || before.bytesTotal() == now.bytesTotal(),
              () -> before + " before " + now);
        }
        VerifyProgress last = seen.getLast();
        assertEquals(1.0, last.fraction(), last.toString());
        assertEquals(whole ? 2 : 1, last.collections());
        assertTrue(seen.size() >= 2 * last.collections(), seen.toString());
      }
    }
  }

  // Stopped ------------------------------------------------------------------------------------

  @Test
  void anInterruptStopsItBetweenStepsAndHarmsNothing() throws InterruptedException {
    VectorCollection collection = store.filled();
    String digest = database.files().digest();
    for (VerifyLevel level : VerifyLevel.values()) {
      for (int after = 0; after < (level == VerifyLevel.FILES ? 2 : 3); after++) {
        int[] steps = {after};
        if (after == 0) {
          Thread.currentThread().interrupt();
        }
        assertThrows(
            VerifyInterruptedException.class,
            () ->
                collection.verify(
                    level,
                    progress -> {
                      if (--steps[0] == 0) {
                        Thread.currentThread().interrupt();
                      }
                    }),
            level.name());
        assertTrue(Thread.interrupted(), "interrupt flag");
        assertEquals(0, steps[0], "steps too many");
      }
      assertTrue(collection.verify(level).intact());
    }
    assertEquals(digest, database.files().digest());
    collection.upsert(ModelWriter.record(7, 7));
    collection.checkpoint();
    assertEquals(2, store.files("slots-").size(), "pins that are left");
  }

  @Test
  void whatTheProgressThrowsReachesTheCaller() throws InterruptedException {
    VectorCollection collection = store.filled();
    var thrown = new IllegalStateException("no more");
    RuntimeException met =
        assertThrows(
            IllegalStateException.class,
            () ->
                collection.verify(
                    VerifyLevel.CONTENT,
                    progress -> {
                      throw thrown;
                    }));
    assertEquals(thrown, met);
    collection.upsert(ModelWriter.record(7, 7));
    collection.checkpoint();
    assertEquals(2, store.files("slots-").size(), "pins that are left");
  }

  /** As one does who uses something else in it that is closed: nothing was dropped. */
  @Test
  void aClosedExceptionOfTheProgressIsNoDrop() throws InterruptedException {
    store.filled();
    for (boolean open : new boolean[] {true, false}) {
      var thrown = new ClosedException("something else is closed");
      VectorDatabase now = database.open();
      assertEquals(
          thrown,
          assertThrows(
              ClosedException.class,
              () ->
                  now.verify(
                      VerifyLevel.FILES,
                      progress -> {
                        throw thrown;
                      })));
      if (open) {
        database.close();
      }
    }
  }

  @Test
  void closingEndsIt() throws InterruptedException {
    for (boolean whole : new boolean[] {true, false}) {
      VectorDatabase open = database.open();
      VectorCollection collection = store.filled();
      assertThrows(
          ClosedException.class,
          () -> {
            if (whole) {
              open.verify(VerifyLevel.CONTENT, progress -> open.close());
            } else {
              collection.verify(VerifyLevel.CONTENT, progress -> open.close());
            }
          });
      assertThrows(ClosedException.class, () -> open.verify(VerifyLevel.FILES));
      assertThrows(ClosedException.class, () -> collection.verify(VerifyLevel.FILES));
      database.close();
      store.assertIntact(VerifyLevel.CONTENT);
    }
  }

  @Test
  void aCollectionThatIsDroppedMeanwhileIsPassedOver() throws InterruptedException {
    for (boolean open : new boolean[] {true, false}) {
      VectorCollection collection = store.filled();
      if (!open) {
        database.kill();
      }
      for (String name : List.of("a", "b")) {
        List<VerifyProgress> seen = new ArrayList<>();
        VectorDatabase now = database.open();
        VerifyReport report =
            now.verify(
                VerifyLevel.CONTENT,
                progress -> {
                  seen.add(progress);
                  if (now.collectionNames().contains(name)) {
                    now.drop(name);
                  }
                });
        assertTrue(report.intact(), () -> report.damage().toString());
        assertFalse(seen.isEmpty());
      }
      assertThrows(ClosedException.class, () -> collection.verify(VerifyLevel.FILES));
      assertEquals(List.of(), database.open().collectionNames());
    }
  }

  /** Whichever call an I/O error comes from: what can be opened and not be read is reported. */
  @Test
  void everyIoErrorIsToldAndHarmsNothing() throws InterruptedException {
    VectorCollection collection = store.filled();
    int failed = 0;
    int unreadable = 0;
    int passedOver = 0;
    boolean more = true;
    for (int call = 1; more; call++) {
      int[] left = {call};
      String[] failing = {"none"};
      boolean[] reading = {false};
      database
          .files()
          .intercept(
              io -> {
                if (--left[0] != 0) {
                  return Optional.empty();
                }
                failing[0] = io.toString();
                reading[0] = io.operation() == IoCall.Operation.READ;
                return Optional.of(Interceptor.Fault.of(new IOException("told to fail: " + io)));
              });
      try {
        VerifyReport report = collection.verify(VerifyLevel.CONTENT);
        more = left[0] <= 0;
        if (more && report.intact()) {
          // Recovery asks for the format of the links only; that they are read is met again.
          assertTrue(failing[0].contains("/links-"), failing[0]);
          passedOver++;
        } else {
          assertEquals(more ? 1 : 0, report.damageCount(), failing[0] + " " + report.damage());
        }
        for (Damage damage : report.damage()) {
          assertTrue(damage.problem().startsWith("cannot be read: "), damage.toString());
          assertTrue(damage.problem().contains("told to fail"), damage.toString());
          unreadable++;
        }
      } catch (StorageException e) {
        assertTrue(e.toString().contains("told to fail"), e.toString());
        assertFalse(reading[0], failing[0]);
        failed++;
      }
    }
    database.files().intercept(io -> Optional.<Interceptor.Fault>empty());
    assertTrue(failed > 50, failed + " calls failed");
    assertTrue(unreadable > 30, unreadable + " reads");
    assertTrue(passedOver <= 2, passedOver + " errors that were not told");
    System.out.printf("VerifyRunTest: %d I/O errors%n", failed + unreadable);
    assertTrue(collection.verify(VerifyLevel.CONTENT).intact());
    collection.upsert(ModelWriter.record(7, 7));
    collection.checkpoint();
    assertEquals(2, store.files("slots-").size(), "pins that are left");
  }

  /** The usual face of rot: the rest is looked at all the same. */
  @Test
  void unreadableBlocksAreDamageAndTheRestIsLookedAt() throws InterruptedException {
    VectorCollection collection = store.filled();
    Path unreadable = store.files("vectors-").getFirst();
    Path rotten = store.files("links-").getLast();
    store.flip(rotten, 8 * 70);
    for (VerifyLevel level : List.of(VerifyLevel.CHECKSUMS, VerifyLevel.CONTENT)) {
      // Header, footer and table are shorter.
      failReads(unreadable, bytes -> bytes > 256);
      assertFinds(collection.verify(level), unreadable, rotten);
    }
  }

  /** So it is where the part that cannot be read is one that the file is opened with. */
  @Test
  void unreadableHeadersAndTablesAreDamageAndTheRestIsLookedAt() throws InterruptedException {
    for (boolean open : new boolean[] {true, false}) {
      VectorCollection collection = store.filled();
      if (!open) {
        database.kill();
      }
      for (String kind : List.of("vectors-", "payload-", "slots-", "links-", "log-", "MANIFEST-")) {
        Path unreadable = store.files(kind).getLast();
        Path rotten = store.files(kind.equals("links-") ? "slots-" : "links-").getFirst();
        store.flip(rotten, 8 * 17);
        for (IntPredicate part : kind.equals("log-") ? PARTS_OF_LOGS : PARTS_OF_BLOCK_FILES) {
          for (VerifyLevel level : VerifyLevel.values()) {
            failReads(unreadable, part);
            assertFinds(open ? collection.verify(level) : store.verify(level), unreadable, rotten);
          }
        }
        store.flip(rotten, 8 * 17);
      }
      store.assertIntact(VerifyLevel.CONTENT);
      database.open().drop("a");
      database.open().drop("b");
    }
  }

  /** Fails those reads of a file whose length is such. */
  private void failReads(Path file, IntPredicate length) {
    database
        .files()
        .intercept(
            io ->
                io.operation() == IoCall.Operation.READ
                        && io.path().equals(file)
                        && length.test(io.bytes())
                    ? Optional.of(Interceptor.Fault.of(new IOException("bad sector")))
                    : Optional.empty());
  }

  /** Ends the failing. */
  private void assertFinds(VerifyReport report, Path unreadable, Path rotten) {
    database.files().intercept(io -> Optional.<Interceptor.Fault>empty());
    assertEquals(
        Set.of(unreadable, rotten),
        VerifiedDatabase.damagedFiles(report),
        () -> report.damage().toString());
    assertEquals(2, report.damageCount(), () -> report.damage().toString());
    String problem = "cannot be read: java.io.IOException: bad sector";
    assertTrue(
        report.damage().stream()
            .anyMatch(found -> found.file().equals(unreadable) && found.problem().equals(problem)),
        () -> report.damage().toString());
  }

  @Test
  void nullsAreRefused() throws InterruptedException {
    VectorCollection collection = store.filled();
    assertThrows(InvalidInputException.class, () -> collection.verify(nothing()));
    assertThrows(InvalidInputException.class, () -> database.open().verify(nothing()));
    assertThrows(
        InvalidInputException.class, () -> collection.verify(VerifyLevel.FILES, nothing()));
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"})
  private static <T> T nothing() {
    return null;
  }

  /** Reads of the disk by a thread that is not interrupted by its caller. */
  @Test
  void readsOnEngineThreadsOnly() throws InterruptedException {
    VectorCollection collection = store.filled();
    Thread caller = Thread.currentThread();
    Set<IoCall.Operation> met = new HashSet<>();
    database
        .files()
        .intercept(
            io -> {
              assertFalse(Thread.currentThread().equals(caller), io.toString());
              met.add(io.operation());
              return Optional.empty();
            });
    assertTrue(collection.verify(VerifyLevel.CONTENT).intact());
    assertTrue(store.verify(VerifyLevel.CONTENT).intact());
    database.files().intercept(io -> Optional.<Interceptor.Fault>empty());
    assertTrue(met.contains(IoCall.Operation.READ) && met.stream().noneMatch(o -> o.mutating()));
  }
}
