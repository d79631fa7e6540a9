package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * An open file. Positions are absolute byte offsets; there is no file pointer. Used on engine
 * threads only (see {@link FileOperations}). Safe for use by many threads. After {@link #close}
 * every call throws {@link java.nio.channels.ClosedChannelException}, and through a handle opened
 * for reading every change throws {@link java.nio.channels.NonWritableChannelException}.
 */
public interface FileHandle extends Closeable {

  /**
   * Reads bytes at a position into the buffer until it is full or the file ends.
   *
   * @return the number of bytes read, less than asked only at the end of the file
   */
  int read(ByteBuffer target, long position) throws IOException;

  /**
   * Writes all remaining bytes of the buffer at a position, extending the file where needed. After
   * an IOException any part of them may have been written.
   */
  void write(ByteBuffer source, long position) throws IOException;

  /**
   * Makes content and length durable. After a failure nothing may be assumed of what was written
   * since the last success, and the call must not be repeated in hope of a better answer.
   */
  void force() throws IOException;

  /**
   * Cuts the file to a length in bytes.
   *
   * @throws IllegalArgumentException if that is negative or above the present length
   */
  void truncate(long bytes) throws IOException;

  /** The file's length in bytes. */
  long size() throws IOException;

  /**
   * Maps the whole of a complete, immutable file read-only. The segment is of the same class as one
   * allocated by an arena, so that a distance kernel only ever meets one class; it lives as long as
   * the arena, also after this handle is closed.
   *
   * @param bytes the expected length: a multiple of 4, and below 2 GiB
   * @throws CorruptFileException if the file has another length
   * @throws IllegalArgumentException if the expected length is not one that can be mapped
   */
  MemorySegment map(long bytes, Arena arena) throws IOException;
}
