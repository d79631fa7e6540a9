package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Damage to block files is always found, by the reader and by the mapping alike. */
final class BlockFileDamageTest {

  private static final Path ROOT = Path.of("/");
  private static final Path FILE = Path.of("/slots-1.tab");
  private static final UUID STORE = new UUID(1, 2);
  private static final int BODY_BYTES = 101;

  private final SimulatedFiles files = new SimulatedFiles();
  private FileEntry entry = new FileEntry("slots-1.tab", FileKind.SLOTS, 1000, 0);

  @BeforeEach
  void write() throws IOException {
    entry = write(files, "slots-1.tab", STORE, Payloads.of(5, BODY_BYTES));
  }

  private static FileEntry write(FileOperations files, String name, UUID store, byte[] body)
      throws IOException {
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, name, FileKind.SLOTS, store)) {
      writer.write(ByteBuffer.wrap(body));
      return writer.finish();
    }
  }

  private void readAll() throws IOException {
    try (BlockFileReader reader = BlockFileReader.open(files, ROOT, STORE, entry)) {
      reader.read(ByteBuffer.allocate(BODY_BYTES));
    }
  }

  private void readAllUnlisted() throws IOException {
    try (BlockFileReader reader = BlockFileReader.openUnlisted(files, FILE, FileKind.SLOTS)) {
      reader.read(ByteBuffer.allocate(BODY_BYTES));
    }
  }

  private void verifyAll() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MappedBlockFile.open(files, ROOT, STORE, entry, arena).verifyAll();
    }
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    for (long bit = 0; bit < entry.bytes() * Byte.SIZE; bit++) {
      files.flipBit(FILE, bit);
      String context = "bit " + bit;
      assertThrows(CorruptFileException.class, this::readAll, context);
      assertThrows(CorruptFileException.class, this::verifyAll, context);
      files.flipBit(FILE, bit);
    }
    readAll();
    verifyAll();
  }

  @Test
  void everyOtherLengthIsFound() throws IOException {
    byte[] whole = files.bytes(FILE);
    for (int bytes = 0; bytes < whole.length + 20; bytes++) {
      if (bytes == whole.length) {
        continue;
      }
      files.delete(FILE);
      ByteBuffer content = ByteBuffer.allocate(bytes).put(whole, 0, Math.min(bytes, whole.length));
      files.create(FILE).write(content.rewind(), 0);
      var e = assertThrows(CorruptFileException.class, this::readAll);
      assertEquals(bytes + " bytes", e.actual());
      assertThrows(CorruptFileException.class, this::verifyAll);
      // What opens without an entry, as manifests do, has only its own footer to go by.
      int length = bytes;
      assertThrows(
          CorruptFileException.class,
          () -> BlockFileReader.openUnlisted(files, FILE, FileKind.SLOTS),
          () -> "length " + length);
    }
  }

  @Test
  void aFileOfTheSameLengthIsNotTakenForTheListedOne() throws IOException {
    write(files, "slots-2.tab", STORE, Payloads.of(6, BODY_BYTES));
    files.rename(Path.of("/slots-2.tab"), FILE);
    var e = assertThrows(CorruptFileException.class, this::readAll);
    assertTrue(e.expected().contains("listed by the manifest"), e.getMessage());
    assertThrows(CorruptFileException.class, this::verifyAll);
  }

  @Test
  void aFileOfAnotherStoreIsRefused() throws IOException {
    write(files, "slots-2.tab", new UUID(7, 7), Payloads.of(5, BODY_BYTES));
    files.rename(Path.of("/slots-2.tab"), FILE);
    assertThrows(WrongStoreException.class, this::readAll);
    assertThrows(WrongStoreException.class, this::verifyAll);
  }

  @Test
  void aDamagedBlockIsNamedAndTheBlocksBeforeItAreReadable() throws IOException {
    FileEntry large = write(files, "slots-3.tab", STORE, Payloads.of(8, 300_000));
    long damagedOffset = 2 * BlockFileFormat.BLOCK_BYTES;
    files.flipBit(Path.of("/slots-3.tab"), (damagedOffset + 17) * Byte.SIZE);
    try (BlockFileReader reader = BlockFileReader.open(files, ROOT, STORE, large)) {
      int intact = 2 * BlockFileFormat.BLOCK_BYTES - FileHeader.BYTES;
      reader.read(ByteBuffer.allocate(intact));
      ByteBuffer target = ByteBuffer.allocate(1);
      for (int i = 0; i < 2; i++) {
        var e = assertThrows(CorruptFileException.class, () -> reader.read(target));
        assertEquals(damagedOffset, e.offset());
        assertTrue(e.expected().startsWith("block CRC 0x"), e.getMessage());
        assertTrue(e.actual().startsWith("block CRC 0x"), e.getMessage());
      }
      assertEquals(0, target.position(), "no byte of a damaged block is handed out");
    }
  }

  @Test
  void arbitraryBytesAreNeverReadAndNeverAllocatedFor() throws IOException {
    var random = new SplittableRandom(42);
    byte[] whole = files.bytes(FILE);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = whole.clone();
      // Footer and table mostly: the header's CRC would end it too soon.
      int changes = 1 + random.nextInt(8);
      for (int change = 0; change < changes; change++) {
        int from = random.nextInt(4) == 0 ? 0 : FileHeader.BYTES + BODY_BYTES;
        int at = from + random.nextInt(bytes.length - from);
        bytes[at] = (byte) (whole[at] + 1 + random.nextInt(255));
      }
      files.delete(FILE);
      files.create(FILE).write(ByteBuffer.wrap(bytes), 0);
      assertThrows(CorruptFileException.class, this::readAll);
      assertThrows(CorruptFileException.class, this::readAllUnlisted);
    }
  }
}
