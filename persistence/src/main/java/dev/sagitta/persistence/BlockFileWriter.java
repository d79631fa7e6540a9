package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.zip.CRC32C;

/**
 * Writes one block file front to back under a temporary name and gives it its own name when it is
 * complete and forced. Not thread-safe. Layout in {@link BlockFileFormat}.
 *
 * <p>The caller forces the directory once after the last {@link #finish}, and before anything
 * durable refers to the files. After a failure, or when closed unfinished, the temporary file is
 * deleted and nothing remains.
 */
public final class BlockFileWriter implements Closeable {

  private static final int BUFFER_BYTES = 1 << 20;
  private static final int TABLE_BYTES_INITIAL = 1 << 10;

  /**
   * A long file is forced piece by piece, because a force of the log waits for what is on its way
   * to the disk already. Larger than an extent, which is forced once.
   */
  static final int UNFORCED_BYTES_MAX = 8 << 20;

  private final FileOperations files;
  private final Path target;
  private final Path temporary;
  private final String name;
  private final FileKind kind;
  private final FileHandle handle;

  // On the heap: direct memory counts against a limit that is as small as the heap, and is freed
  // only by the collector. Holds whole blocks from `flushedBytes` on.
  private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
  private final MemorySegment bufferSegment = MemorySegment.ofBuffer(buffer);
  private final CRC32C crc = new CRC32C();
  private ByteBuffer table =
      ByteBuffer.allocate(TABLE_BYTES_INITIAL).order(ByteOrder.LITTLE_ENDIAN);
  private long flushedBytes;
  private long forcedBytes;
  private State state = State.OPEN;

  private enum State {
    OPEN,
    FAILED,
    FINISHED,
    CLOSED
  }

  private BlockFileWriter(
      FileOperations files, Path directory, String name, FileKind kind, FileHandle handle) {
    this.files = files;
    this.target = directory.resolve(name);
    this.temporary = FileKind.temporary(directory, name);
    this.name = name;
    this.kind = kind;
    this.handle = handle;
  }

  /** Begins a file that uses no features of the format; see the other method. */
  public static BlockFileWriter create(
      FileOperations files, Path directory, String name, FileKind kind, UUID storeId)
      throws IOException {
    return create(files, directory, name, kind, storeId, FileFeatures.NONE);
  }

  /**
   * Begins a file. A temporary file of that name, left by a crash, is deleted.
   *
   * @param name as {@link FileKind#fileName} of the kind gives it
   * @param kind any but {@link FileKind#LOG}
   * @param features those that the file uses
   * @throws FileAlreadyExistsException if the name is taken: no durable file is ever replaced
   */
  public static BlockFileWriter create(
      FileOperations files,
      Path directory,
      String name,
      FileKind kind,
      UUID storeId,
      FileFeatures features)
      throws IOException {
    if (kind == FileKind.LOG || kind.number(name).isEmpty()) {
      throw new IllegalArgumentException(
          "name " + name + " is not that of a block file of " + kind);
    }
    if (files.exists(directory.resolve(name))) {
      throw new FileAlreadyExistsException(directory.resolve(name).toString());
    }
    Path temporary = FileKind.temporary(directory, name);
    if (files.exists(temporary)) {
      files.delete(temporary);
    }
    FileHandle handle = files.create(temporary);
    var writer = new BlockFileWriter(files, directory, name, kind, handle);
    FileHeader.put(writer.buffer, kind, storeId, features);
    return writer;
  }

  /** Bytes of body written so far; the next byte stands at this offset of the body. */
  public long bodyBytes() {
    return flushedBytes + buffer.position() - FileHeader.BYTES;
  }

  /** Appends the remaining bytes of the buffer to the body, moving its position to its limit. */
  public void write(ByteBuffer source) throws IOException {
    requireOpen(source.remaining());
    state = State.FAILED;
    while (source.hasRemaining()) {
      int count = Math.min(source.remaining(), buffer.remaining());
      buffer.put(buffer.position(), source, source.position(), count);
      source.position(source.position() + count);
      advance(count);
    }
    state = State.OPEN;
  }

  /** Appends bytes of a segment to the body. */
  public void write(MemorySegment source, long offset, long bytes) throws IOException {
    requireOpen(bytes);
    state = State.FAILED;
    long done = 0;
    while (done < bytes) {
      int count = (int) Math.min(bytes - done, buffer.remaining());
      MemorySegment.copy(source, offset + done, bufferSegment, buffer.position(), count);
      done += count;
      advance(count);
    }
    state = State.OPEN;
  }

  /**
   * Completes the file: table, footer, force, close, rename. The new name is durable only after the
   * caller has forced the directory.
   */
  public FileEntry finish() throws IOException {
    requireOpen(0);
    state = State.FAILED;
    long bodyBytes = bodyBytes();
    flush();
    ByteBuffer tail = BlockFileFormat.tail(bodyBytes, table.flip());
    int checksum = BlockFileFormat.tailChecksum(tail);
    handle.write(tail, BlockFileFormat.bodyEnd(bodyBytes));
    handle.force();
    handle.close();
    files.rename(temporary, target);
    state = State.FINISHED;
    return new FileEntry(name, kind, BlockFileFormat.fileBytes(bodyBytes), checksum);
  }

  /** Deletes the temporary file if the file was not finished. */
  @Override
  public void close() throws IOException {
    State before = state;
    state = State.CLOSED;
    if (before == State.OPEN || before == State.FAILED) {
      try (handle) {
        // A failed finish may have renamed it already; the name then refers to a complete file.
        if (files.exists(temporary)) {
          files.delete(temporary);
        }
      }
    }
  }

  private void requireOpen(long bytes) throws IOException {
    if (state == State.FAILED) {
      throw new IOException("writing " + target + " has failed before");
    }
    if (state != State.OPEN) {
      throw new IllegalStateException("file " + target + " is " + state);
    }
    if (bytes > BlockFileFormat.BODY_BYTES_MAX - bodyBytes()) {
      throw new IllegalArgumentException(
          "body of "
              + target
              + " would have "
              + (bodyBytes() + bytes)
              + " bytes, at most "
              + BlockFileFormat.BODY_BYTES_MAX);
    }
  }

  private void advance(int count) throws IOException {
    buffer.position(buffer.position() + count);
    if (!buffer.hasRemaining()) {
      flush();
    }
  }

  /** Writes the buffer; only the last flush may end within a block. */
  private void flush() throws IOException {
    buffer.flip();
    int end = buffer.limit();
    for (int start = 0; start < end; start += BlockFileFormat.BLOCK_BYTES) {
      crc.reset();
      crc.update(buffer.slice(start, Math.min(BlockFileFormat.BLOCK_BYTES, end - start)));
      if (!table.hasRemaining()) {
        table =
            ByteBuffer.allocate(table.capacity() * 2)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(table.flip());
      }
      table.putInt((int) crc.getValue());
    }
    handle.write(buffer, flushedBytes);
    flushedBytes += end;
    buffer.clear();
    if (flushedBytes - forcedBytes >= UNFORCED_BYTES_MAX) {
      handle.force();
      forcedBytes = flushedBytes;
    }
  }
}
