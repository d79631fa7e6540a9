package dev.sagitta.persistence;

import static dev.sagitta.persistence.LogFixture.ROOT;
import static dev.sagitta.persistence.LogFixture.STORE;
import static dev.sagitta.persistence.LogFixture.append;
import static dev.sagitta.persistence.LogFixture.concat;
import static dev.sagitta.persistence.LogFixture.file;
import static dev.sagitta.persistence.LogFixture.frame;
import static dev.sagitta.persistence.LogFixture.newLog;
import static dev.sagitta.persistence.LogFixture.payload;
import static dev.sagitta.persistence.LogFixture.replay;
import static dev.sagitta.persistence.LogFixture.withContent;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Which ends of logs are clean, torn or corrupt, and how a chain of logs holds together. */
final class LogChainTest {

  private final SimulatedFiles files = new SimulatedFiles();

  private CorruptFileException corrupt() {
    return assertThrows(CorruptFileException.class, () -> replay(files));
  }

  private LogWriter reopened() throws IOException {
    return LogWriter.continueAfter(files, ROOT, STORE, replay(files).end());
  }

  /** Log 1 with so many frames written, the first of them forced. */
  private LogWriter written(int forced, int unforced) throws IOException {
    LogWriter log = newLog(files);
    append(log, forced);
    log.force();
    append(log, unforced);
    log.write();
    return log;
  }

  private void appendBytes(byte[] bytes) throws IOException {
    FileHandle handle = files.openForWriting(file(1));
    handle.write(ByteBuffer.wrap(bytes), handle.size());
  }

  @Test
  void aStoreWithoutLogsHasNone() throws IOException {
    LogEnd end = replay(files).end();
    assertEquals(new LogEnd(new LogPosition(0, 0, 0, 0), end.durable(), 0, false, 0, 0), end);
    LogWriter log = reopened();
    assertEquals(1, log.logNumber());
    assertEquals(1, log.epoch());
    assertEquals(0, log.lastSequence());
  }

  @Test
  void aRestoredStoreBeginsItsFirstLogBehindItsCheckpoint() throws IOException {
    var start = new LogStart(1, 100, 0, 0, 0);
    LogEnd end = replay(files, start).end();
    LogWriter log = LogWriter.continueAfter(files, ROOT, STORE, end);
    append(log, 2);
    log.write();
    assertEquals(101, replay(files, start).end().lastSequence());
  }

  @Test
  void theExactEndOfTheFileIsACleanEnd() throws IOException {
    LogWriter log = written(3, 2);
    LogFixture.Replayed replayed = replay(files);
    assertFalse(replayed.end().cut());
    assertEquals(5, replayed.end().lastSequence());
    assertEquals(log.endOffset(), replayed.end().endOffset());
    assertEquals(log.endOffset(), replayed.end().totalBytes());
    assertEquals(1, replayed.end().epoch());
  }

  @Test
  void zerosToTheEndAreACleanEnd() throws IOException {
    for (int zeros : new int[] {1, 7, 8, 39, 40, 100, 3_000_003}) {
      var fresh = new SimulatedFiles();
      LogWriter log = newLog(fresh);
      append(log, 2);
      log.write();
      FileHandle handle = fresh.openForWriting(file(1));
      handle.write(ByteBuffer.allocate(zeros), log.endOffset());
      LogEnd end = replay(fresh).end();
      assertFalse(end.cut(), zeros + " zeros");
      assertEquals(log.endOffset(), end.endOffset());
    }
  }

  @Test
  void aByteBehindZerosIsATornTail() throws IOException {
    LogWriter log = written(2, 0);
    byte[] tail = new byte[3_000_003];
    tail[tail.length - 1] = 1;
    appendBytes(tail);
    LogEnd end = replay(files).end();
    assertTrue(end.cut());
    assertEquals(log.endOffset(), end.endOffset());
  }

  @Test
  void aTornFrameWithoutAProofThatItWasDurableIsCut() throws IOException {
    LogWriter log = written(3, 0);
    long end = log.endOffset();
    append(log, 3);
    log.write();
    files.flipBit(file(1), (end + 3) * Byte.SIZE);
    LogFixture.Replayed replayed = replay(files);
    assertTrue(replayed.end().cut());
    assertEquals(end, replayed.end().endOffset());
    assertEquals(3, replayed.payloads().size());
  }

  @Test
  void aLaterFrameThatProvesTheBadOneDurableIsCorruption() throws IOException {
    LogWriter log = written(2, 0);
    long bad = log.endOffset();
    append(log, 3);
    log.force();
    // The proof stands far behind, beyond the first buffer of the scan.
    log.append(6, ByteBuffer.allocate(3 << 20));
    log.append(7, ByteBuffer.allocate(10));
    log.write();
    files.flipBit(file(1), (bad + 50) * Byte.SIZE);
    CorruptFileException e = corrupt();
    assertEquals(bad, e.offset());
    assertEquals(file(1), e.file());
    assertTrue(e.expected().contains("sequence 3"), e.expected());
    assertTrue(e.expected().contains("proves durable"), e.expected());
    assertTrue(e.actual().contains("payload CRC"), e.actual());
  }

  @Test
  void aProofIsFoundWhereverItStandsInTheBuffersOfTheScan() throws IOException {
    for (int gap = FrameSearch.BUFFER_BYTES - 96; gap <= FrameSearch.BUFFER_BYTES + 16; gap += 8) {
      var fresh = new SimulatedFiles();
      LogWriter log = newLog(fresh);
      append(log, 1);
      log.write();
      byte[] garbage = new byte[gap];
      Arrays.fill(garbage, (byte) 0x55);
      byte[] proof = frame(LogFormat.DATA, 9, 2, 0, new byte[8]);
      fresh.openForWriting(file(1)).write(ByteBuffer.wrap(concat(garbage, proof)), log.endOffset());
      assertThrows(CorruptFileException.class, () -> replay(fresh), "gap " + gap);
    }
  }

  @Test
  void aLaterFrameOfAnEarlierSequenceProvesNothing() throws IOException {
    written(2, 0);
    appendBytes(
        concat(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, frame(LogFormat.DATA, 2, 1, 0, new byte[8])));
    assertTrue(replay(files).end().cut());
  }

  @Test
  void aFrameOfAnotherSaltProvesNothing() throws IOException {
    written(2, 0);
    byte[] proof = frame(LogFormat.DATA, 9, 8, 0, new byte[8]);
    proof[LogFormat.FRAME_CRC_OFFSET] ^= 1;
    appendBytes(concat(new byte[] {1, 0, 0, 0, 0, 0, 0, 0}, proof));
    assertTrue(replay(files).end().cut());
  }

  @Test
  void aLaterSealIsCorruption() throws IOException {
    LogWriter log = written(2, 0);
    long bad = log.endOffset();
    append(log, 1);
    log.close();
    files.flipBit(file(1), (bad + 8) * Byte.SIZE);
    assertEquals(bad, corrupt().offset());
  }

  @Test
  void aSealWhoseSuccessorIsMissingIsCorruption() throws IOException {
    LogWriter log = written(2, 0);
    log.rotate().close();
    files.delete(file(2));
    CorruptFileException e = corrupt();
    assertEquals(file(2), e.file());
    assertEquals("no such file", e.actual());
  }

  @Test
  void aFrameNoWriterMakesIsBadThoughItsChecksumsAreRight() throws IOException {
    LogWriter log = written(2, 0);
    byte[] intact = files.bytes(file(1));
    int chain = log.chain();
    byte[] eight = new byte[8];
    byte[][] wrong = {
      frame(3, 3, 2, chain, eight),
      frame(LogFormat.DATA, 4, 2, chain, eight),
      frame(LogFormat.DATA, 2, 1, chain, eight),
      frame(LogFormat.DATA, 3, 2, chain + 1, eight),
      frame(LogFormat.DATA, 3, 3, chain, eight),
      frame(LogFormat.DATA, 3, 2, chain, -1, eight),
      frame(LogFormat.DATA, 3, 2, chain, Integer.MAX_VALUE, eight),
      frame(LogFormat.DATA, 3, 2, chain, LogFormat.FRAME_PAYLOAD_MAX, eight),
      frame(LogFormat.SEAL, 2, 2, chain, new byte[16]),
      frame(LogFormat.SEAL, 1, 1, chain, eight),
    };
    byte[] right = frame(LogFormat.DATA, 3, 2, chain, eight);
    assertEquals(
        3, replay(withContent(files, file(1), concat(intact, right))).end().lastSequence());
    for (int i = 0; i < wrong.length; i++) {
      byte[] content = concat(intact, wrong[i]);
      if (i == 4) {
        // It says of itself that it was durable.
        withContent(files, file(1), content);
        assertThrows(CorruptFileException.class, () -> replay(files), "frame " + i);
      } else {
        LogEnd end = replay(withContent(files, file(1), content)).end();
        assertEquals(intact.length, end.endOffset(), "frame " + i);
        assertTrue(end.cut(), "frame " + i);
      }
    }
  }

  @Test
  void aChainOfLogsIsReadInOrder() throws IOException {
    LogWriter log = newLog(files);
    for (int i = 0; i < 5; i++) {
      append(log, 3);
      log = log.rotate();
    }
    append(log, 1);
    log.write();
    LogFixture.Replayed replayed = replay(files);
    assertEquals(16, replayed.payloads().size());
    assertArrayEquals(payload(16), replayed.payloads().getLast());
    assertEquals(6, replayed.end().lastLogNumber());
    assertEquals(16, replayed.end().frames());
  }

  @Test
  void replayBeginsWhereTheManifestSays() throws IOException {
    LogWriter log = newLog(files);
    append(log, 3);
    log = log.rotate();
    append(log, 2);
    log.close();
    files.delete(file(1));
    LogFixture.Replayed replayed = replay(files, new LogStart(2, 4, 2, 1, 0));
    assertEquals(2, replayed.payloads().size());
    assertThrows(CorruptFileException.class, () -> replay(files, new LogStart(2, 5, 2, 1, 0)));
  }

  @Test
  void aMissingLogIsCorruption() throws IOException {
    LogWriter log = newLog(files).rotate();
    log.rotate().close();
    assertEquals(0, replay(files, new LogStart(1, 1, 3, 1, 0)).end().lastSequence());
    var e =
        assertThrows(CorruptFileException.class, () -> replay(files, new LogStart(1, 1, 4, 1, 0)));
    assertEquals(file(4), e.file());
    files.delete(file(2));
    assertEquals(file(2), corrupt().file());
    files.delete(file(1));
    assertEquals(file(1), corrupt().file());
  }

  @Test
  void aLogThatEndsBeforeWhatTheManifestKnowsDurableIsCorruption() throws IOException {
    written(3, 0);
    assertEquals(3, replay(files, new LogStart(1, 1, 1, 1, 3)).end().lastSequence());
    var e =
        assertThrows(CorruptFileException.class, () -> replay(files, new LogStart(1, 1, 1, 1, 4)));
    assertTrue(e.expected().contains("sequence 4"), e.expected());
    assertThrows(
        CorruptFileException.class,
        () -> replay(new SimulatedFiles(), new LogStart(1, 1, 0, 0, 1)));
  }

  @Test
  void aLogOfAnEarlierEpochIsNotTheRequiredOne() throws IOException {
    written(1, 0);
    var e =
        assertThrows(CorruptFileException.class, () -> replay(files, new LogStart(1, 1, 1, 2, 0)));
    assertEquals("epoch 2", e.expected());
    assertEquals("epoch 1", e.actual());
  }

  @Test
  void epochsNeverGoBack() throws IOException {
    newLog(files).close();
    LogPosition end = replay(files).end().end();
    LogWriter.create(files, ROOT, new LogHeader(STORE, 2, 5, 7, 1, end.offset(), end.chain()));
    end = replay(files).end().end();
    LogWriter.create(files, ROOT, new LogHeader(STORE, 3, 4, 7, 1, end.offset(), end.chain()));
    assertEquals(file(3), corrupt().file());
  }

  @Test
  void aSuccessorThatDisagreesAboutItsPredecessorIsCorruption() throws IOException {
    LogWriter log = written(2, 1);
    long offset = log.endOffset();
    int chain = log.chain();
    LogHeader[] wrong = {
      new LogHeader(STORE, 2, 1, 7, 4, offset + 8, chain),
      new LogHeader(STORE, 2, 1, 7, 4, offset - 8, chain),
      new LogHeader(STORE, 2, 1, 7, 4, 0, chain),
      new LogHeader(STORE, 2, 1, 7, 3, offset, chain),
      new LogHeader(STORE, 2, 1, 7, 4, offset, chain + 1),
    };
    for (LogHeader header : wrong) {
      LogWriter.create(files, ROOT, header);
      assertEquals(file(1), corrupt().file(), header.toString());
      files.delete(file(2));
    }
    LogWriter.create(files, ROOT, new LogHeader(STORE, 2, 1, 7, 4, offset, chain));
    assertEquals(3, replay(files).end().lastSequence());
  }

  @Test
  void whatLiesBehindTheEndThatASuccessorNamesIsNotLookedAt() throws IOException {
    LogWriter log = written(2, 0);
    long end = log.endOffset();
    LogWriter next = log.rotate();
    append(next, 1);
    next.write();
    FileHandle old = files.openForWriting(file(1));
    old.write(ByteBuffer.wrap(Payloads.of(1, 5000)), end);
    assertEquals(3, replay(files).end().lastSequence());
    old.truncate(end);
    assertEquals(3, replay(files).end().lastSequence());
    old.truncate(end - 1);
    assertEquals(file(1), corrupt().file());
  }

  @Test
  void aSealBeforeTheEndThatASuccessorNamesIsCorruption() throws IOException {
    LogWriter log = written(1, 0);
    log.rotate().close();
    // Log 2 is now replaced by one that claims the seal for a frame.
    files.delete(file(2));
    long size = files.bytes(file(1)).length;
    LogWriter.create(files, ROOT, new LogHeader(STORE, 2, 1, 7, 2, size, 1));
    assertEquals("a seal", corrupt().actual());
  }

  @Test
  void aLogOfAnotherStoreIsRefused() throws IOException {
    LogWriter.create(files, ROOT, new LogHeader(new UUID(9, 9), 1, 1, 7, 1, 0, 0));
    assertThrows(WrongStoreException.class, () -> replay(files));
  }

  @Test
  void aLogUnderAnotherNumberIsRefused() throws IOException {
    LogWriter log = written(1, 0);
    log.rotate().close();
    files.rename(file(2), file(1));
    assertEquals("log number 2", corrupt().actual());
  }

  @Test
  void aHeaderWithRightChecksumsAndWrongNumbersIsCorrupt() throws IOException {
    newLog(files);
    byte[] bytes = files.bytes(file(1));
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(LogFormat.EPOCH_OFFSET, 0);
    var crc = new CRC32C();
    crc.update(header.slice(0, LogFormat.HEADER_CRC_OFFSET));
    header.putInt(LogFormat.HEADER_CRC_OFFSET, (int) crc.getValue());
    withContent(files, file(1), bytes);
    assertTrue(corrupt().actual().contains("epoch 0"));
  }

  @Test
  void continuingCopiesWhatTheLogDoesNotProveDurable() throws IOException {
    written(3, 4);
    LogEnd end = replay(files).end();
    assertEquals(3, end.durable().sequence());
    LogWriter log = LogWriter.continueAfter(files, ROOT, STORE, end);
    assertEquals(2, log.logNumber());
    assertEquals(2, log.epoch());
    assertEquals(7, log.lastSequence());
    assertEquals(7, log.durableSequence());
    // Whatever becomes of the old log's unforced bytes now.
    for (long seed = 0; seed < 20; seed++) {
      assertEquals(7, replay(files.crash(seed)).payloads().size());
    }
  }

  @Test
  void framesThatAForceDroppedFromThePageCacheAreCopiedWhileTheyCanBeRead() throws IOException {
    LogWriter log = written(3, 2);
    files.failNext(call -> call.operation() == IoCall.Operation.FORCE, new IOException("injected"));
    assertThrows(IOException.class, log::force);
    log.close();
    LogWriter next = reopened();
    assertEquals(5, next.lastSequence());
    append(next, 1);
    next.force();
    for (long seed = 0; seed < 40; seed++) {
      assertEquals(6, replay(files.crash(seed)).payloads().size());
    }
  }

  @Test
  void staleFramesBehindACutNeverComeBack() throws IOException {
    LogWriter log = written(2, 0);
    long bad = log.endOffset();
    append(log, 3);
    log.write();
    files.flipBit(file(1), (bad + 1) * Byte.SIZE);
    LogWriter next = reopened();
    byte[] other = {42};
    next.append(3, ByteBuffer.wrap(other));
    next.close();
    // Even were the damage undone, the old frames 3 to 5 stay cut.
    files.flipBit(file(1), (bad + 1) * Byte.SIZE);
    LogFixture.Replayed replayed = replay(files);
    assertEquals(3, replayed.payloads().size());
    assertArrayEquals(other, replayed.payloads().getLast());
  }

  @Test
  void aFrameThatChangedSinceTheReplayIsNotCopied() throws IOException {
    LogWriter log = written(1, 0);
    long unproven = log.endOffset();
    append(log, 1);
    log.write();
    LogEnd end = replay(files).end();
    files.flipBit(file(1), (unproven + 40) * Byte.SIZE);
    assertThrows(
        CorruptFileException.class, () -> LogWriter.continueAfter(files, ROOT, STORE, end));
    assertFalse(files.exists(file(2)));
    var other = new LogPosition(1, end.endOffset(), 2, end.end().chain() + 1);
    files.flipBit(file(1), (unproven + 40) * Byte.SIZE);
    var disagreeing = new LogEnd(other, end.durable(), 1, false, 0, 0);
    assertThrows(
        CorruptFileException.class, () -> LogWriter.continueAfter(files, ROOT, STORE, disagreeing));
  }

  @Test
  void theConsumersFailureEndsTheReplay() throws IOException {
    written(2, 0);
    var failure = new IOException("enough");
    var thrown =
        assertThrows(
            IOException.class,
            () ->
                LogChain.replay(
                    files,
                    ROOT,
                    STORE,
                    LogFixture.FRESH,
                    (sequence, payload) -> {
                      throw failure;
                    }));
    assertSame(failure, thrown);
  }

  @Test
  void manyReopeningsWithoutWritesChangeNothing() throws IOException {
    written(2, 3);
    String digest = files.digest();
    LogEnd first = replay(files).end();
    for (int i = 0; i < 3; i++) {
      assertEquals(first, replay(files).end());
    }
    assertEquals(digest, files.digest());
  }

  @Test
  void aStartThatNoManifestGivesIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new LogStart(0, 1, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogStart(1, 0, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogStart(1, 1, 1, -1, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogStart(1, 1, 1, 1, -1));
    assertThrows(IllegalArgumentException.class, () -> new LogStart(2, 1, 0, 0, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogStart(1, 1, 0, 1, 0));
    assertThrows(IllegalArgumentException.class, () -> new LogStart(3, 1, 2, 1, 0));
    assertNotEquals(new LogStart(1, 1, 1, 1, 0), new LogStart(1, 1, 1, 2, 0));
  }

  @Test
  void countersFromWhichNothingCouldGoOnAreCorrupt() throws IOException {
    try (LogWriter log = LogFixture.newLog(files)) {
      LogFixture.append(log, 1);
    }
    byte[] valid = files.bytes(LogFixture.file(1));
    for (long epoch : new long[] {LogFormat.COUNTER_MAX + 1, Long.MAX_VALUE}) {
      byte[] spoilt = valid.clone();
      ByteBuffer.wrap(spoilt).order(ByteOrder.LITTLE_ENDIAN).putLong(LogFormat.EPOCH_OFFSET, epoch);
      Surgery.sealLog(spoilt);
      Surgery.replace(files, LogFixture.file(1), spoilt);
      var e = assertThrows(CorruptFileException.class, () -> LogFixture.replay(files));
      assertEquals("the number " + epoch, e.actual());
      assertEquals(LogFormat.EPOCH_OFFSET, e.offset());
    }
  }

  @Test
  void aNumberOnWhichNoneCouldFollowIsCorrupt() throws IOException {
    try (LogWriter log = LogFixture.newLog(files)) {
      LogFixture.append(log, 1);
    }
    long number = LogFormat.COUNTER_MAX + 1;
    byte[] spoilt = files.bytes(LogFixture.file(1));
    ByteBuffer.wrap(spoilt).order(ByteOrder.LITTLE_ENDIAN).putLong(LogFormat.NUMBER_OFFSET, number);
    Surgery.sealLog(spoilt);
    Path file = LogFixture.file(number);
    files.create(file).write(ByteBuffer.wrap(spoilt), 0);
    try (FileHandle handle = files.openForReading(file)) {
      var e =
          assertThrows(
              CorruptFileException.class,
              () -> LogHeaderCodec.read(handle, file, LogFixture.STORE, number));
      assertEquals(LogFormat.NUMBER_OFFSET, e.offset());
      assertEquals("the number " + number, e.actual());
    }
  }
}
