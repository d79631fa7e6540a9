package dev.sagitta.persistence;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * A {@link FileHandle} over a {@link FileChannel}. Thread-safe, but an interrupt of a thread inside
 * a call closes the channel for all.
 */
final class NioFileHandle implements FileHandle {

  /**
   * Bytes per call of the channel, which copies a heap buffer into a direct one as large as the
   * call and keeps that for the thread.
   */
  private static final int BYTES_PER_CALL = 1 << 20;

  private final Path file;
  private final FileChannel channel;

  /** Takes ownership of the channel. */
  NioFileHandle(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    int start = target.position();
    try {
      while (target.hasRemaining()) {
        ByteBuffer part = part(target);
        int count = channel.read(part, position + target.position() - start);
        if (count < 0) {
          break;
        }
        target.position(target.position() + count);
      }
    } catch (IOException e) {
      throw withFile("read", e);
    }
    return target.position() - start;
  }

  @Override
  public void write(ByteBuffer source, long position) throws IOException {
    int start = source.position();
    try {
      while (source.hasRemaining()) {
        int count = channel.write(part(source), position + source.position() - start);
        if (count == 0) {
          throw new IOException("no byte was accepted, " + source.remaining() + " remain");
        }
        source.position(source.position() + count);
      }
    } catch (IOException e) {
      throw withFile("write", e);
    }
  }

  /** The next bytes of a buffer, as many as a call may take. */
  private static ByteBuffer part(ByteBuffer buffer) {
    return buffer.slice(buffer.position(), Math.min(buffer.remaining(), BYTES_PER_CALL));
  }

  /**
   * {@inheritDoc}
   *
   * <p>{@code force(false)} is fdatasync on Linux. That leaves out timestamps only: fdatasync(2)
   * flushes all metadata that later reads depend on and names the file size, grown or cut, as its
   * example. It spares a journal commit where bytes are overwritten in a zero-filled file. On macOS
   * and Windows the JDK flushes everything, whatever the argument.
   */
  @Override
  public void force() throws IOException {
    try {
      channel.force(false);
    } catch (IOException e) {
      throw withFile("force", e);
    }
  }

  @Override
  public void truncate(long bytes) throws IOException {
    long size = channel.size();
    if (bytes < 0 || bytes > size) {
      throw new IllegalArgumentException(
          "truncate " + file + " to " + bytes + " bytes, allowed 0 to " + size);
    }
    try {
      channel.truncate(bytes);
    } catch (IOException e) {
      throw withFile("truncate", e);
    }
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  /**
   * {@inheritDoc}
   *
   * <p>{@code FileChannel.map} gives another implementation class than {@code Arena.allocate} does,
   * and a kernel that has met both runs at little more than half its speed. Wrapping the mapping's
   * buffer in a buffer of another element type drops the mapped class and keeps scope, address and
   * bounds, without a restricted method.
   */
  @Override
  public MemorySegment map(long bytes, Arena arena) throws IOException {
    requireMappable(file, bytes, channel.size());
    MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, bytes, arena);
    return MemorySegment.ofBuffer(
        mapped.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer());
  }

  /** The conditions of {@link #map}, shared with the simulated file system. */
  static void requireMappable(Path file, long bytes, long size) throws CorruptFileException {
    if (bytes < 0 || bytes > Integer.MAX_VALUE || bytes % Float.BYTES != 0) {
      throw new IllegalArgumentException(
          "map " + bytes + " bytes of " + file + ", allowed multiples of 4 below 2 GiB");
    }
    if (size != bytes) {
      throw new CorruptFileException(
          file, Math.min(size, bytes), "a file of " + bytes + " bytes", size + " bytes");
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** The same failure, naming the file; the kinds that callers tell apart stay as they are. */
  private IOException withFile(String action, IOException e) {
    if (e instanceof ClosedChannelException) {
      return e;
    }
    return new IOException("Cannot " + action + " " + file + ": " + e.getMessage(), e);
  }
}
