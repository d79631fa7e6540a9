package dev.sagitta.persistence;

import static dev.sagitta.persistence.LogFixture.append;
import static dev.sagitta.persistence.LogFixture.file;
import static dev.sagitta.persistence.LogFixture.newLog;
import static dev.sagitta.persistence.LogFixture.payload;
import static dev.sagitta.persistence.LogFixture.replay;
import static dev.sagitta.persistence.LogFixture.withContent;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Damage to every bit and every length of a log is refused or cut, and never shows: what is
 * replayed is always a prefix, and a proven frame is never given up.
 */
final class LogDamageTest {

  private final SimulatedFiles files = new SimulatedFiles();

  /** Ends of frames, in order of their sequences; the header's end first. */
  private final List<Long> ends = new ArrayList<>();

  private LogWriter log() throws IOException {
    LogWriter log = newLog(files);
    ends.add(log.endOffset());
    return log;
  }

  private void appendOne(LogWriter log) throws IOException {
    append(log, 1);
    ends.add(log.endOffset());
  }

  /** Three groups, the last one unforced. */
  private LogWriter threeGroups() throws IOException {
    LogWriter log = log();
    for (int i = 0; i < 7; i++) {
      appendOne(log);
      if (i == 2 || i == 4) {
        log.force();
      }
    }
    log.write();
    return log;
  }

  private static void assertPrefix(LogFixture.Replayed replayed) {
    for (int i = 0; i < replayed.payloads().size(); i++) {
      assertArrayEquals(payload(i + 1), replayed.payloads().get(i));
    }
  }

  @Test
  void everyFlippedBitIsRefusedOrCutsTheLastUnforcedGroup() throws IOException {
    threeGroups();
    long size = files.bytes(file(1)).length;
    long proven = ends.get(5);
    for (long bit = 0; bit < size * Byte.SIZE; bit++) {
      files.flipBit(file(1), bit);
      long offset = bit / Byte.SIZE;
      if (offset < proven) {
        assertThrows(CorruptFileException.class, () -> replay(files), "bit " + bit);
      } else {
        LogFixture.Replayed replayed = replay(files);
        long intact = ends.stream().filter(end -> end <= offset).count() - 1;
        assertEquals(intact, replayed.end().lastSequence(), "bit " + bit);
        assertTrue(replayed.end().cut());
        assertPrefix(replayed);
      }
      files.flipBit(file(1), bit);
    }
  }

  @Test
  void everyFlippedBitOfALogClosedInPeaceIsRefusedOrHarmless() throws IOException {
    threeGroups().close();
    long size = files.bytes(file(1)).length;
    for (long bit = 0; bit < size * Byte.SIZE; bit++) {
      files.flipBit(file(1), bit);
      if (bit / Byte.SIZE < ends.getLast()) {
        assertThrows(CorruptFileException.class, () -> replay(files), "bit " + bit);
      } else {
        assertEquals(7, replay(files).end().lastSequence(), "bit " + bit);
      }
      files.flipBit(file(1), bit);
    }
  }

  @Test
  void everyFlippedBitOfARotatedLogIsRefusedOrInItsSeal() throws IOException {
    LogWriter next = threeGroups().rotate();
    append(next, 2);
    next.write();
    long size = files.bytes(file(1)).length;
    for (long bit = 0; bit < size * Byte.SIZE; bit++) {
      files.flipBit(file(1), bit);
      if (bit / Byte.SIZE < ends.getLast()) {
        assertThrows(CorruptFileException.class, () -> replay(files), "bit " + bit);
      } else {
        assertEquals(9, replay(files).end().lastSequence(), "bit " + bit);
      }
      files.flipBit(file(1), bit);
    }
    for (long bit = 0; bit < LogFormat.HEADER_BYTES * Byte.SIZE; bit++) {
      files.flipBit(file(2), bit);
      assertThrows(CorruptFileException.class, () -> replay(files), "header bit " + bit);
      files.flipBit(file(2), bit);
    }
  }

  @Test
  void everyLengthGivesTheFramesThatAreWhole() throws IOException {
    threeGroups();
    byte[] whole = files.bytes(file(1));
    for (int bytes = 0; bytes <= whole.length; bytes++) {
      withContent(files, file(1), Arrays.copyOf(whole, bytes));
      long length = bytes;
      if (bytes < LogFormat.HEADER_BYTES) {
        assertThrows(CorruptFileException.class, () -> replay(files), "length " + bytes);
        continue;
      }
      LogFixture.Replayed replayed = replay(files);
      long intact = ends.stream().filter(end -> end <= length).count() - 1;
      assertEquals(intact, replayed.end().lastSequence(), "length " + bytes);
      assertPrefix(replayed);
    }
  }

  @Test
  void everyLengthThatLosesWhatTheManifestKnowsDurableIsRefused() throws IOException {
    threeGroups();
    byte[] whole = files.bytes(file(1));
    var start = new LogStart(1, 1, 1, 1, 5);
    for (int bytes = 0; bytes <= whole.length; bytes++) {
      withContent(files, file(1), Arrays.copyOf(whole, bytes));
      if (bytes < ends.get(5)) {
        assertThrows(CorruptFileException.class, () -> replay(files, start), "length " + bytes);
      } else {
        assertTrue(replay(files, start).end().lastSequence() >= 5);
      }
    }
  }

  @Test
  void arbitraryTailsAreCutAndNothingLargeIsAllocatedForThem() throws IOException {
    LogWriter log = log();
    appendOne(log);
    log.force();
    byte[] intact = files.bytes(file(1));
    var random = new SplittableRandom(7);
    for (int i = 0; i < 500; i++) {
      byte[] tail = Payloads.of(i, 1 + random.nextInt(400));
      // A plausible header now and then: small numbers, a huge length.
      if (random.nextBoolean() && tail.length >= 40) {
        Arrays.fill(tail, 0, 40, (byte) 0);
        tail[3] = (byte) random.nextInt(128);
        tail[4] = (byte) random.nextInt(3);
        tail[8] = 2;
        tail[36] = 1;
      }
      LogFixture.Replayed replayed =
          replay(withContent(files, file(1), LogFixture.concat(intact, tail)));
      assertEquals(1, replayed.end().lastSequence(), "tail " + i);
      assertTrue(replayed.end().cut(), "tail " + i);
    }
  }
}
