package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/** Writes and reads log headers. Layout in {@link LogFormat}. Stateless. */
final class LogHeaderCodec {

  private LogHeaderCodec() {}

  /** The first {@link LogFormat#HEADER_BYTES} bytes of a log. */
  static ByteBuffer encode(LogHeader header) {
    ByteBuffer bytes = ByteBuffer.allocate(LogFormat.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    FileHeader.put(bytes, FileKind.LOG, header.storeId());
    bytes.rewind();
    bytes.putLong(LogFormat.NUMBER_OFFSET, header.number());
    bytes.putLong(LogFormat.EPOCH_OFFSET, header.epoch());
    bytes.putLong(LogFormat.SALT_OFFSET, header.salt());
    bytes.putLong(LogFormat.FIRST_SEQUENCE_OFFSET, header.firstSequence());
    bytes.putLong(LogFormat.PREVIOUS_END_OFFSET, header.previousEnd());
    bytes.putInt(LogFormat.PREVIOUS_CHAIN_OFFSET, header.previousChain());
    bytes.putInt(LogFormat.HEADER_CRC_OFFSET, crc(bytes));
    return bytes;
  }

  /**
   * A header as it stands in a file.
   *
   * @param chain the chain value that the log's first frame refers to: not that of {@link #chain},
   *     because a newer library may have set bits that this one ignores and would not write
   */
  record Read(LogHeader header, int chain) {}

  /** The chain value that the first frame refers to in a log that this library begins. */
  static int chain(LogHeader header) {
    return encode(header).getInt(LogFormat.HEADER_CRC_OFFSET);
  }

  /**
   * Reads and checks a log's header.
   *
   * @throws CorruptFileException if it is damaged, or not that of the log of this number
   * @throws FormatVersionException if a newer library wrote it
   * @throws WrongStoreException if it belongs to another store
   * @throws UnreadableFileException if the file system cannot read it
   */
  static Read read(FileHandle handle, Path file, UUID storeId, long number) throws IOException {
    FileHeader.read(handle, file, FileKind.LOG, storeId);
    return decode(readBytes(handle, file), file, storeId, number);
  }

  /**
   * Reads a log's header for salvage: as {@link #read}, and if its first bytes are damaged, which
   * say kind and store, as those must have been; the checksum tells whether they were.
   */
  static Read salvage(
      FileHandle handle, Path file, UUID storeId, long number, DamageListener damage)
      throws IOException {
    try {
      return read(handle, file, storeId, number);
    } catch (CorruptFileException e) {
      ByteBuffer bytes = readBytes(handle, file);
      FileHeader.put(bytes, FileKind.LOG, storeId);
      Read repaired = decode(bytes.rewind(), file, storeId, number);
      damage.damaged(e);
      return repaired;
    }
  }

  /**
   * What salvage may try where only the log's own part of the header is damaged: its salt as it
   * stands there, which the frames prove right or wrong, and nothing else.
   */
  static Read saltOnly(FileHandle handle, Path file, UUID storeId, long number) throws IOException {
    FileHeader.read(handle, file, FileKind.LOG, storeId);
    ByteBuffer bytes = readBytes(handle, file);
    long salt = bytes.getLong(LogFormat.SALT_OFFSET);
    return new Read(
        new LogHeader(storeId, number, 1, salt, 1, 0, 0),
        bytes.getInt(LogFormat.HEADER_CRC_OFFSET));
  }

  private static ByteBuffer readBytes(FileHandle handle, Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(LogFormat.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int count = StoredBytes.read(handle, file, bytes, 0);
    if (count < LogFormat.HEADER_BYTES) {
      throw new CorruptFileException(
          file, count, "a log header of " + LogFormat.HEADER_BYTES + " bytes", count + " bytes");
    }
    return bytes.rewind();
  }

  private static Read decode(ByteBuffer bytes, Path file, UUID storeId, long number)
      throws CorruptFileException {
    int stored = bytes.getInt(LogFormat.HEADER_CRC_OFFSET);
    int computed = crc(bytes);
    if (stored != computed) {
      throw new CorruptFileException(
          file,
          LogFormat.HEADER_CRC_OFFSET,
          "log header CRC " + Hex.of(stored),
          "log header CRC " + Hex.of(computed));
    }
    long actual = bytes.getLong(LogFormat.NUMBER_OFFSET);
    if (actual != number) {
      throw new CorruptFileException(
          file, LogFormat.NUMBER_OFFSET, "log number " + number, "log number " + actual);
    }
    for (int offset :
        new int[] {
          LogFormat.NUMBER_OFFSET, LogFormat.EPOCH_OFFSET, LogFormat.FIRST_SEQUENCE_OFFSET
        }) {
      LogFormat.requireCounter(file, offset, bytes.getLong(offset));
    }
    try {
      var header =
          new LogHeader(
              storeId,
              actual,
              bytes.getLong(LogFormat.EPOCH_OFFSET),
              bytes.getLong(LogFormat.SALT_OFFSET),
              bytes.getLong(LogFormat.FIRST_SEQUENCE_OFFSET),
              bytes.getLong(LogFormat.PREVIOUS_END_OFFSET),
              bytes.getInt(LogFormat.PREVIOUS_CHAIN_OFFSET));
      return new Read(header, stored);
    } catch (IllegalArgumentException e) {
      var corrupt =
          new CorruptFileException(
              file, LogFormat.NUMBER_OFFSET, "a log header", String.valueOf(e.getMessage()));
      corrupt.initCause(e);
      throw corrupt;
    }
  }

  private static int crc(ByteBuffer header) {
    var crc = new CRC32C();
    crc.update(header.slice(0, LogFormat.HEADER_CRC_OFFSET));
    return (int) crc.getValue();
  }
}
