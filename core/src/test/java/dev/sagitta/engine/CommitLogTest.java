package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.CollectionFailedException;
import dev.sagitta.Durability;
import dev.sagitta.LogFullException;
import dev.sagitta.StorageException;
import dev.sagitta.persistence.DirectoryNotOpenedException;
import dev.sagitta.persistence.IoCall;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CommitLogTest {
  /** Its header. */
  private static final int EMPTY_LOG_BYTES = 128;

  private CollectionParts parts;

  CommitLogTest() throws IOException {
    parts = CollectionParts.create();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  /** Logs, commits and applies one upsert. */
  private void upsert(CommitLog log, String id, int payloadBytes) throws IOException {
    Operation operation = CollectionParts.upsert(id, 1, 1, payloadBytes);
    long sequence = parts.state.published().sequence() + 1;
    log.append(sequence, parts.codec.encode(operation));
    log.commit();
    parts.state.apply(sequence, operation);
    parts.state.publish();
  }

  private AtomicInteger countForcesOfLogs() {
    AtomicInteger count = new AtomicInteger();
    parts.disk.intercept(
        call -> {
          if (call.operation() == IoCall.Operation.FORCE
              && call.path().toString().contains(".wal")) {
            count.incrementAndGet();
          }
          return Optional.empty();
        });
    return count;
  }

  private void open(SimulatedFiles disk) throws IOException {
    parts.close();
    parts = CollectionParts.open(disk);
  }

  @Test
  void touchesNoFileUntilTheFirstWrite() throws IOException {
    String before = parts.disk.digest();
    CommitLog log = parts.log(Durability.sync());
    log.commit();
    log.force();
    log.flush();
    log.close();
    assertEquals(before, parts.disk.digest());
    assertEquals(0, log.bytes());
  }

  private static void failForcing(SimulatedFiles disk, Path directory, IOException error) {
    disk.failNext(
        call ->
            call.operation() == IoCall.Operation.FORCE_DIRECTORY && call.path().equals(directory),
        error);
  }

  @Test
  void wantOfDescriptorsAtTheFirstWriteRefusesThatOneOnly() throws IOException {
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    for (Path directory : List.of(Path.of("/"), Path.of("/data"), CollectionParts.DIRECTORY)) {
      failForcing(
          parts.disk,
          directory,
          new DirectoryNotOpenedException(new IOException("Too many open files")));
      CompletionException e =
          assertThrows(
              CompletionException.class, parts.write(lane, CollectionParts.upsert("a", 1))::join);
      StorageException refused = assertInstanceOf(StorageException.class, e.getCause());
      assertEquals(
          "beginning a log in /data/parts failed: java.io.IOException: Too many open files",
          refused.getMessage());
    }
    assertEquals(1, parts.write(lane, CollectionParts.upsert("a", 1)).join());
    log.close();
  }

  @Test
  void whatIsAboveTheDatabaseNeedsNotBeReadable() throws IOException {
    CommitLog log = parts.log(Durability.sync());
    failForcing(
        parts.disk, Path.of("/"), new DirectoryNotOpenedException(new AccessDeniedException("/")));
    upsert(log, "a", 0);
    assertEquals(1, log.durableSequence());
    log.close();
  }

  @Test
  void aDirectoryThatCannotBeForcedFailsTheLane() throws IOException {
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    failForcing(parts.disk, CollectionParts.DIRECTORY, new IOException("told to fail"));
    for (int i = 0; i < 2; i++) {
      CompletionException e =
          assertThrows(
              CompletionException.class, parts.write(lane, CollectionParts.upsert("a", 1))::join);
      assertInstanceOf(CollectionFailedException.class, e.getCause());
    }
    log.close();
  }

  @Test
  void forcesEveryCommitAtSync() throws IOException {
    CommitLog log = parts.log(Durability.sync());
    upsert(log, "a", 0);
    assertEquals(1, log.durableSequence());
    AtomicInteger forces = countForcesOfLogs();
    upsert(log, "b", 0);
    assertEquals(1, forces.get());
    log.commit();
    assertEquals(1, forces.get(), "nothing new to force");
    assertEquals(2, log.durableSequence());
    log.close();
  }

  @Test
  void forcesNoCommitAtOs() throws IOException {
    CommitLog log = parts.log(Durability.os());
    upsert(log, "a", 0);
    AtomicInteger forces = countForcesOfLogs();
    for (int i = 0; i < 20; i++) {
      upsert(log, "id-" + i, 900);
    }
    assertEquals(0, forces.get());
    assertEquals(0, log.durableSequence());
    log.force();
    log.force();
    assertEquals(1, forces.get());
    assertEquals(21, log.durableSequence());
    log.close();
  }

  @Test
  void forcesAheadOnceWhatIsWorthIt() throws IOException {
    CommitLog log = parts.log(Durability.os());
    log.forceAhead(0);
    upsert(log, "a", 900);
    AtomicInteger forces = countForcesOfLogs();
    log.forceAhead(10_000);
    assertEquals(0, forces.get(), "little enough is left to the lane");
    log.forceAhead(500);
    assertEquals(1, forces.get(), "nothing was written meanwhile");
    assertEquals(0, log.durableSequence());
    log.force();
    log.forceAhead(0);
    assertEquals(2, forces.get(), "nothing was left");
    log.close();
  }

  @Test
  void forcesNothingAheadAtSync() throws IOException {
    CommitLog log = parts.log(Durability.sync());
    upsert(log, "a", 900);
    AtomicInteger forces = countForcesOfLogs();
    log.forceAhead(0);
    assertEquals(0, forces.get());
    log.close();
  }

  @Test
  void forcesAfterSoManyBytesAtInterval() throws IOException {
    CommitLog log = parts.log(Durability.interval(Duration.ofHours(1), 4_096));
    upsert(log, "a", 0);
    log.force();
    AtomicInteger forces = countForcesOfLogs();
    long begun = log.bytes();
    while (forces.get() == 0) {
      assertTrue(log.bytes() - begun < 4_096 + 1_100, "one frame late at most");
      upsert(log, "b", 900);
    }
    assertTrue(log.bytes() - begun >= 4_096);
    long forced = log.bytes();
    upsert(log, "b", 900);
    assertEquals(1, forces.get());
    while (forces.get() == 1) {
      upsert(log, "b", 900);
    }
    assertTrue(log.bytes() - forced >= 4_096, "counted from the last force");
    log.close();
  }

  @Test
  void refusesToGrowBeyondItsCap() throws IOException {
    AtomicLong cap = new AtomicLong(8_000);
    CommitLog log = new CommitLog(parts.files, Durability.sync(), cap::get);
    upsert(log, "a", 0);
    LogFullException full =
        assertThrows(
            LogFullException.class,
            () -> {
              for (int i = 0; i < 100; i++) {
                upsert(log, "b", 900);
              }
            });
    assertEquals(
        "the log has " + log.bytes() + " bytes of at most 8000; checkpoints fail: /data/parts",
        full.getMessage());
    assertTrue(log.bytes() <= 8_000);
    assertTrue(log.bytes() > 8_000 - 1_100);
    cap.set(20_000);
    log.coveredBefore(log.roll());
    for (int i = 0; i < 12; i++) {
      upsert(log, "c", 900);
    }
    assertTrue(log.bytes() > 8_000, "the cap grows with the files of the checkpoint");
    log.close();
  }

  @Test
  void countsWhatIsAppendedBeforeItIsCommitted() throws IOException {
    CommitLog log = new CommitLog(parts.files, Durability.sync(), () -> 8_000);
    assertThrows(
        LogFullException.class,
        () -> {
          for (int i = 1; i < 100; i++) {
            log.append(i, parts.codec.encode(CollectionParts.upsert("b", 1, 1, 900)));
          }
        });
    assertTrue(log.bytes() <= 8_000, log.bytes() + " bytes");
    log.close();
  }

  @Test
  void startsAnewWhenACheckpointCoversWhatWasThere() throws IOException {
    CommitLog log = parts.log(Durability.os());
    upsert(log, "a", 900);
    long before = log.bytes();
    long next = log.roll();
    assertEquals(1, log.durableSequence(), "the old log is forced");
    assertTrue(log.bytes() > before, "both logs until the checkpoint is there");
    log.coveredBefore(next - 1);
    assertTrue(log.bytes() > before, "another checkpoint");
    log.coveredBefore(next);
    assertTrue(log.bytes() < before);
    upsert(log, "b", 0);
    log.close();
    open(parts.disk);
    assertEquals(2, parts.state.published().sequence());
  }

  /** What an earlier process wrote at OS, and this one shows, this one's flush must keep. */
  @Test
  void flushMakesWhatWasReplayedDurable() throws IOException {
    for (long seed = 0; seed < 20; seed++) {
      CommitLog log = parts.log(Durability.os());
      upsert(log, "a", 100);
      upsert(log, "b", 100);
      open(parts.disk.killProcess());
      CommitLog next = parts.log(Durability.os());
      assertEquals(2, parts.state.published().sequence());
      assertEquals(0, next.durableSequence());
      next.flush();
      assertEquals(2, next.durableSequence());
      open(parts.disk.crash(seed));
      assertEquals(2, parts.state.published().sequence());
      parts.close();
      parts = CollectionParts.create();
    }
  }

  /** It could be forced by nothing but a new log, which only a write or a flush makes. */
  @Test
  void whatWasReplayedIsNotToBeForcedBeforeThereIsALog() throws IOException {
    CommitLog log = parts.log(Durability.os());
    upsert(log, "a", 0);
    assertTrue(log.unforced(1));
    open(parts.disk.killProcess());
    CommitLog next = parts.log(Durability.os());
    assertEquals(0, next.durableSequence());
    assertFalse(next.unforced(1));
    upsert(next, "b", 0);
    assertTrue(next.unforced(2));
    next.force();
    assertFalse(next.unforced(2));
    next.close();
  }

  @Test
  void countsTheLogsThatWereReplayed() throws IOException {
    CommitLog log = parts.log(Durability.sync());
    upsert(log, "a", 900);
    log.close();
    open(parts.disk);
    CommitLog next = parts.log(Durability.sync());
    assertTrue(next.bytes() > 900);
    assertEquals(1, next.durableSequence());
    long before = next.bytes();
    upsert(next, "b", 0);
    assertTrue(next.bytes() > before);
    next.close();
  }

  /** One whose name nothing proves is made again under its number, with its frames in it. */
  @Test
  void aLogThatIsMadeAgainIsCountedOnce() throws IOException {
    CommitLog log = parts.log(Durability.sync());
    upsert(log, "a", 900);
    failForcing(parts.disk, CollectionParts.DIRECTORY, new IOException("told to fail"));
    assertThrows(IOException.class, log::roll);
    long before = log.bytes();
    open(parts.disk.killProcess());
    CommitLog next = parts.log(Durability.sync());
    assertEquals(before + EMPTY_LOG_BYTES, next.bytes());
    upsert(next, "b", 0);
    assertEquals(2, next.newestLog());
    long afterOne = next.bytes();
    upsert(next, "b", 0);
    long frame = next.bytes() - afterOne;
    assertEquals(before + EMPTY_LOG_BYTES + 2 * frame, next.bytes());
    next.close();
  }
}
