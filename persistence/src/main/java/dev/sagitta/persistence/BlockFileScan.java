package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Verifies the blocks of a block file front to back and hands out none of their bytes; where {@link
 * BlockFileReader} stops at damage, this goes on behind it. Not thread-safe. Layout in {@link
 * BlockFileFormat}.
 */
public final class BlockFileScan implements Closeable {

  private final FileHandle handle;
  private final BlockFileTable table;
  private final CRC32C crc = new CRC32C();
  private int nextBlock;

  /** Taken with the first block, as many files are only opened. */
  private @Nullable ByteBuffer block;

  private BlockFileScan(FileHandle handle, BlockFileTable table) {
    this.handle = handle;
    this.table = table;
  }

  /**
   * Opens a file that a manifest lists; reads its header, footer and table.
   *
   * @throws CorruptFileException if length, header, footer or table are not those of the entry
   * @throws UnreadableFileException if the file system cannot read these
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws FormatVersionException if a newer library wrote it
   * @throws WrongStoreException if it belongs to another store
   */
  public static BlockFileScan open(
      FileOperations files, Path directory, UUID storeId, FileEntry entry) throws IOException {
    Path file = directory.resolve(entry.name());
    return Opened.open(
        files.openForReading(file),
        handle -> new BlockFileScan(handle, BlockFileTable.read(handle, file, entry, storeId)));
  }

  /** Bytes of all blocks. */
  public long bytes() {
    return BlockFileFormat.bodyEnd(table.bodyBytes());
  }

  /** Bytes of the blocks that were not looked at. */
  public long remaining() {
    return Math.max(0, bytes() - (long) nextBlock * BlockFileFormat.BLOCK_BYTES);
  }

  /** Whether there is a block that was not looked at. */
  public boolean hasNext() {
    return nextBlock < table.blockCount();
  }

  /**
   * Reads and verifies the next block.
   *
   * @return its length
   * @throws CorruptFileException if it is damaged; the next call goes on behind it
   * @throws UnreadableFileException if the file system cannot read it; the next call goes on too
   */
  public int next() throws IOException {
    if (!hasNext()) {
      throw new NoSuchElementException("all blocks were looked at");
    }
    int looked = nextBlock++;
    if (block == null) {
      block = ByteBuffer.allocate(table.blockBytes(0));
    }
    table.readBlock(handle, looked, block, crc);
    return table.blockBytes(looked);
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
