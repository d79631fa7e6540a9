package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/**
 * What {@link LogChainTest} and {@link LogDamageTest} do not see: a file that changes meanwhile.
 */
final class LogTailTest {

  private static final int GARBAGE_BYTES = 1_000;

  private final SimulatedFiles files = new SimulatedFiles();

  /** Two frames and a torn tail. */
  private LogReader readToTheTail() throws IOException {
    long end;
    try (LogWriter log = LogFixture.newLog(files)) {
      LogFixture.append(log, 2);
      log.write();
      end = log.endOffset();
      log.abandon(new IOException("killed"));
    }
    try (FileHandle handle = files.openForWriting(LogFixture.file(1))) {
      handle.write(ByteBuffer.wrap(Payloads.of(1, GARBAGE_BYTES)), end);
    }
    LogReader reader = LogReader.open(files, LogFixture.ROOT, LogFixture.STORE, 1);
    assertEquals(LogReader.Met.DATA, reader.next());
    assertEquals(LogReader.Met.DATA, reader.next());
    assertEquals(LogReader.Met.BAD, reader.next());
    assertEquals(end, reader.end());
    return reader;
  }

  @Test
  void aFileCutWhileItIsReadIsCorrupt() throws IOException {
    for (int left : new int[] {16, 0, 1, 8, 31, 32, 33, 40, 48, 500, GARBAGE_BYTES - 1}) {
      try (LogReader reader = readToTheTail()) {
        try (FileHandle handle = files.openForWriting(LogFixture.file(1))) {
          handle.truncate(reader.end() + left);
        }
        CorruptFileException e =
            assertTimeoutPreemptively(
                Duration.ofMinutes(1),
                () -> assertThrows(CorruptFileException.class, () -> LogTail.isTorn(reader)),
                () -> left + " bytes left");
        assertEquals(reader.end() + left, e.offset());
        assertEquals("a file of " + reader.size() + " bytes", e.expected());
      }
      files.delete(LogFixture.file(1));
    }
  }
}
