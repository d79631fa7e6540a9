package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MappedBlockFileTest {

  private static final Path ROOT = Path.of("/");
  private static final Path FILE = Path.of("/vectors-1.ext");
  private static final UUID STORE = new UUID(1, 2);
  private static final int BLOCK = BlockFileFormat.BLOCK_BYTES;

  /** 70 blocks, so that the bitmap has a second word, the last one short. */
  private static final int BODY_BYTES = 69 * BLOCK + 1000;

  private final SimulatedFiles files = new SimulatedFiles();
  private final AtomicLong reads = new AtomicLong();
  private final Arena arena = Arena.ofConfined();
  private final byte[] body = Payloads.of(3, BODY_BYTES);
  private FileEntry entry = new FileEntry("vectors-1.ext", FileKind.VECTORS, 1000, 0);

  @BeforeEach
  void write() throws IOException {
    entry = write(files, ROOT);
  }

  @AfterEach
  void unmap() {
    arena.close();
  }

  private FileEntry write(FileOperations operations, Path directory) throws IOException {
    try (BlockFileWriter writer =
        BlockFileWriter.create(operations, directory, "vectors-1.ext", FileKind.VECTORS, STORE)) {
      writer.write(ByteBuffer.wrap(body));
      return writer.finish();
    }
  }

  /** The mapped file, with reads counted from now on. */
  private MappedBlockFile open() throws IOException {
    MappedBlockFile mapped = MappedBlockFile.open(files, ROOT, STORE, entry, arena);
    countReads();
    return mapped;
  }

  private void countReads() {
    files.intercept(
        call -> {
          if (call.operation() == IoCall.Operation.READ) {
            reads.incrementAndGet();
          }
          return Optional.empty();
        });
  }

  @Test
  void theBodyStandsInTheSegmentBehindTheHeader(@TempDir Path directory) throws IOException {
    var real = new NioFiles();
    FileEntry written = write(real, directory);
    try (Arena confined = Arena.ofConfined()) {
      MappedBlockFile mapped = MappedBlockFile.open(real, directory, STORE, written, confined);
      mapped.verifyAll();
      assertEquals(written, mapped.entry());
      assertEquals(BODY_BYTES, mapped.bodyBytes());
      assertEquals(written.bytes(), mapped.segment().byteSize());
      MemorySegment mappedBody = mapped.segment().asSlice(MappedBlockFile.BODY_OFFSET, BODY_BYTES);
      assertEquals(-1, mappedBody.mismatch(MemorySegment.ofArray(body)));
      assertThrows(
          IllegalArgumentException.class,
          () -> mapped.segment().set(ValueLayout.JAVA_BYTE, 0, (byte) 0));
    }
  }

  @Test
  void nothingIsVerifiedAtFirstAndOnlyWhatIsTouchedIsRead() throws IOException {
    MappedBlockFile mapped = open();
    assertFalse(mapped.verified(64, 1));
    mapped.verify(BLOCK - 1, 2);
    assertEquals(2, reads.get(), "the range touches two blocks");
    assertTrue(mapped.verified(0, 2 * BLOCK));
    assertFalse(mapped.verified(0, 2 * BLOCK + 1));
    assertFalse(mapped.fullyVerified());
    mapped.verify(0, 3 * BLOCK);
    assertEquals(3, reads.get(), "verified blocks are not read again");
  }

  @Test
  void theWholeFileIsFullyVerifiedOnceEveryBlockIs() throws IOException {
    MappedBlockFile mapped = open();
    for (int block = 0; block < 70; block++) {
      assertFalse(mapped.fullyVerified(), "before block " + block);
      mapped.verify((long) block * BLOCK, 1);
    }
    assertTrue(mapped.fullyVerified());
    mapped.verifyAll();
    assertEquals(70, reads.get());
    assertTrue(mapped.verified(0, FileHeader.BYTES + BODY_BYTES));
  }

  @Test
  void aCopyIsOfTheWholeBodyAndCheckedThoughItWasVerified() throws IOException {
    MappedBlockFile mapped = open();
    mapped.verifyAll();
    MemorySegment target = arena.allocate(BODY_BYTES + 10);
    mapped.copyBody(target);
    assertEquals(-1, target.asSlice(0, BODY_BYTES).mismatch(MemorySegment.ofArray(body)));
    files.flipBit(FILE, (69L * BLOCK + 12) * Byte.SIZE);
    var error = assertThrows(CorruptFileException.class, () -> mapped.copyBody(target));
    assertEquals(69L * BLOCK, error.offset());
  }

  @Test
  void aDamagedBlockStaysUnverifiedAndIsNamed() throws IOException {
    MappedBlockFile mapped = open();
    files.flipBit(FILE, (5L * BLOCK + 12) * Byte.SIZE);
    var e = assertThrows(CorruptFileException.class, mapped::verifyAll);
    assertEquals(FILE, e.file());
    assertEquals(5L * BLOCK, e.offset());
    assertTrue(mapped.verified(0, 5 * BLOCK));
    assertFalse(mapped.verified(5L * BLOCK, 1));
    assertThrows(CorruptFileException.class, () -> mapped.verify(5L * BLOCK + 100, 1));
    mapped.verify(6L * BLOCK, 64L * BLOCK - BLOCK + 1);
    assertFalse(mapped.fullyVerified());
  }

  @Test
  void manyThreadsVerifyEachBlockOnce() throws Exception {
    // A lost or doubled count shows only when threads meet, hence the rounds.
    try (var threads = Executors.newFixedThreadPool(4)) {
      for (int round = 0; round < 20; round++) {
        reads.set(0);
        MappedBlockFile mapped = MappedBlockFile.open(files, ROOT, STORE, entry, Arena.ofAuto());
        countReads();
        var start = new CyclicBarrier(4);
        Callable<Boolean> task =
            () -> {
              start.await();
              mapped.verifyAll();
              return mapped.verified(0, FileHeader.BYTES + BODY_BYTES);
            };
        for (Future<Boolean> result : threads.invokeAll(Collections.nCopies(4, task))) {
          assertTrue(result.get());
        }
        assertEquals(70, reads.get());
        files.intercept(call -> Optional.empty());
      }
    }
  }

  @Test
  void aFileShortenedLaterIsCorruptAndNotACrash() throws IOException {
    MappedBlockFile mapped = open();
    files.openForWriting(FILE).truncate(10L * BLOCK);
    var e = assertThrows(CorruptFileException.class, mapped::verifyAll);
    assertEquals(10L * BLOCK, e.offset());
  }

  @Test
  void anEmptyRangeNeedsNothing() throws IOException {
    MappedBlockFile mapped = open();
    assertTrue(mapped.verified(0, 0));
    assertTrue(mapped.verified(BLOCK, 0));
    assertTrue(mapped.verified(BLOCK + 5, 0));
    mapped.verify(0, 0);
    assertEquals(0, reads.get());
  }

  @Test
  void aRangeBeyondTheBodyIsRefused() throws IOException {
    MappedBlockFile mapped = open();
    assertThrows(IndexOutOfBoundsException.class, () -> mapped.verified(64, (long) BODY_BYTES + 1));
    assertThrows(IndexOutOfBoundsException.class, () -> mapped.verify(-1, 1));
  }
}
