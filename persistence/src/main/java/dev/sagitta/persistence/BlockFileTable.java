package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The verified tail of an open block file: its length, and the CRC that each block must have.
 * Immutable, hence thread-safe. Layout in {@link BlockFileFormat}. The table takes 4 bytes of heap
 * for each 64 KiB of file.
 */
final class BlockFileTable {

  private final Path file;
  private final UUID storeId;
  private final long bodyBytes;
  private final int checksum;
  private final ByteBuffer table;

  private BlockFileTable(Path file, UUID storeId, long bodyBytes, int checksum, ByteBuffer table) {
    this.file = file;
    this.storeId = storeId;
    this.bodyBytes = bodyBytes;
    this.checksum = checksum;
    this.table = table;
  }

  /** Reads header, footer and table of a listed file and checks them against its entry. */
  static BlockFileTable read(FileHandle handle, Path file, FileEntry entry, UUID storeId)
      throws IOException {
    long size = handle.size();
    if (size != entry.bytes()) {
      throw new CorruptFileException(
          file, Math.min(size, entry.bytes()), entry.bytes() + " bytes", size + " bytes");
    }
    FileHeader.read(handle, file, entry.kind(), storeId);
    return readTail(handle, file, size, entry, storeId);
  }

  /** Reads header, footer and table of a file that no manifest lists: a manifest. */
  static BlockFileTable readUnlisted(FileHandle handle, Path file, FileKind kind)
      throws IOException {
    UUID storeId = FileHeader.read(handle, file, kind);
    return readTail(handle, file, handle.size(), null, storeId);
  }

  /**
   * Reads the table of a listed file for salvage, whatever the file's length and header are. If its
   * tail is damaged, computes the table from the blocks; that is taken only if its checksum is the
   * entry's, hence if all blocks are as they were written.
   *
   * @param bodyBytes length of the body, as the file's content tells
   * @throws CorruptFileException if no block can be proven to be what was written
   * @throws FormatVersionException if its header says that it is of a format not read here
   */
  static BlockFileTable salvage(
      FileHandle handle,
      Path file,
      FileEntry entry,
      UUID storeId,
      long bodyBytes,
      DamageListener damage)
      throws IOException {
    FileHeader.requireKnownFormat(handle, file, entry.kind());
    long size = handle.size();
    if (size != entry.bytes()) {
      damage.damaged(
          new CorruptFileException(
              file, Math.min(size, entry.bytes()), entry.bytes() + " bytes", size + " bytes"));
    }
    try {
      return readTail(handle, file, entry.bytes(), entry, storeId);
    } catch (CorruptFileException e) {
      if (bodyBytes < 0
          || bodyBytes > entry.bytes()
          || BlockFileFormat.fileBytes(bodyBytes) != entry.bytes()
          || size < BlockFileFormat.bodyEnd(bodyBytes)) {
        throw e;
      }
      BlockFileTable computed = compute(handle, file, storeId, bodyBytes);
      if (computed.checksum() != entry.checksum()) {
        throw e;
      }
      damage.damaged(e);
      return computed;
    }
  }

  /** The table that the blocks of a file would have. */
  private static BlockFileTable compute(FileHandle handle, Path file, UUID storeId, long bodyBytes)
      throws IOException {
    int blockCount = BlockFileFormat.blockCount(bodyBytes);
    ByteBuffer table =
        ByteBuffer.allocate(BlockFileFormat.TABLE_ENTRY_BYTES * blockCount)
            .order(ByteOrder.LITTLE_ENDIAN);
    var crc = new CRC32C();
    for (int block = 0; block < blockCount; block++) {
      long offset = (long) block * BlockFileFormat.BLOCK_BYTES;
      crc.reset();
      crc.update(read(handle, file, offset, BlockFileFormat.blockBytes(bodyBytes, block)));
      table.putInt((int) crc.getValue());
    }
    table.flip();
    ByteBuffer tail = BlockFileFormat.tail(bodyBytes, table.duplicate());
    return new BlockFileTable(file, storeId, bodyBytes, BlockFileFormat.tailChecksum(tail), table);
  }

  private static BlockFileTable readTail(
      FileHandle handle, Path file, long size, @Nullable FileEntry entry, UUID storeId)
      throws IOException {
    if (size < BlockFileFormat.FILE_BYTES_MIN || size > BlockFileFormat.FILE_BYTES_MAX) {
      throw new CorruptFileException(
          file,
          size,
          BlockFileFormat.FILE_BYTES_MIN + " to " + BlockFileFormat.FILE_BYTES_MAX + " bytes",
          size + " bytes");
    }
    long footerOffset = size - BlockFileFormat.FOOTER_BYTES;
    ByteBuffer footer = read(handle, file, footerOffset, BlockFileFormat.FOOTER_BYTES);
    long magic = footer.getLong(BlockFileFormat.FOOTER_MAGIC_OFFSET);
    if (magic != BlockFileFormat.FOOTER_MAGIC) {
      throw new CorruptFileException(
          file,
          footerOffset + BlockFileFormat.FOOTER_MAGIC_OFFSET,
          "footer magic " + Hex.of(BlockFileFormat.FOOTER_MAGIC),
          Hex.of(magic));
    }
    long bodyBytes = footer.getLong(BlockFileFormat.FOOTER_BODY_BYTES_OFFSET);
    int blockCount = footer.getInt(BlockFileFormat.FOOTER_BLOCK_COUNT_OFFSET);
    // Bounded before it is used in arithmetic: the footer is not verified yet.
    if (bodyBytes < 0
        || bodyBytes > size
        || BlockFileFormat.fileBytes(bodyBytes) != size
        || BlockFileFormat.blockCount(bodyBytes) != blockCount) {
      throw new CorruptFileException(
          file,
          footerOffset,
          "a footer for a file of " + size + " bytes",
          "one for a body of " + bodyBytes + " bytes in " + blockCount + " blocks");
    }
    long bodyEnd = BlockFileFormat.bodyEnd(bodyBytes);
    int tailBytes = Math.toIntExact(size - bodyEnd);
    ByteBuffer tail = read(handle, file, bodyEnd, tailBytes);
    int crcOffset = tailBytes - BlockFileFormat.FOOTER_BYTES + BlockFileFormat.FOOTER_CRC_OFFSET;
    var crc = new CRC32C();
    crc.update(tail.slice(0, crcOffset));
    int computed = (int) crc.getValue();
    int stored = tail.getInt(crcOffset);
    if (stored != computed) {
      throw new CorruptFileException(
          file, bodyEnd, "table CRC " + Hex.of(stored), "table CRC " + Hex.of(computed));
    }
    if (entry != null && stored != entry.checksum()) {
      throw new CorruptFileException(
          file,
          bodyEnd,
          "table CRC " + Hex.of(entry.checksum()) + " listed by the manifest",
          "table CRC " + Hex.of(stored));
    }
    int tableStart = (int) (BlockFileFormat.tableOffset(bodyBytes) - bodyEnd);
    ByteBuffer table =
        tail.slice(tableStart, BlockFileFormat.TABLE_ENTRY_BYTES * blockCount)
            .order(ByteOrder.LITTLE_ENDIAN);
    return new BlockFileTable(file, storeId, bodyBytes, stored, table);
  }

  private static ByteBuffer read(FileHandle handle, Path file, long offset, int bytes)
      throws IOException {
    ByteBuffer target = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int count = StoredBytes.read(handle, file, target, offset);
    if (count != bytes) {
      throw new CorruptFileException(
          file, offset + count, bytes + " bytes at " + offset, count + " bytes");
    }
    return target.flip();
  }

  Path file() {
    return file;
  }

  UUID storeId() {
    return storeId;
  }

  long bodyBytes() {
    return bodyBytes;
  }

  int checksum() {
    return checksum;
  }

  int blockCount() {
    return BlockFileFormat.blockCount(bodyBytes);
  }

  int blockBytes(int block) {
    return BlockFileFormat.blockBytes(bodyBytes, block);
  }

  /**
   * Reads one block into the buffer and verifies it.
   *
   * @param target cleared first; afterwards its position is 0 and its limit the block's length
   * @throws CorruptFileException naming the block's offset and both CRCs
   * @throws UnreadableFileException if the file system cannot read it
   */
  void readBlock(FileHandle handle, int block, ByteBuffer target, CRC32C crc) throws IOException {
    Objects.checkIndex(block, blockCount());
    int bytes = blockBytes(block);
    long offset = (long) block * BlockFileFormat.BLOCK_BYTES;
    target.clear().limit(bytes);
    int count = StoredBytes.read(handle, file, target, offset);
    target.flip();
    if (count != bytes) {
      throw new CorruptFileException(
          file, offset + count, "a block of " + bytes + " bytes", count + " bytes");
    }
    crc.reset();
    crc.update(target);
    target.rewind();
    int computed = (int) crc.getValue();
    int stored = table.getInt(block * BlockFileFormat.TABLE_ENTRY_BYTES);
    if (computed != stored) {
      throw new CorruptFileException(
          file, offset, "block CRC " + Hex.of(stored), "block CRC " + Hex.of(computed));
    }
  }
}
