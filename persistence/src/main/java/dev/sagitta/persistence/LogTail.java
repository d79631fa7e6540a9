package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Decides what the first bad frame of the last log is: a clean end, a torn tail, or damage to
 * frames that were durable. Stateless. Cost: one pass over the rest of the file.
 *
 * <p>The frames behind a torn tail were never forced, so no frame behind it can say that the bad
 * one was durable: a frame says so only if it was appended after a force had returned. If one does,
 * the bad frame was forced and has been damaged since.
 */
final class LogTail {

  private LogTail() {}

  /**
   * Examines the bytes from the reader's first bad frame on.
   *
   * @return whether they are a torn tail, to be cut; false for a clean end
   * @throws CorruptFileException if a later frame or seal proves that the bad frame was durable, or
   *     the file is shorter than it was when the reader opened it
   */
  static boolean isTorn(LogReader reader) throws IOException {
    long badSequence = reader.lastSequence() + 1;
    FrameSearch.Found found =
        FrameSearch.next(
            reader, reader.end(), (buffer, index) -> proves(buffer, index, badSequence));
    if (found.before().isPresent()) {
      throw new CorruptFileException(
          reader.file(),
          reader.end(),
          reader.expected()
              + ", which the frame of sequence "
              + found.sequence()
              + " at offset "
              + found.before().get().offset()
              + " proves durable",
          reader.actual());
    }
    return !found.zeros();
  }

  /**
   * Whether a frame header at this index proves that a sequence was durable, if its CRC is right.
   */
  private static boolean proves(ByteBuffer buffer, int index, long sequence) {
    boolean seal = buffer.getInt(index + LogFormat.TYPE_OFFSET) == LogFormat.SEAL;
    return buffer.getLong(index + LogFormat.SEQUENCE_OFFSET) >= sequence
        && (seal || buffer.getLong(index + LogFormat.DURABLE_SEQUENCE_OFFSET) >= sequence);
  }
}
