package dev.sagitta.persistence;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.Path;

/**
 * A file open for reading that gives zeros where the medium gives errors, so that checksums tell
 * what of it is lost and the rest can be read. That the file was closed says nothing of the medium
 * and stays an error. As thread-safe as the handle behind it.
 */
final class PatchedHandle implements FileHandle {

  /** What is given up together: a page, which is what the kernel reads. */
  private static final int PIECE_BYTES = 1 << 12;

  private final Path file;
  private final FileHandle handle;
  private final DamageListener damage;

  private PatchedHandle(Path file, FileHandle handle, DamageListener damage) {
    this.file = file;
    this.handle = handle;
    this.damage = damage;
  }

  /** Opens a file that is there. */
  static PatchedHandle open(FileOperations files, Path file, DamageListener damage)
      throws IOException {
    return new PatchedHandle(file, files.openForReading(file), damage);
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    int start = target.position();
    try {
      return handle.read(target, position);
    } catch (ClosedChannelException e) {
      throw e;
    } catch (IOException e) {
      target.position(start);
      return readPieces(target, position);
    }
  }

  private int readPieces(ByteBuffer target, long position) throws IOException {
    int limit = (int) Math.min(target.limit(), target.position() + Math.max(0, size() - position));
    int end = target.limit();
    int start = target.position();
    while (target.position() < limit) {
      int from = target.position();
      long offset = position + from - start;
      int bytes = (int) Math.min(limit - from, PIECE_BYTES - offset % PIECE_BYTES);
      target.limit(from + bytes);
      try {
        handle.read(target, offset);
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        damage.damaged(unreadable(offset, bytes, e));
        for (int i = from; i < from + bytes; i++) {
          target.put(i, (byte) 0);
        }
      }
      target.limit(end).position(from + bytes);
    }
    return target.position() - start;
  }

  private CorruptFileException unreadable(long offset, int bytes, IOException cause) {
    var corrupt =
        new CorruptFileException(file, offset, bytes + " readable bytes", String.valueOf(cause));
    corrupt.initCause(cause);
    return corrupt;
  }

  @Override
  public void write(ByteBuffer source, long position) {
    throw new NonWritableChannelException();
  }

  @Override
  public void force() {
    throw new NonWritableChannelException();
  }

  @Override
  public void truncate(long bytes) {
    throw new NonWritableChannelException();
  }

  @Override
  public long size() throws IOException {
    return handle.size();
  }

  @Override
  public MemorySegment map(long bytes, Arena arena) throws IOException {
    return handle.map(bytes, arena);
  }

  @Override
  public void close() throws IOException {
    handle.close();
  }
}
