package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Block files as written and read in good times, and what becomes of unfinished ones. */
final class BlockFileTest {

  private static final Path ROOT = Path.of("/");
  private static final UUID STORE = new UUID(1, 2);
  private static final String NAME = "slots-1.tab";
  private final IOException full = new IOException("disk full");

  private final SimulatedFiles files = new SimulatedFiles();

  private static FileEntry write(FileOperations files, Path directory, byte[] body)
      throws IOException {
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, directory, NAME, FileKind.SLOTS, STORE)) {
      writer.write(ByteBuffer.wrap(body));
      assertEquals(body.length, writer.bodyBytes());
      return writer.finish();
    }
  }

  private static byte[] read(FileOperations files, Path directory, FileEntry entry)
      throws IOException {
    try (BlockFileReader reader = BlockFileReader.open(files, directory, STORE, entry)) {
      byte[] body = new byte[Math.toIntExact(reader.bodyBytes())];
      reader.read(ByteBuffer.wrap(body));
      assertEquals(0, reader.remaining());
      return body;
    }
  }

  private BlockFileWriter writer() throws IOException {
    return BlockFileWriter.create(files, ROOT, NAME, FileKind.SLOTS, STORE);
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        0,
        1,
        7,
        8,
        65_471,
        65_472,
        65_473,
        131_007,
        131_008,
        131_009,
        1_048_511,
        1_048_512,
        1_048_513,
        20_000_000
      })
  void whatWasWrittenIsReadBack(int bytes, @TempDir Path directory) throws IOException {
    var real = new NioFiles();
    byte[] body = Payloads.of(bytes, bytes);
    FileEntry entry = write(real, directory, body);
    assertEquals(List.of(NAME), real.list(directory));
    assertArrayEquals(body, read(real, directory, entry));
    assertEquals(0, entry.bytes() % 4, "so that it can be mapped");
  }

  @Property(tries = 100)
  void howItIsCutUpForWritingAndReadingDoesNotMatter(
      @ForAll @IntRange(max = 300_000) int bytes, @ForAll long seed) throws IOException {
    var random = new SplittableRandom(seed);
    var simulated = new SimulatedFiles();
    byte[] body = Payloads.of(seed, bytes);
    FileEntry entry;
    try (Arena arena = Arena.ofConfined();
        BlockFileWriter writer =
            BlockFileWriter.create(simulated, ROOT, NAME, FileKind.SLOTS, STORE)) {
      MemorySegment segment = arena.allocateFrom(ValueLayout.JAVA_BYTE, body);
      for (int done = 0; done < bytes; ) {
        int count = Math.min(bytes - done, random.nextInt(100_000));
        if (random.nextBoolean()) {
          writer.write(segment, done, count);
        } else {
          writer.write(ByteBuffer.wrap(body, done, count));
        }
        done += count;
      }
      entry = writer.finish();
    }
    assertEquals(write(new SimulatedFiles(), ROOT, body), entry);
    try (BlockFileReader reader = BlockFileReader.open(simulated, ROOT, STORE, entry)) {
      byte[] actual = new byte[bytes];
      for (int done = 0; done < bytes; ) {
        int count = Math.min(bytes - done, random.nextInt(100_000));
        reader.read(ByteBuffer.wrap(actual, done, count));
        done += count;
        assertEquals(bytes - done, reader.remaining());
      }
      assertArrayEquals(body, actual);
    }
  }

  @Test
  void readingBeyondTheBodyIsAnError() throws IOException {
    FileEntry entry = write(files, ROOT, new byte[10]);
    try (BlockFileReader reader = BlockFileReader.open(files, ROOT, STORE, entry)) {
      assertThrows(CorruptFileException.class, () -> reader.read(ByteBuffer.allocate(11)));
      assertThrows(CorruptFileException.class, () -> reader.read(11));
      assertThrows(CorruptFileException.class, () -> reader.read(-1));
      assertEquals(10, reader.remaining());
    }
  }

  @Test
  void anUnfinishedFileLeavesNothing() throws IOException {
    try (BlockFileWriter writer = writer()) {
      writer.write(ByteBuffer.allocate(100_000));
      assertEquals(List.of(NAME + ".tmp"), files.list(ROOT));
    }
    assertEquals(List.of(), files.list(ROOT));
  }

  @Test
  void aFileThatFailedCannotBeFinishedAndLeavesNothing() throws IOException {
    for (IoCall.Operation operation :
        List.of(IoCall.Operation.WRITE, IoCall.Operation.FORCE, IoCall.Operation.RENAME)) {
      try (BlockFileWriter writer = writer()) {
        writer.write(ByteBuffer.allocate(10));
        files.failNext(call -> call.operation() == operation, full);
        assertEquals(full, assertThrows(IOException.class, writer::finish));
        assertThrows(IOException.class, writer::finish, "a force is never repeated");
        assertThrows(IOException.class, () -> writer.write(ByteBuffer.allocate(1)));
      }
      assertEquals(List.of(), files.list(ROOT), operation.name());
    }
  }

  @Test
  void aFailedWriteOfABlockFailsTheFile() throws IOException {
    try (BlockFileWriter writer = writer()) {
      files.failNext(call -> call.operation() == IoCall.Operation.WRITE, full);
      assertThrows(IOException.class, () -> writer.write(ByteBuffer.allocate(2 << 20)));
      assertThrows(IOException.class, writer::finish);
    }
    assertEquals(List.of(), files.list(ROOT));
  }

  @Test
  void aLongFileIsForcedPieceByPiece() throws IOException {
    var forces = new AtomicInteger();
    files.intercept(
        call -> {
          if (call.operation() == IoCall.Operation.FORCE) {
            forces.incrementAndGet();
          }
          return Optional.empty();
        });
    write(files, ROOT, new byte[2 * BlockFileWriter.UNFORCED_BYTES_MAX + 1]);
    assertEquals(3, forces.get());
  }

  @Test
  void aPieceThatCannotBeForcedFailsTheFileAndIsNotForcedAgain() throws IOException {
    try (BlockFileWriter writer = writer()) {
      files.failNext(call -> call.operation() == IoCall.Operation.FORCE, full);
      ByteBuffer body = ByteBuffer.allocate(BlockFileWriter.UNFORCED_BYTES_MAX);
      assertThrows(IOException.class, () -> writer.write(body));
      long steps = files.ioSteps();
      assertThrows(IOException.class, writer::finish);
      assertEquals(steps, files.ioSteps());
    }
    assertEquals(List.of(), files.list(ROOT));
  }

  @Test
  void aFinishedOrClosedWriterTakesNoMore() throws IOException {
    BlockFileWriter writer = writer();
    writer.finish();
    assertThrows(IllegalStateException.class, writer::finish);
    writer.close();
    writer.close();
    assertThrows(IllegalStateException.class, () -> writer.write(ByteBuffer.allocate(1)));
    assertEquals(List.of(NAME), files.list(ROOT));
  }

  @Test
  void kindAndStoreEnterTheChecksum() throws IOException {
    int checksum = write(files, ROOT, new byte[10]).checksum();
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, "slots-2.tab", FileKind.SLOTS, new UUID(1, 3))) {
      writer.write(ByteBuffer.allocate(10));
      assertNotEquals(checksum, writer.finish().checksum());
    }
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, "links-1.graph", FileKind.LINKS, STORE)) {
      writer.write(ByteBuffer.allocate(10));
      assertNotEquals(checksum, writer.finish().checksum());
    }
  }

  @Test
  void aTakenNameIsNeverReplaced() throws IOException {
    write(files, ROOT, new byte[1]);
    assertThrows(FileAlreadyExistsException.class, this::writer);
  }

  @Test
  void aLeftoverOfACrashIsReplaced() throws IOException {
    files.create(ROOT.resolve(NAME + ".tmp")).write(ByteBuffer.allocate(1000), 0);
    byte[] body = {1, 2, 3};
    FileEntry entry = write(files, ROOT, body);
    assertArrayEquals(body, read(files, ROOT, entry));
    assertEquals(List.of(NAME), files.list(ROOT));
  }

  @Test
  void aNameOfAnotherKindIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> BlockFileWriter.create(files, ROOT, NAME, FileKind.LINKS, STORE));
    assertThrows(
        IllegalArgumentException.class,
        () -> BlockFileWriter.create(files, ROOT, "log-1.wal", FileKind.LOG, STORE));
  }

  @Test
  void aBodyLargerThanTheFormatAllowsIsRefusedBeforeAnythingIsWritten() throws IOException {
    try (BlockFileWriter writer = writer()) {
      assertThrows(
          IllegalArgumentException.class,
          () -> writer.write(MemorySegment.NULL, 0, BlockFileFormat.BODY_BYTES_MAX + 1));
      assertEquals(0, writer.bodyBytes());
    }
    assertTrue(
        BlockFileFormat.fileBytes(BlockFileFormat.BODY_BYTES_MAX)
            <= BlockFileFormat.FILE_BYTES_MAX);
  }

  @Test
  void aFinishedFileIsDurableOnceItsDirectoryIs() throws IOException {
    byte[] body = Payloads.of(1, 200_000);
    FileEntry entry = write(files, ROOT, body);
    files.forceDirectory(ROOT);
    for (long seed = 0; seed < 20; seed++) {
      assertArrayEquals(body, read(files.crash(seed), ROOT, entry));
    }
  }

  @Test
  void aCrashBeforeTheDirectoryIsForcedLeavesTheWholeFileOrNone() throws IOException {
    byte[] body = Payloads.of(1, 200_000);
    FileEntry entry = write(files, ROOT, body);
    boolean lost = false;
    for (long seed = 0; seed < 20; seed++) {
      SimulatedFiles survivor = files.crash(seed);
      if (survivor.exists(ROOT.resolve(NAME))) {
        assertArrayEquals(body, read(survivor, ROOT, entry));
      } else {
        lost = true;
      }
    }
    assertTrue(lost, "so forcing the directory matters");
  }

  @Test
  void openingAFileThatIsNotThereHoldsNoHandle() {
    var entry = new FileEntry(NAME, FileKind.SLOTS, 200, 0);
    assertThrows(NoSuchFileException.class, () -> BlockFileReader.open(files, ROOT, STORE, entry));
    assertFalse(files.ioSteps() > 0);
  }
}
