package dev.sagitta.persistence;

import static dev.sagitta.persistence.LogFixture.ROOT;
import static dev.sagitta.persistence.LogFixture.STORE;
import static dev.sagitta.persistence.LogFixture.append;
import static dev.sagitta.persistence.LogFixture.file;
import static dev.sagitta.persistence.LogFixture.newLog;
import static dev.sagitta.persistence.LogFixture.payload;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Of damaged logs every frame that is intact comes back, and what is missing is told. */
final class IntactFramesTest {

  private static final IntactFrames.Range ALL = new IntactFrames.Range(1, 1, 1, 0);

  /** From 11 on, with which log 3 begins, and what is there before. */
  private static final IntactFrames.Range EARLIER = new IntactFrames.Range(3, 11, 3, 15, true);

  /** A gap as it was told. */
  record Gap(String file, long from, OptionalLong to) {}

  /** What a scan gave. */
  record Scanned(
      List<Long> sequences, List<Gap> gaps, List<CorruptFileException> damage, boolean endProven) {}

  private final SimulatedFiles files = new SimulatedFiles();

  /** Logs 1 to 3 with sequences 1 to 5, 6 to 10 and 11 to 15; the last one closed in peace. */
  private void threeLogs() throws IOException {
    LogWriter log = newLog(files);
    append(log, 5);
    log.force();
    for (int i = 0; i < 2; i++) {
      LogWriter next = log.rotate();
      log.close();
      log = next;
      append(log, 3);
      log.force();
      append(log, 2);
      log.force();
    }
    log.close();
  }

  private Scanned scan(IntactFrames.Range range) throws IOException {
    var sequences = new ArrayList<Long>();
    var gaps = new ArrayList<Gap>();
    var damage = new ArrayList<CorruptFileException>();
    List<Long> logs =
        files.list(ROOT).stream()
            .flatMapToLong(name -> FileKind.LOG.number(name).stream())
            .sorted()
            .boxed()
            .toList();
    try (IntactFrames scan =
        IntactFrames.open(
            files,
            ROOT,
            STORE,
            logs,
            range,
            damage::add,
            (file, offset, from, to) ->
                gaps.add(new Gap(String.valueOf(file.getFileName()), from, to)))) {
      while (scan.next()) {
        assertArrayEquals(payload(scan.sequence()), Payloads.copy(scan.payload()));
        sequences.add(scan.sequence());
      }
      return new Scanned(sequences, gaps, damage, scan.endProven());
    }
  }

  /** The sequences 1 to 15 that are missing; told gaps must be exactly these. */
  private static Set<Long> missing(Scanned scanned) {
    return missing(scanned, 1);
  }

  /** The same, of those from one on. */
  private static Set<Long> missing(Scanned scanned, long first) {
    var missing = new TreeSet<>(LongStream.rangeClosed(first, 15).boxed().toList());
    missing.removeAll(scanned.sequences());
    var told = new TreeSet<Long>();
    for (Gap gap : scanned.gaps()) {
      for (long s = gap.from(); s <= gap.to().orElse(15); s++) {
        told.add(s);
      }
    }
    assertEquals(missing, told, () -> scanned.toString());
    return missing;
  }

  private static List<Long> sequences(long from, long to) {
    return LongStream.rangeClosed(from, to).boxed().toList();
  }

  @Test
  void readsIntactLogs() throws IOException {
    threeLogs();
    assertEquals(new Scanned(sequences(1, 15), List.of(), List.of(), true), scan(ALL));
  }

  @Test
  void beginsWhereItIsTold() throws IOException {
    threeLogs();
    Scanned scanned = scan(new IntactFrames.Range(2, 8, 3, 15));
    assertEquals(new Scanned(sequences(8, 15), List.of(), List.of(), true), scanned);
  }

  @Test
  void takesEarlierLogsTooWhereTheyAreWanted() throws IOException {
    threeLogs();
    assertEquals(new Scanned(sequences(1, 15), List.of(), List.of(), true), scan(EARLIER));
  }

  /** Without the header it is not known where it begins, and matters not. */
  @Test
  void beginsWithAnEarlierLogOfWhichThereIsOnlyTheEnd() throws IOException {
    threeLogs();
    files.delete(file(1));
    files.flipBit(file(2), 8L * LogFormat.FIRST_SEQUENCE_OFFSET);
    files.flipBit(file(2), 8L * (LogFormat.HEADER_BYTES + LogFormat.FRAME_HEADER_BYTES));
    Scanned scanned = scan(EARLIER);
    assertEquals(sequences(7, 15), scanned.sequences());
    assertEquals(List.of(), scanned.gaps());
    assertTrue(scanned.endProven());
  }

  /** What may have been deleted between them is not known. */
  @Test
  void takesNoEarlierLogBeforeOneThatIsMissing() throws IOException {
    threeLogs();
    files.delete(file(2));
    assertEquals(new Scanned(sequences(11, 15), List.of(), List.of(), true), scan(EARLIER));
  }

  @Test
  void takesEarlierLogsWhereTheFirstThatIsDueIsMissing() throws IOException {
    threeLogs();
    files.delete(file(3));
    Scanned scanned = scan(EARLIER);
    assertEquals(sequences(1, 10), scanned.sequences());
    assertEquals(List.of(new Gap("log-3.wal", 11, OptionalLong.empty())), scanned.gaps());
  }

  /**
   * Damage before the first frame that is intact is no gap; behind it every lost frame is in one.
   */
  @Test
  void tellsEveryGapBehindTheFirstEarlierFrame() throws IOException {
    threeLogs();
    for (int number = 1; number <= 2; number++) {
      int bytes = files.bytes(file(number)).length;
      for (int offset = 0; offset < bytes; offset++) {
        files.flipBit(file(number), 8L * offset);
        Scanned scanned = scan(EARLIER);
        assertTrue(scanned.sequences().containsAll(sequences(11, 15)));
        assertTrue(scanned.endProven());
        long first = scanned.sequences().getFirst();
        boolean salt = offset >= LogFormat.SALT_OFFSET && offset < LogFormat.SALT_OFFSET + 8;
        String where = "byte " + offset + " of log " + number + ": " + scanned;
        assertTrue(first == 1 || number == 1, where);
        assertTrue(first + missing(scanned, first).size() <= (salt ? 6 : 2), where);
        files.flipBit(file(number), 8L * offset);
      }
    }
  }

  /** A bit costs one frame at most, but for one of the salt, without which no frame is told. */
  @Test
  void aBitCostsOneFrame() throws IOException {
    threeLogs();
    for (int number = 1; number <= 3; number++) {
      long bits = 8L * files.bytes(file(number)).length;
      for (long bit = 0; bit < bits; bit++) {
        files.flipBit(file(number), bit);
        Scanned scanned = scan(ALL);
        long offset = bit / 8;
        boolean salt = offset >= LogFormat.SALT_OFFSET && offset < LogFormat.SALT_OFFSET + 8;
        int lost = missing(scanned).size();
        assertTrue(lost <= (salt ? 5 : 1), () -> "bit of " + offset + ": " + scanned);
        assertTrue(offset >= LogFormat.HEADER_BYTES || salt || lost == 0, () -> "" + scanned);
        files.flipBit(file(number), bit);
      }
    }
  }

  @Test
  void aMissingLogIsAGap() throws IOException {
    threeLogs();
    files.delete(file(2));
    Scanned scanned = scan(ALL);
    assertEquals(List.of(new Gap("log-2.wal", 6, OptionalLong.of(10))), scanned.gaps());
    assertEquals(5, missing(scanned).size());
    assertTrue(scanned.endProven());
  }

  @Test
  void aMissingFirstLogIsAGap() throws IOException {
    threeLogs();
    files.delete(file(1));
    assertEquals(List.of(new Gap("log-1.wal", 1, OptionalLong.of(5))), scan(ALL).gaps());
  }

  @Test
  void aMissingLastLogIsAGapWhoseEndIsNotKnown() throws IOException {
    threeLogs();
    files.delete(file(3));
    Scanned scanned = scan(ALL);
    assertEquals(List.of(new Gap("log-3.wal", 11, OptionalLong.empty())), scanned.gaps());
    assertFalse(scanned.endProven());
  }

  @Test
  void noLogAtAllIsAGapWhoseEndIsNotKnown() throws IOException {
    Scanned scanned = scan(ALL);
    assertEquals(List.of(new Gap("log-1.wal", 1, OptionalLong.empty())), scanned.gaps());
    assertEquals(
        new Scanned(List.of(), List.of(), List.of(), true),
        scan(new IntactFrames.Range(1, 1, 0, 0)));
  }

  /** The damaged seal in front of it cost no frame, as the next header says. */
  @Test
  void aGapIsWhereItsFirstFrameIsLost() throws IOException {
    threeLogs();
    LogFrame seal = LogFrame.of(files.bytes(file(2))).getLast();
    files.flipBit(file(2), 8L * seal.start());
    files.flipBit(file(3), 8L * (LogFormat.HEADER_BYTES + LogFormat.FRAME_HEADER_BYTES));
    Scanned scanned = scan(ALL);
    assertEquals(List.of(new Gap("log-3.wal", 11, OptionalLong.of(11))), scanned.gaps());
    assertTrue(seal.seal() && scanned.endProven());
  }

  /** A log in the middle may be cut anywhere; its successor tells how much is lost. */
  @Test
  void aCutLogIsAGapUpToItsSuccessor() throws IOException {
    threeLogs();
    for (int bytes = files.bytes(file(2)).length; bytes >= 0; bytes--) {
      cut(2, bytes);
      Scanned scanned = scan(ALL);
      assertTrue(scanned.sequences().containsAll(sequences(11, 15)));
      assertTrue(missing(scanned).size() <= 5);
      assertTrue(scanned.gaps().size() <= 1);
    }
  }

  /** The last log has no successor; a manifest may tell how far it went. */
  @Test
  void aCutLastLogHasNoProvenEnd() throws IOException {
    threeLogs();
    int whole = files.bytes(file(3)).length;
    for (int bytes = whole - 1; bytes >= 0; bytes--) {
      cut(3, bytes);
      Scanned scanned = scan(ALL);
      assertEquals(sequences(1, scanned.sequences().size()), scanned.sequences());
      assertFalse(scanned.endProven());
      Scanned told = scan(new IntactFrames.Range(1, 1, 3, 15));
      assertEquals(scanned.sequences().size() < 15 ? 1 : 0, told.gaps().size());
    }
  }

  private void cut(int log, int bytes) throws IOException {
    try (FileHandle handle = files.openForWriting(file(log))) {
      handle.truncate(bytes);
    }
  }

  /** What a successor does not count is never taken, though it is intact. */
  @Test
  void takesNothingBehindTheEndThatTheSuccessorNames() throws IOException {
    LogWriter log = newLog(files);
    append(log, 5);
    log.force();
    byte[] five = files.bytes(file(1));
    append(log, 2);
    log.force();
    byte[] seven = files.bytes(file(1));
    var other = new SimulatedFiles();
    LogWriter first = newLog(other);
    append(first, 5);
    LogWriter second = first.rotate();
    append(second, 1);
    second.force();
    second.close();
    byte[] successor = other.bytes(file(2));
    assertArrayEquals(five, Arrays.copyOf(seven, five.length));
    LogFixture.withContent(files, file(1), seven);
    files.create(file(2)).write(ByteBuffer.wrap(successor), 0);
    Scanned scanned = scan(ALL);
    assertEquals(sequences(1, 6), scanned.sequences());
    assertEquals(List.of(), scanned.gaps());
  }

  /**
   * Log 1 with 1 to 10, a torn 11 and a 12 that was never acknowledged; log 2, which an opening
   * began at 10, with 11 to 14.
   */
  private void cutByRecovery() throws IOException {
    var other = new SimulatedFiles();
    LogWriter first = newLog(other);
    append(first, 10);
    LogWriter second = first.rotate();
    append(second, 4);
    second.force();
    LogWriter log = newLog(files);
    append(log, 10);
    log.force();
    int ten = files.bytes(file(1)).length;
    log.append(11, ByteBuffer.wrap(payload(99)));
    log.append(12, ByteBuffer.wrap(payload(98)));
    log.force();
    files.flipBit(file(1), 8L * (ten + LogFormat.FRAME_HEADER_BYTES));
    files.create(file(2)).write(ByteBuffer.wrap(other.bytes(file(2))), 0);
  }

  @Test
  void takesNoCutWriteWhateverByteOfTheSuccessorsHeaderIsDamaged() throws IOException {
    cutByRecovery();
    assertEquals(sequences(1, 14), scan(ALL).sequences());
    for (int offset = 0; offset < LogFormat.HEADER_BYTES; offset++) {
      boolean salt = offset >= LogFormat.SALT_OFFSET && offset < LogFormat.SALT_OFFSET + 8;
      files.flipBit(file(2), 8L * offset);
      Scanned scanned = scan(ALL);
      String where = "byte " + offset;
      assertEquals(sequences(1, salt ? 10 : 14), scanned.sequences(), where);
      assertEquals(
          salt ? List.of(new Gap("log-2.wal", 11, OptionalLong.empty())) : List.of(),
          scanned.gaps().stream().map(gap -> new Gap("log-2.wal", gap.from(), gap.to())).toList(),
          where);
      assertTrue(
          salt || scanned.damage().stream().allMatch(damage -> damage.file().equals(file(2))),
          () -> where + ": " + scanned);
      files.flipBit(file(2), 8L * offset);
    }
  }

  /** Where recovery cut is not known when the successor's first frame is lost too. */
  @Test
  void takesNoCutWriteWhereTheSuccessorsFirstFramesAreDamagedToo() throws IOException {
    cutByRecovery();
    int frame = LogFormat.frameBytes(payload(11).length);
    files.flipBit(file(2), 8L * 100);
    files.flipBit(file(2), 8L * LogFormat.HEADER_BYTES);
    files.flipBit(file(2), 8L * (LogFormat.HEADER_BYTES + frame));
    Scanned scanned = scan(ALL);
    assertEquals(
        List.of(11L, 12L),
        scanned.gaps().stream()
            .flatMapToLong(gap -> LongStream.rangeClosed(gap.from(), gap.to().orElseThrow()))
            .boxed()
            .toList());
    assertEquals(12, scanned.sequences().size());
  }

  @Test
  void takesNoCutWriteWhereTheSuccessorIsMissing() throws IOException {
    cutByRecovery();
    files.delete(file(2));
    Scanned scanned = scan(new IntactFrames.Range(1, 1, 2, 0));
    assertEquals(sequences(1, 10), scanned.sequences());
    assertEquals(1, scanned.gaps().size());
    assertEquals(OptionalLong.empty(), scanned.gaps().getFirst().to());
  }

  @Test
  void readsOnBehindDamageBeforeASuccessorWithoutHeader() throws IOException {
    threeLogs();
    files.flipBit(file(2), 8L * (LogFormat.HEADER_BYTES + LogFormat.FRAME_HEADER_BYTES));
    files.flipBit(file(3), 8L * LogFormat.PREVIOUS_END_OFFSET);
    Scanned scanned = scan(ALL);
    assertEquals(Set.of(6L), missing(scanned));
    assertTrue(scanned.endProven());
  }
}
