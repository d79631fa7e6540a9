package dev.sagitta.persistence;

import static dev.sagitta.persistence.LogFixture.ROOT;
import static dev.sagitta.persistence.LogFixture.STORE;
import static dev.sagitta.persistence.LogFixture.append;
import static dev.sagitta.persistence.LogFixture.newLog;
import static dev.sagitta.persistence.LogFixture.replay;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a log writer does with frames, and what it refuses after a failure. */
final class LogWriterTest {

  private final SimulatedFiles files = new SimulatedFiles();

  private AtomicLong countCalls(IoCall.Operation operation) {
    var count = new AtomicLong();
    files.intercept(
        call -> {
          if (call.operation() == operation) {
            count.incrementAndGet();
          }
          return Optional.empty();
        });
    return count;
  }

  private void failNext(IoCall.Operation operation) {
    files.failNext(call -> call.operation() == operation, new IOException("injected"));
  }

  @Test
  void whatWasAppendedIsReplayed(@TempDir Path directory) throws IOException {
    var real = new NioFiles();
    List<byte[]> payloads = new ArrayList<>();
    try (LogWriter log =
        LogWriter.create(real, directory, new LogHeader(STORE, 1, 1, 7, 1, 0, 0))) {
      // Sizes around the first group, the largest group, the reader's buffer, and beyond them all.
      for (int bytes :
          new int[] {
            0, 1, 8, 65_536, 65_500, 1 << 20, (4 << 20) - 40, (4 << 20) - 39, 4 << 20, 5_000_001, 3
          }) {
        byte[] payload = Payloads.of(bytes, bytes);
        payloads.add(payload);
        ByteBuffer source = ByteBuffer.wrap(payload);
        log.append(payloads.size(), source);
        assertEquals(bytes, source.remaining(), "the caller's position stays");
      }
    }
    var replayed = new ArrayList<byte[]>();
    LogEnd end =
        LogChain.replay(
            real,
            directory,
            STORE,
            LogFixture.FRESH,
            (sequence, payload) -> {
              assertTrue(payload.isReadOnly());
              assertEquals(0, payload.position());
              replayed.add(Payloads.copy(payload));
            });
    assertEquals(payloads.size(), replayed.size());
    for (int i = 0; i < payloads.size(); i++) {
      assertArrayEquals(payloads.get(i), replayed.get(i));
    }
    assertFalse(end.cut());
    assertEquals(payloads.size(), end.frames());
  }

  @Property(tries = 60)
  void howFramesAreGroupedDoesNotMatter(@ForAll long seed) throws IOException {
    var random = new SplittableRandom(seed);
    var simulated = new SimulatedFiles();
    var payloads = new ArrayList<byte[]>();
    LogWriter log = newLog(simulated);
    for (int i = 0; i < 60; i++) {
      byte[] payload = Payloads.of(random.nextLong(), random.nextInt(1 << random.nextInt(1, 18)));
      payloads.add(payload);
      log.append(payloads.size(), ByteBuffer.wrap(payload));
      switch (random.nextInt(8)) {
        case 0 -> log.write();
        case 1 -> log.force();
        case 2 -> log = log.rotate();
        default -> {}
      }
    }
    log.write();
    LogFixture.Replayed replayed = replay(simulated);
    assertEquals(payloads.size(), replayed.payloads().size());
    for (int i = 0; i < payloads.size(); i++) {
      assertArrayEquals(payloads.get(i), replayed.payloads().get(i));
    }
    LogPosition end =
        new LogPosition(log.logNumber(), log.endOffset(), log.lastSequence(), log.chain());
    assertEquals(end, replayed.end().end());
    assertTrue(replayed.end().durable().sequence() <= log.durableSequence());
  }

  @Test
  void aGroupIsWrittenWithOneCallAndForcedWithOne() throws IOException {
    LogWriter log = newLog(files);
    AtomicLong writes = countCalls(IoCall.Operation.WRITE);
    append(log, 100);
    assertEquals(0, writes.get());
    assertEquals(LogFormat.HEADER_BYTES, log.bytes());
    log.write();
    log.write();
    assertEquals(1, writes.get());
    assertEquals(log.endOffset(), log.bytes());
    AtomicLong forces = countCalls(IoCall.Operation.FORCE);
    assertEquals(0, log.durableSequence());
    log.force();
    assertEquals(1, forces.get());
    assertEquals(100, log.durableSequence());
  }

  @Test
  void aGroupDoesNotGrowWithoutBound() throws IOException {
    LogWriter log = newLog(files);
    AtomicLong writes = countCalls(IoCall.Operation.WRITE);
    for (int i = 1; i <= 9; i++) {
      log.append(i, ByteBuffer.allocate(1 << 20));
    }
    assertEquals(2, writes.get());
    assertTrue(log.endOffset() - log.bytes() <= LogWriter.GROUP_BYTES_MAX);
  }

  @Test
  void theLargestPayloadIsReplayedAndOneMoreByteIsRefused() throws IOException {
    LogWriter log = newLog(files);
    log.append(1, ByteBuffer.allocate(LogFormat.FRAME_PAYLOAD_MAX));
    assertThrows(
        IllegalArgumentException.class,
        () -> log.append(2, ByteBuffer.allocate(LogFormat.FRAME_PAYLOAD_MAX + 1)));
    append(log, 1);
    log.write();
    assertEquals(2, replay(files).end().lastSequence());
  }

  @Test
  void aSequenceOutOfOrderIsRefusedAndHarmless() throws IOException {
    LogWriter log = newLog(files);
    assertThrows(IllegalArgumentException.class, () -> log.append(2, ByteBuffer.allocate(1)));
    assertFalse(log.failed());
    append(log, 1);
    assertEquals(1, log.lastSequence());
  }

  @Test
  void afterAFailedWriteOrForceNothingIsTriedAgain() throws IOException {
    for (var operation : List.of(IoCall.Operation.WRITE, IoCall.Operation.FORCE)) {
      var fresh = new SimulatedFiles();
      LogWriter log = newLog(fresh);
      append(log, 2);
      fresh.failNext(call -> call.operation() == operation, new IOException("injected"));
      assertThrows(IOException.class, log::force);
      assertTrue(log.failed());
      long steps = fresh.ioSteps();
      var e = assertThrows(IOException.class, () -> append(log, 1));
      assertEquals("log is failed: /log-1.wal", e.getMessage());
      assertThrows(IOException.class, log::write);
      assertThrows(IOException.class, log::force);
      assertThrows(IOException.class, log::rotate);
      log.close();
      assertEquals(steps, fresh.ioSteps(), "no write, no force, no seal");
      assertEquals(0, log.durableSequence());
    }
  }

  @Test
  void forcingAheadClaimsNothingDurable() throws IOException {
    LogWriter log = newLog(files);
    append(log, 2);
    log.write();
    AtomicLong forces = countCalls(IoCall.Operation.FORCE);
    log.forceAhead();
    assertEquals(1, forces.get());
    assertEquals(0, log.durableSequence());
    log.force();
    assertEquals(2, forces.get());
    assertEquals(2, log.durableSequence());
    log.close();
    long atClose = forces.get();
    log.forceAhead();
    assertEquals(atClose, forces.get(), "none after closing");
  }

  @Test
  void aFailureToForceAheadIsTheFailureOfTheNextForce() throws IOException {
    LogWriter log = newLog(files);
    append(log, 2);
    log.write();
    failNext(IoCall.Operation.FORCE);
    log.forceAhead();
    assertFalse(log.failed(), "its own thread has not met it yet");
    append(log, 1);
    log.write();
    long steps = files.ioSteps();
    log.forceAhead();
    var e = assertThrows(IOException.class, log::rotate);
    assertEquals("forcing ahead has failed: /log-1.wal", e.getMessage());
    assertEquals("java.io.IOException: injected", String.valueOf(e.getCause()));
    assertTrue(log.failed());
    assertThrows(IOException.class, log::force);
    log.close();
    assertEquals(steps, files.ioSteps(), "no force, no seal, no next log");
    assertEquals(0, log.durableSequence());
  }

  @Test
  void aFailedWriteOfALargePayloadFailsTheLog() throws IOException {
    LogWriter log = newLog(files);
    failNext(IoCall.Operation.WRITE);
    assertThrows(IOException.class, () -> log.append(1, ByteBuffer.allocate(5 << 20)));
    assertTrue(log.failed());
    assertEquals(0, log.lastSequence());
  }

  @Test
  void aRotationThatFailsFailsTheOldLogBecauseTheNewOneMayExist() throws IOException {
    LogWriter log = newLog(files);
    append(log, 1);
    failNext(IoCall.Operation.FORCE_DIRECTORY);
    assertThrows(IOException.class, log::rotate);
    assertTrue(log.failed());
    assertThrows(IOException.class, () -> append(log, 1));
    assertEquals(1, replay(files).end().lastSequence());
  }

  @Test
  void aRotationThatCannotBeginTheNewLogLeavesTheOldOneOpen() throws IOException {
    for (var operation :
        List.of(IoCall.Operation.CREATE, IoCall.Operation.WRITE, IoCall.Operation.FORCE)) {
      var fresh = new SimulatedFiles();
      LogWriter log = newLog(fresh);
      append(log, 1);
      fresh.failNext(
          call -> call.operation() == operation && call.path().toString().endsWith("log-2.wal.tmp"),
          new IOException("injected"));
      var e = assertThrows(LogNotBegunException.class, log::rotate);
      assertEquals("java.io.IOException: injected", e.getMessage());
      assertFalse(log.failed());
      append(log, 1);
      LogWriter next = log.rotate();
      append(next, 1);
      next.close();
      LogEnd end = replay(fresh).end();
      assertEquals(2, end.lastLogNumber());
      assertEquals(3, end.lastSequence());
    }
  }

  @Test
  void aRotationWhoseSealFailsLeavesBothLogsReadable() throws IOException {
    LogWriter log = newLog(files);
    append(log, 1);
    log.force();
    long step = files.ioSteps();
    // create, header, force, rename, force directory, then the seal.
    files.failNext(
        call -> call.operation() == IoCall.Operation.WRITE && call.step() > step + 3,
        new IOException("injected"));
    assertThrows(IOException.class, log::rotate);
    assertTrue(log.failed());
    LogEnd end = replay(files).end();
    assertEquals(2, end.lastLogNumber());
    assertEquals(1, end.lastSequence());
  }

  @Test
  void aClosedLogTakesNoMore() throws IOException {
    LogWriter log = newLog(files);
    append(log, 1);
    log.close();
    long steps = files.ioSteps();
    log.close();
    assertEquals(steps, files.ioSteps());
    assertThrows(IllegalStateException.class, () -> append(log, 1));
    assertThrows(IllegalStateException.class, log::force);
    assertFalse(log.failed());
  }

  @Test
  void closingMakesEverythingDurable() throws IOException {
    LogWriter log = newLog(files);
    append(log, 5);
    log.close();
    for (long seed = 0; seed < 20; seed++) {
      LogEnd end = replay(files.crash(seed)).end();
      assertEquals(5, end.lastSequence());
      assertEquals(end.end(), end.durable(), "the seal says so");
    }
  }

  @Test
  void aLogThatExistsIsNeverReplaced() throws IOException {
    newLog(files);
    assertThrows(FileAlreadyExistsException.class, () -> newLog(files));
  }

  @Test
  void aLeftoverOfACrashIsReplaced() throws IOException {
    files.create(ROOT.resolve("log-1.wal.tmp")).write(ByteBuffer.allocate(5000), 0);
    append(newLog(files), 1);
    assertEquals(List.of("log-1.wal"), files.list(ROOT));
    assertEquals(LogFormat.HEADER_BYTES, files.bytes(LogFixture.file(1)).length);
  }

  @Test
  void everySaltIsAnother() throws IOException {
    LogWriter second = newLog(files).rotate();
    LogWriter third = second.rotate();
    third.close();
    long salt = LogFormat.SALT_OFFSET;
    byte[] two = files.bytes(LogFixture.file(2));
    byte[] three = files.bytes(LogFixture.file(3));
    assertFalse(ByteBuffer.wrap(two, (int) salt, 8).equals(ByteBuffer.wrap(three, (int) salt, 8)));
  }

  @Test
  void aSealWaitsForWhatItWouldVouchFor() throws IOException {
    LogWriter log = newLog(files);
    append(log, 1);
    log.write();
    assertThrows(IllegalStateException.class, () -> log.seal(0));
  }

  @Test
  void aHeaderRefusesWhatNoLogHas() {
    assertThrows(IllegalArgumentException.class, () -> new LogHeader(STORE, 0, 1, 0, 1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogHeader(STORE, 1, 0, 0, 1, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogHeader(STORE, 1, 1, 0, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogHeader(STORE, 1, 1, 0, 1, -1, 0));
  }

  @Test
  void nothingIsForcedAheadOfALogWhoseWriteFailed() throws IOException {
    LogWriter log = newLog(files);
    append(log, 1);
    files.failNext(call -> call.operation() == IoCall.Operation.WRITE, new IOException("full"));
    assertThrows(IOException.class, log::write);
    files.intercept(
        call -> {
          assertNotEquals(IoCall.Operation.FORCE, call.operation());
          return Optional.empty();
        });
    log.forceAhead();
    log.close();
  }
}
