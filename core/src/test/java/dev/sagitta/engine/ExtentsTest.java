package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.CorruptionException;
import dev.sagitta.StorageException;
import dev.sagitta.engine.Extents.Extent;
import dev.sagitta.persistence.BlockFileWriter;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ExtentsTest {
  private static final int BLOCK_BYTES = 64 << 10;
  private static final int EXTENT_BYTES = 2 * BLOCK_BYTES;

  private final CollectionParts parts;
  private final Extents extents;

  ExtentsTest() throws IOException {
    parts = CollectionParts.create();
    extents = new Extents(EXTENT_BYTES, CollectionParts.DIRECT, parts.reclaimer);
  }

  @AfterEach
  void close() {
    extents.close();
    parts.close();
  }

  private static byte[] body(int bytes) {
    byte[] body = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      body[i] = (byte) (i * 31);
    }
    return body;
  }

  private FileEntry file(int bytes) throws IOException {
    try (BlockFileWriter writer = parts.files.create(FileKind.PAYLOADS)) {
      writer.write(ByteBuffer.wrap(body(bytes)));
      return writer.finish();
    }
  }

  private static byte[] bytes(MemorySegment memory, int length) {
    return memory.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void opensExtentsFilledWithZeros() {
    MemorySegment first = extents.writable(0);
    assertArrayEquals(new byte[EXTENT_BYTES], bytes(first, EXTENT_BYTES));
    assertEquals(0, first.address() % 64);
    assertSame(first, extents.writable(0));
    extents.writable(1);
    assertEquals(2, extents.now().length);
    assertTrue(extents.now()[0].trusted());
    assertEquals(2L * EXTENT_BYTES, extents.anonymousBytes());
    assertEquals(0, extents.mappedBytes());
  }

  @Test
  void takesAnExtentThatWasMadeReadyAndWaitsForNone() {
    Queue<Runnable> tasks = new ArrayDeque<>();
    Extents many = new Extents(EXTENT_BYTES, tasks::add, parts.reclaimer);
    many.openAhead(true);
    many.writable(0);
    assertEquals(0, tasks.size(), "the first may be the last");
    many.writable(1);
    assertEquals(1, tasks.size());
    many.writable(2);
    assertEquals(1, tasks.size(), "the one begun is still to come");
    tasks.remove().run();
    MemorySegment fourth = many.writable(3);
    assertArrayEquals(new byte[EXTENT_BYTES], bytes(fourth, EXTENT_BYTES));
    assertEquals(1, tasks.size(), "another one in the place of the one taken");
    many.openAhead(false);
    tasks.remove().run();
    many.writable(4);
    assertEquals(0, tasks.size());
    assertEquals(5L * EXTENT_BYTES, many.anonymousBytes());
    many.close();
  }

  @Test
  void readersKeepTheArrayThatTheyTook() {
    extents.writable(0);
    Extent[] taken = extents.now();
    extents.writable(1);
    assertEquals(1, taken.length);
  }

  @Test
  void mapsSealedFilesAndChecksTheirBlocksWhenTheyAreUsed() throws IOException {
    extents.addSealed(parts.files, file(EXTENT_BYTES), EXTENT_BYTES);
    Extent extent = extents.now()[0];
    assertFalse(extent.trusted());
    assertEquals(EXTENT_BYTES, extents.mappedBytes());
    assertEquals(0, extents.anonymousBytes());
    extents.ensureVerified(extent, 10, 20);
    assertFalse(extent.trusted());
    extents.ensureVerified(extent, EXTENT_BYTES - 1, 1);
    extents.ensureVerified(extent, BLOCK_BYTES, 1);
    assertTrue(extent.trusted());
    assertArrayEquals(body(EXTENT_BYTES), bytes(extent.memory(), EXTENT_BYTES));
  }

  @Test
  void refusesDamagedBlocksEveryTimeAndServesTheOthers() throws IOException {
    FileEntry entry = file(EXTENT_BYTES);
    parts.disk.flipBit(CollectionParts.DIRECTORY.resolve(entry.name()), 8L * (BLOCK_BYTES + 1_000));
    extents.addSealed(parts.files, entry, EXTENT_BYTES);
    Extent extent = extents.now()[0];
    extents.ensureVerified(extent, 0, 100);
    for (int i = 0; i < 2; i++) {
      CorruptionException refusal =
          assertThrows(
              CorruptionException.class, () -> extents.ensureVerified(extent, BLOCK_BYTES, 8));
      assertEquals(CollectionParts.DIRECTORY.resolve(entry.name()), refusal.file());
      assertEquals(BLOCK_BYTES, refusal.offset());
    }
    assertThrows(CorruptionException.class, () -> extents.writable(0));
  }

  @Test
  void translatesReadsThatFail() throws IOException {
    FileEntry entry = file(100);
    extents.addSealed(parts.files, entry, 100);
    parts.disk.failNext(
        call -> call.operation() == IoCall.Operation.READ, new IOException("told to fail"));
    assertEquals(
        "checking "
            + entry.name()
            + " failed: /data/parts/"
            + entry.name()
            + " cannot be read at offset 0: java.io.IOException: told to fail",
        assertThrows(StorageException.class, () -> extents.ensureVerified(extents.now()[0], 0, 100))
            .getMessage());
    extents.ensureVerified(extents.now()[0], 0, 100);
  }

  @Test
  void refusesFilesThatHoldLessThanTheyShould() throws IOException {
    FileEntry entry = file(100);
    assertEquals(
        "Corrupt file /data/parts/"
            + entry.name()
            + " at offset 0: expected a body of 101 bytes, found 100 bytes",
        assertThrows(CorruptFileException.class, () -> extents.addSealed(parts.files, entry, 101))
            .getMessage());
    assertEquals(0, extents.now().length);
  }

  @Test
  void copiesAPartFullSealedExtentBeforeItIsWritten() throws IOException {
    extents.addSealed(parts.files, file(1_000), 1_000);
    Extent sealed = extents.now()[0];
    MemorySegment memory = extents.writable(0);
    assertEquals(EXTENT_BYTES, memory.byteSize());
    assertArrayEquals(body(1_000), bytes(memory, 1_000));
    assertEquals(0, memory.get(ValueLayout.JAVA_BYTE, 1_000));
    assertNull(extents.now()[0].file());
    // Readers may still use the mapping.
    assertEquals(body(1_000)[7], sealed.memory().get(ValueLayout.JAVA_BYTE, 7));
    parts.reclaimer.reclaim();
    assertFalse(sealed.memory().scope().isAlive());
  }

  @Test
  void sealsAFullExtentWithoutTakingItFromReaders() throws IOException {
    MemorySegment open = extents.writable(0);
    MemorySegment.copy(body(EXTENT_BYTES), 0, open, ValueLayout.JAVA_BYTE, 0, EXTENT_BYTES);
    extents.seal(0, parts.files, file(EXTENT_BYTES));
    assertTrue(extents.now()[0].trusted());
    assertArrayEquals(body(EXTENT_BYTES), bytes(extents.now()[0].memory(), EXTENT_BYTES));
    assertEquals(EXTENT_BYTES, extents.mappedBytes());
    assertEquals(0, extents.anonymousBytes());
    assertTrue(open.scope().isAlive());
    parts.reclaimer.reclaim();
    assertFalse(open.scope().isAlive());
  }
}
