package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * What is left of a block file that may be damaged: those of its 64 KiB blocks whose checksums the
 * manifest vouches for. Not thread-safe. Layout in {@link BlockFileFormat}. Keeps one block in
 * memory, so reading forward reads each block once.
 *
 * <p>The manifest lists the checksum of the file's table. If the table has it, each block is judged
 * by itself. If not, because the tail is damaged or cut off, the table is computed from the blocks:
 * where its checksum is the one that is listed, all of them are intact. Else nothing can be told
 * from damage, and no byte of the file is given out.
 */
public final class IntactBlocks implements Closeable {

  private final FileHandle handle;
  private final BlockFileTable table;
  private final DamageListener damage;
  private final ByteBuffer block;
  private final BitSet damaged = new BitSet();
  private final CRC32C crc = new CRC32C();
  private int loaded = -1;

  private IntactBlocks(FileHandle handle, BlockFileTable table, DamageListener damage) {
    this.handle = handle;
    this.table = table;
    this.damage = damage;
    this.block = ByteBuffer.allocate(table.blockBytes(0));
  }

  /**
   * Opens a listed file.
   *
   * @param bodyBytes length of its body, as the rest of the manifest tells
   * @param damage told of every damaged block that is met, once
   * @throws FormatVersionException if it is of a format not read here
   * @throws IOException if there is no such file, or nothing of it can be proven intact
   */
  public static IntactBlocks open(
      FileOperations files,
      Path directory,
      UUID storeId,
      FileEntry entry,
      long bodyBytes,
      DamageListener damage)
      throws IOException {
    Path file = directory.resolve(entry.name());
    return Opened.open(
        PatchedHandle.open(files, file, damage),
        handle ->
            new IntactBlocks(
                handle,
                BlockFileTable.salvage(handle, file, entry, storeId, bodyBytes, damage),
                damage));
  }

  /** Length of the body. */
  public long bodyBytes() {
    return table.bodyBytes();
  }

  /** Looks at every block; whether all are intact. */
  public boolean areAll() {
    for (int i = 0; i < table.blockCount(); i++) {
      boolean unused = load(i);
    }
    return damaged.isEmpty();
  }

  /**
   * Fills the buffer from its position to its limit with bytes of the body.
   *
   * @param offset in the body
   * @return whether these bytes are intact; if not, what the buffer holds means nothing
   */
  public boolean read(long offset, ByteBuffer target) {
    if (offset < 0 || target.remaining() > table.bodyBytes() - offset) {
      return false;
    }
    long position = BlockFileFormat.bodyEnd(offset);
    while (target.hasRemaining()) {
      if (!load((int) (position / BlockFileFormat.BLOCK_BYTES))) {
        return false;
      }
      int start = (int) (position % BlockFileFormat.BLOCK_BYTES);
      int count = Math.min(target.remaining(), block.limit() - start);
      target.put(target.position(), block, start, count);
      target.position(target.position() + count);
      position += count;
    }
    return true;
  }

  private boolean load(int index) {
    if (index == loaded) {
      return true;
    }
    if (damaged.get(index)) {
      return false;
    }
    loaded = -1;
    try {
      table.readBlock(handle, index, block, crc);
    } catch (IOException e) {
      damaged.set(index);
      damage.unusable(table.file(), e);
      return false;
    }
    loaded = index;
    return true;
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
