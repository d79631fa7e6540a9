package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Reads the body of a block file front to back; every block is verified before any of its bytes is
 * handed out. Not thread-safe. Layout in {@link BlockFileFormat}.
 */
public final class BlockFileReader implements Closeable {

  private final Path file;
  private final FileHandle handle;
  private final BlockFileTable table;
  private final ByteBuffer block;
  private final CRC32C crc = new CRC32C();
  private int nextBlock;
  private long position;

  private BlockFileReader(Path file, FileHandle handle, BlockFileTable table) {
    this.file = file;
    this.handle = handle;
    this.table = table;
    this.block = ByteBuffer.allocate(table.blockBytes(0)).limit(0);
  }

  /**
   * Opens a file that a manifest lists.
   *
   * @throws CorruptFileException if length, header, footer or table are not those of the entry
   * @throws UnreadableFileException if the file system cannot read these
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws FormatVersionException if a newer library wrote it
   * @throws WrongStoreException if it belongs to another store
   */
  public static BlockFileReader open(
      FileOperations files, Path directory, UUID storeId, FileEntry entry) throws IOException {
    Path file = directory.resolve(entry.name());
    return Opened.open(
        files.openForReading(file),
        handle ->
            new BlockFileReader(file, handle, BlockFileTable.read(handle, file, entry, storeId)));
  }

  /**
   * Refuses a listed file of a format that is not read here, by its header alone. Whether the file
   * is damaged is not asked.
   *
   * @throws FormatVersionException if a newer library wrote it
   */
  public static void requireKnownFormat(FileOperations files, Path directory, FileEntry entry)
      throws IOException {
    Path file = directory.resolve(entry.name());
    try (FileHandle handle = files.openForReading(file)) {
      FileHeader.requireKnownFormat(handle, file, entry.kind());
    }
  }

  /** Opens a file that no manifest lists: a manifest. Its store is what its header says. */
  static BlockFileReader openUnlisted(FileOperations files, Path file, FileKind kind)
      throws IOException {
    return Opened.open(
        files.openForReading(file),
        handle ->
            new BlockFileReader(file, handle, BlockFileTable.readUnlisted(handle, file, kind)));
  }

  /** Length of the body. */
  public long bodyBytes() {
    return table.bodyBytes();
  }

  /** Bytes of the body that have not been read yet. */
  public long remaining() {
    return table.bodyBytes() - position;
  }

  /** The place in the file at which {@link #read} goes on, for messages. */
  public long fileOffset() {
    return FileHeader.BYTES + position;
  }

  /** The store that the file's header names. */
  UUID storeId() {
    return table.storeId();
  }

  /** The file's own tail CRC, which a {@link FileEntry} would carry. */
  int checksum() {
    return table.checksum();
  }

  /**
   * Fills the buffer from its position to its limit with the next bytes of the body.
   *
   * @throws CorruptFileException if the body ends before, or a block is damaged; the buffer's
   *     content is then undefined and this reader must be closed
   */
  public void read(ByteBuffer target) throws IOException {
    if (target.remaining() > remaining()) {
      throw new CorruptFileException(
          file,
          BlockFileFormat.bodyEnd(table.bodyBytes()),
          target.remaining() + " more bytes of body at offset " + fileOffset(),
          remaining() + " bytes");
    }
    while (target.hasRemaining()) {
      if (!block.hasRemaining()) {
        nextBlock();
      }
      int count = Math.min(target.remaining(), block.remaining());
      target.put(target.position(), block, block.position(), count);
      target.position(target.position() + count);
      block.position(block.position() + count);
      position += count;
    }
  }

  /**
   * The next bytes of the body in a new little-endian heap buffer.
   *
   * @param bytes the caller has bounded it
   */
  ByteBuffer read(int bytes) throws IOException {
    if (bytes < 0 || bytes > remaining()) {
      throw new CorruptFileException(
          file, fileOffset(), "0 to " + remaining() + " bytes to follow", "a length of " + bytes);
    }
    ByteBuffer target = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    read(target);
    return target.flip();
  }

  /** Reads and verifies what has not been read yet, and hands nothing out. */
  void verifyRest() throws IOException {
    while (nextBlock < table.blockCount()) {
      nextBlock();
    }
    block.position(block.limit());
    position = table.bodyBytes();
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }

  private void nextBlock() throws IOException {
    // A failed block leaves the buffer empty, so that its bytes can never be handed out.
    try {
      table.readBlock(handle, nextBlock, block, crc);
    } catch (IOException | RuntimeException e) {
      block.limit(0);
      throw e;
    }
    if (nextBlock == 0) {
      block.position(FileHeader.BYTES);
    }
    nextBlock++;
  }
}
