package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

final class FileHeaderTest {

  private static final Path FILE = Path.of("/file");
  private static final UUID STORE = new UUID(1, 2);

  private final SimulatedFiles files = new SimulatedFiles();

  /** Writes a header with a change, and with a CRC that is right again if asked for. */
  private FileHandle header(boolean repaired, Consumer<ByteBuffer> change) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(FileHeader.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    FileHeader.put(bytes, FileKind.SLOTS, STORE);
    change.accept(bytes.clear());
    if (repaired) {
      bytes.putInt(FileHeader.CRC_OFFSET, FileHeader.crc(bytes));
    }
    FileHandle handle = files.create(FILE);
    handle.write(bytes.clear(), 0);
    return handle;
  }

  private static CorruptFileException corrupt(FileHandle handle) {
    return assertThrows(
        CorruptFileException.class, () -> FileHeader.read(handle, FILE, FileKind.SLOTS, STORE));
  }

  @Test
  void whatWasWrittenIsReadBack() throws IOException {
    assertEquals(STORE, FileHeader.read(header(false, bytes -> {}), FILE, FileKind.SLOTS));
  }

  @Test
  void anotherMagicIsNotASagittaFile() throws IOException {
    CorruptFileException e = corrupt(header(true, bytes -> bytes.put(0, (byte) 'X')));
    assertTrue(e.toString().contains("not a Sagitta file"), e.getMessage());
  }

  @Test
  void aDamagedByteIsACrcErrorWhateverItStandsFor() throws IOException {
    CorruptFileException e =
        corrupt(header(false, bytes -> bytes.putShort(FileHeader.MAJOR_OFFSET, (short) 9)));
    assertEquals(FileHeader.CRC_OFFSET, e.offset());
    assertTrue(e.toString().contains("header CRC 0x"), e.getMessage());
  }

  @Test
  void aNewerFormatIsTooNewAndNotDamaged() throws IOException {
    FileHandle handle = header(true, bytes -> bytes.putShort(FileHeader.MAJOR_OFFSET, (short) 2));
    var e =
        assertThrows(
            FormatVersionException.class,
            () -> FileHeader.read(handle, FILE, FileKind.SLOTS, STORE));
    assertEquals(FILE, e.file());
    assertEquals(2, e.major());
    assertEquals(0, e.minor());
    assertTrue(e.toString().contains("Format too new"), e.getMessage());
    assertTrue(e.toString().endsWith("has version 2.0, this library reads 1.0 up to 1.0"));
  }

  @Test
  void aNewerMinorVersionIsTooNewAsWell() throws IOException {
    FileHandle handle =
        header(true, bytes -> bytes.putShort(FileHeader.MINOR_OFFSET, (short) 0x8000));
    var e =
        assertThrows(
            FormatVersionException.class, () -> FileHeader.read(handle, FILE, FileKind.SLOTS));
    assertEquals(0x8000, e.minor());
  }

  @Test
  void anOlderFormatIsTooOld() throws IOException {
    FileHandle handle = header(true, bytes -> bytes.putShort(FileHeader.MAJOR_OFFSET, (short) 0));
    var e =
        assertThrows(
            FormatVersionException.class, () -> FileHeader.read(handle, FILE, FileKind.SLOTS));
    assertTrue(e.toString().contains("Format too old"), e.getMessage());
  }

  @Test
  void anUnknownIncompatibleFeatureIsTooNew() throws IOException {
    FileHandle handle =
        header(true, bytes -> bytes.putLong(FileHeader.INCOMPATIBLE_FEATURES_OFFSET, 1L << 63 | 5));
    var e =
        assertThrows(
            FormatVersionException.class, () -> FileHeader.read(handle, FILE, FileKind.SLOTS));
    assertEquals(1L << 63 | 4, e.unknownFeatures());
    assertEquals(1, e.major());
    assertEquals(
        "Format too new: "
            + FILE
            + " has version 1.0 and incompatible features of bits {2, 63}, this library reads"
            + " 1.0 up to 1.0 and incompatible features of bits {0}",
        e.getMessage());
  }

  @Test
  void unknownCompatibleFeaturesAreIgnored() throws IOException {
    FileHandle handle =
        header(true, bytes -> bytes.putLong(FileHeader.COMPATIBLE_FEATURES_OFFSET, -1));
    assertEquals(STORE, FileHeader.read(handle, FILE, FileKind.SLOTS));
  }

  @Test
  void anotherKindIsNamed() throws IOException {
    CorruptFileException e =
        corrupt(header(true, bytes -> bytes.putInt(FileHeader.KIND_OFFSET, FileKind.LINKS.code())));
    assertEquals("a file of kind SLOTS", e.expected());
    assertEquals("a file of kind LINKS", e.actual());
  }

  @Test
  void anUnknownKindIsShownAsItsNumber() throws IOException {
    CorruptFileException e =
        corrupt(header(true, bytes -> bytes.putInt(FileHeader.KIND_OFFSET, 77)));
    assertEquals("a file of kind number 77", e.actual());
  }

  @Test
  void anotherStoreIsNamed() throws IOException {
    FileHandle handle = header(false, bytes -> {});
    var other = new UUID(3, 4);
    var e =
        assertThrows(
            WrongStoreException.class, () -> FileHeader.read(handle, FILE, FileKind.SLOTS, other));
    assertEquals(FILE, e.file());
    assertEquals(other, e.expected());
    assertEquals(STORE, e.actual());
  }

  @Test
  void aShortFileIsCorrupt() throws IOException {
    FileHandle handle = header(false, bytes -> {});
    handle.truncate(63);
    assertEquals("63 bytes", corrupt(handle).actual());
  }
}
