package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Layout of the 64 bytes that every durable file begins with, and their checks. This layout is the
 * same in every format version, so that an older library can say "too new" instead of "damaged".
 * Stateless.
 *
 * <pre>
 *    0               8       10      12              16
 *    +---------------+-------+-------+---------------+---------------+---------------+
 *    | magic         | major | minor | kind          | store id, most significant    |
 *    | "SAGITTA\n"   | u16   | u16   | int           | half, then least significant  |
 *    +---------------+-------+-------+---------------+-------------------------------+
 *   32              40              48                              60             64
 *    +---------------+---------------+-------------------------------+---------------+
 *    | incompatible  | compatible    | zeros                         | masked CRC    |
 *    | features      | features      |                               |               |
 *    +---------------+---------------+-------------------------------+---------------+
 * </pre>
 *
 * The CRC is that of bytes 0 to 59, masked as {@link #crc} says. A file is refused if its version
 * is newer than what is read here, minor ones too, or if it has an incompatible feature that is not
 * known here; compatible features that are not known change nothing for a reader and are passed
 * over. {@link FormatFeatures} lists those that exist.
 */
final class FileHeader {

  static final int BYTES = 64;
  static final int MAGIC_OFFSET = 0;
  static final int MAJOR_OFFSET = 8;
  static final int MINOR_OFFSET = 10;
  static final int KIND_OFFSET = 12;
  static final int STORE_HIGH_OFFSET = 16;
  static final int STORE_LOW_OFFSET = 24;
  static final int INCOMPATIBLE_FEATURES_OFFSET = 32;
  static final int COMPATIBLE_FEATURES_OFFSET = 40;
  static final int CRC_OFFSET = 60;

  /** "SAGITTA\n" read as a little-endian long. */
  static final long MAGIC = 0x0A41_5454_4947_4153L;

  /** The version this library writes, and the newest that it reads. */
  static final int MAJOR = 1;

  static final int MINOR = 0;

  /** The oldest major version that this library reads. */
  static final int MAJOR_MIN = 1;

  private static final int MASK_ROTATION = 15;
  private static final int MASK_DELTA = 0xA282_EAD8;

  private FileHeader() {}

  /** Puts the header of a file that uses no features at the buffer's position and moves it on. */
  static void put(ByteBuffer target, FileKind kind, UUID storeId) {
    put(target, kind, storeId, FileFeatures.NONE);
  }

  /** Puts a header at the buffer's position and moves it on. */
  static void put(ByteBuffer target, FileKind kind, UUID storeId, FileFeatures features) {
    ByteBuffer header = target.slice(target.position(), BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < BYTES; i += Long.BYTES) {
      header.putLong(i, 0);
    }
    header.putLong(MAGIC_OFFSET, MAGIC);
    header.putShort(MAJOR_OFFSET, (short) MAJOR);
    header.putShort(MINOR_OFFSET, (short) MINOR);
    header.putInt(KIND_OFFSET, kind.code());
    header.putLong(STORE_HIGH_OFFSET, storeId.getMostSignificantBits());
    header.putLong(STORE_LOW_OFFSET, storeId.getLeastSignificantBits());
    header.putLong(INCOMPATIBLE_FEATURES_OFFSET, features.incompatible());
    header.putLong(COMPATIBLE_FEATURES_OFFSET, features.compatible());
    header.putInt(CRC_OFFSET, crc(header));
    target.position(target.position() + BYTES);
  }

  /**
   * Reads and checks the header of an open file.
   *
   * @return the id of the store that the file belongs to
   * @throws CorruptFileException if the file is too short, is not a Sagitta file, has a damaged
   *     header or is of another kind
   * @throws FormatVersionException if the header is intact but of a version not read here
   * @throws UnreadableFileException if the file system cannot read it
   */
  static UUID read(FileHandle handle, Path file, FileKind kind) throws IOException {
    ByteBuffer header = ByteBuffer.allocate(BYTES);
    int count = StoredBytes.read(handle, file, header, 0);
    if (count < BYTES) {
      throw new CorruptFileException(file, 0, "a header of " + BYTES + " bytes", count + " bytes");
    }
    return check(header.flip(), file, kind);
  }

  /** As {@link #read}, and checks that the file belongs to the store. */
  static void read(FileHandle handle, Path file, FileKind kind, UUID storeId) throws IOException {
    requireStore(file, storeId, read(handle, file, kind));
  }

  /**
   * Refuses a file of a format that is not read here. A damaged header passes: damage makes no file
   * newer.
   */
  static void requireKnownFormat(FileHandle handle, Path file, FileKind kind) throws IOException {
    try {
      var _ = read(handle, file, kind);
    } catch (CorruptFileException damaged) {
      // Whoever reads the file will say so.
    }
  }

  static void requireStore(Path file, UUID expected, UUID actual) throws WrongStoreException {
    if (!actual.equals(expected)) {
      throw new WrongStoreException(file, expected, actual);
    }
  }

  /** Whether a version is beyond the newest that is read here. */
  static boolean newerThanRead(int major, int minor) {
    return major > MAJOR || (major == MAJOR && minor > MINOR);
  }

  private static UUID check(ByteBuffer bytes, Path file, FileKind kind) throws IOException {
    ByteBuffer header = bytes.slice().order(ByteOrder.LITTLE_ENDIAN);
    long magic = header.getLong(MAGIC_OFFSET);
    if (magic != MAGIC) {
      throw new CorruptFileException(
          file,
          MAGIC_OFFSET,
          "a Sagitta file, magic " + Hex.of(MAGIC),
          "not a Sagitta file, magic " + Hex.of(magic));
    }
    int crc = header.getInt(CRC_OFFSET);
    int computed = crc(header);
    if (crc != computed) {
      throw new CorruptFileException(
          file, CRC_OFFSET, "header CRC " + Hex.of(crc), "header CRC " + Hex.of(computed));
    }
    int major = Short.toUnsignedInt(header.getShort(MAJOR_OFFSET));
    int minor = Short.toUnsignedInt(header.getShort(MINOR_OFFSET));
    long unknownFeatures =
        header.getLong(INCOMPATIBLE_FEATURES_OFFSET) & ~FormatFeatures.INCOMPATIBLE_KNOWN;
    if (newerThanRead(major, minor) || major < MAJOR_MIN || unknownFeatures != 0) {
      throw new FormatVersionException(file, major, minor, unknownFeatures);
    }
    int code = header.getInt(KIND_OFFSET);
    if (code != kind.code()) {
      String actual = FileKind.ofCode(code).map(FileKind::name).orElse("number " + code);
      throw new CorruptFileException(
          file, KIND_OFFSET, "a file of kind " + kind, "a file of kind " + actual);
    }
    return new UUID(header.getLong(STORE_HIGH_OFFSET), header.getLong(STORE_LOW_OFFSET));
  }

  /**
   * The masked CRC of a header. Masked, because block CRCs and the log header's CRC run over these
   * bytes again, and a CRC over bytes that end with their own CRC is the same whatever they are:
   * kind and store would not enter them. The mask is LevelDB's (util/crc32c.h).
   */
  static int crc(ByteBuffer header) {
    var crc = new CRC32C();
    crc.update(header.slice(0, CRC_OFFSET));
    return Integer.rotateRight((int) crc.getValue(), MASK_ROTATION) + MASK_DELTA;
  }
}
