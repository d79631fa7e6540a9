package dev.sagitta.persistence;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.zip.CRC32C;

/**
 * A whole block file mapped read-only, whose blocks are verified before their first use. Layout in
 * {@link BlockFileFormat}.
 *
 * <p>Checksums are never computed through the mapping: a page that cannot be read would kill the
 * JVM. They are computed over bytes that {@link FileHandle#read} fetched, on an engine thread. The
 * file is opened for that and closed again, so that a store of many files holds no descriptors.
 *
 * <p>Thread-safe: {@link #verified} is lock-free and may be called by searchers, {@link #verify} is
 * serialised. Invariant: a bit is set only after its block was read and its CRC was right; bits are
 * never cleared. No data travels with a bit, the file being immutable, so no ordering is needed
 * beyond that of the bit itself.
 */
public final class MappedBlockFile {

  /** Where the body begins in the segment. */
  public static final int BODY_OFFSET = FileHeader.BYTES;

  private static final int BLOCK_SHIFT = Integer.numberOfTrailingZeros(BlockFileFormat.BLOCK_BYTES);

  private final FileOperations files;
  private final Path path;
  private final FileEntry entry;
  private final BlockFileTable table;
  private final MemorySegment segment;
  private final long bodyEnd;

  /** One bit a block. */
  private final AtomicLongArray verified;

  /** Set once all bits are. */
  private volatile boolean fullyVerified;

  // Guarded by this.
  private int verifiedBlocks;

  private MappedBlockFile(
      FileOperations files,
      Path path,
      FileEntry entry,
      BlockFileTable table,
      MemorySegment segment) {
    this.files = files;
    this.path = path;
    this.entry = entry;
    this.table = table;
    this.segment = segment;
    this.bodyEnd = BlockFileFormat.bodyEnd(table.bodyBytes());
    this.verified = new AtomicLongArray((table.blockCount() + Long.SIZE - 1) / Long.SIZE);
  }

  /**
   * Maps a file that a manifest lists; reads its header, footer and table, and nothing of its body.
   *
   * @param arena owns the mapping; the segment is valid until it is closed
   * @throws CorruptFileException if length, header, footer or table are not those of the entry
   * @throws UnreadableFileException if the file system cannot read these
   * @throws java.nio.file.NoSuchFileException if there is no such file
   * @throws FormatVersionException if a newer library wrote it
   * @throws WrongStoreException if it belongs to another store
   * @throws IllegalArgumentException if the file has 2 GiB or more
   */
  public static MappedBlockFile open(
      FileOperations files, Path directory, UUID storeId, FileEntry entry, Arena arena)
      throws IOException {
    Path path = directory.resolve(entry.name());
    try (FileHandle handle = files.openForReading(path)) {
      BlockFileTable table = BlockFileTable.read(handle, path, entry, storeId);
      return new MappedBlockFile(files, path, entry, table, handle.map(entry.bytes(), arena));
    }
  }

  /**
   * The whole file; the body is at {@link #BODY_OFFSET}. Read only what {@link #verified} allows.
   */
  public MemorySegment segment() {
    return segment;
  }

  /** Length of the body. */
  public long bodyBytes() {
    return table.bodyBytes();
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /** The entry that the file was opened by. */
  public FileEntry entry() {
    return entry;
  }

  /** Whether every block has been verified. */
  public boolean fullyVerified() {
    return fullyVerified;
  }

  /**
   * Whether all blocks that the range touches have been verified. Lock-free, no allocation; one
   * volatile read once the file is fully verified.
   *
   * @param offset in the segment, not in the body
   * @param bytes of the range, which must end within the body
   */
  public boolean verified(long offset, long bytes) {
    if (fullyVerified) {
      return true;
    }
    Objects.checkFromIndexSize(offset, bytes, bodyEnd);
    int last = lastBlock(offset, bytes);
    for (int block = (int) (offset >>> BLOCK_SHIFT); block <= last; block++) {
      if (!isVerified(block)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Reads and verifies those blocks that the range touches and that have not been verified.
   *
   * @param offset in the segment, not in the body
   * @param bytes of the range, which must end within the body
   * @throws CorruptFileException naming the offset of the first damaged block and both CRCs; it
   *     stays unverified
   * @throws UnreadableFileException if the file system cannot read a block
   */
  public synchronized void verify(long offset, long bytes) throws IOException {
    if (verified(offset, bytes)) {
      return;
    }
    var crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(table.blockBytes(0));
    int last = lastBlock(offset, bytes);
    try (FileHandle handle = files.openForReading(path)) {
      for (int block = (int) (offset >>> BLOCK_SHIFT); block <= last; block++) {
        if (!isVerified(block)) {
          table.readBlock(handle, block, buffer, crc);
          mark(block);
        }
      }
    }
  }

  /** Verifies the whole file. Cost: one read of all blocks not verified yet. */
  public void verifyAll() throws IOException {
    verify(0, bodyEnd);
  }

  /**
   * Copies the whole body, and checks what it copies, whether or not it was verified before: so
   * that nothing which went bad since becomes part of another file. Cost: one read of all blocks.
   *
   * @param target of {@link #bodyBytes()} or more; its content is undefined after an error
   * @throws CorruptFileException naming the offset of the first damaged block and both CRCs
   * @throws UnreadableFileException if the file system cannot read a block
   */
  public void copyBody(MemorySegment target) throws IOException {
    var crc = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocate(table.blockBytes(0));
    try (FileHandle handle = files.openForReading(path)) {
      for (int block = 0; block < table.blockCount(); block++) {
        table.readBlock(handle, block, buffer, crc);
        int header = block == 0 ? BODY_OFFSET : 0;
        long offset = ((long) block << BLOCK_SHIFT) + header - BODY_OFFSET;
        MemorySegment body = MemorySegment.ofBuffer(buffer.position(header));
        MemorySegment.copy(body, 0, target, offset, body.byteSize());
      }
    }
  }

  private static int lastBlock(long offset, long bytes) {
    // An empty range touches no block.
    return bytes == 0 ? -1 : (int) ((offset + bytes - 1) >>> BLOCK_SHIFT);
  }

  private boolean isVerified(int block) {
    return (verified.get(block / Long.SIZE) & (1L << block)) != 0;
  }

  /** Called under this object's lock, once for each block. */
  private void mark(int block) {
    int word = block / Long.SIZE;
    verified.set(word, verified.get(word) | (1L << block));
    verifiedBlocks++;
    if (verifiedBlocks == table.blockCount()) {
      fullyVerified = true;
    }
  }
}
