package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Decides what the first bad frame of the last log is: a clean end, a torn tail, or damage to
 * frames that were durable. Stateless. Cost: one pass over the rest of the file in one buffer of 1
 * MiB.
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
   * @throws CorruptFileException if a later frame or seal proves that the bad frame was durable
   */
  static boolean isTorn(LogReader reader) throws IOException {
    long badSequence = reader.lastSequence() + 1;
    long size = reader.size();
    var frameCrc = new FrameCrc(reader.header().salt());
    ByteBuffer buffer =
        ByteBuffer.allocate((int) Math.min(LogReader.BUFFER_BYTES, size - reader.end()))
            .order(ByteOrder.LITTLE_ENDIAN);
    boolean zeros = true;
    long offset = reader.end();
    while (offset < size) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), size - offset));
      reader.handle().read(buffer, offset);
      buffer.flip();
      boolean last = offset + buffer.limit() >= size || !buffer.hasRemaining();
      int steps = stepsEnd(buffer.limit(), last);
      for (int i = 0; i < steps; i += LogFormat.FRAME_ALIGNMENT) {
        zeros &= isZero(buffer, i);
        if (proves(buffer, i, badSequence, frameCrc)) {
          throw new CorruptFileException(
              reader.file(),
              reader.end(),
              reader.expected()
                  + ", which the frame of sequence "
                  + buffer.getLong(i + LogFormat.SEQUENCE_OFFSET)
                  + " at offset "
                  + (offset + i)
                  + " proves durable",
              reader.actual());
        }
      }
      offset = last ? size : offset + steps;
    }
    return !zeros;
  }

  /** Where to end in a buffer: at its end, or so early that no frame header is missed. */
  private static int stepsEnd(int limit, boolean last) {
    return last ? limit : limit - LogFormat.FRAME_HEADER_BYTES + LogFormat.FRAME_ALIGNMENT;
  }

  private static boolean isZero(ByteBuffer buffer, int index) {
    if (index + Long.BYTES <= buffer.limit()) {
      return buffer.getLong(index) == 0;
    }
    boolean zero = true;
    for (int i = index; i < buffer.limit(); i++) {
      zero &= buffer.get(i) == 0;
    }
    return zero;
  }

  /** Whether a frame header at this index proves that a sequence was durable. */
  private static boolean proves(ByteBuffer buffer, int index, long sequence, FrameCrc frameCrc) {
    if (index + LogFormat.FRAME_HEADER_BYTES > buffer.limit()) {
      return false;
    }
    int type = buffer.getInt(index + LogFormat.TYPE_OFFSET);
    boolean seal = type == LogFormat.SEAL;
    // The CRC last: it is what costs, and hardly any place gets so far.
    return (seal || type == LogFormat.DATA)
        && buffer.getInt(index + LogFormat.RESERVED_OFFSET) == 0
        && buffer.getLong(index + LogFormat.SEQUENCE_OFFSET) >= sequence
        && (seal || buffer.getLong(index + LogFormat.DURABLE_SEQUENCE_OFFSET) >= sequence)
        && frameCrc.of(buffer, index) == buffer.getInt(index + LogFormat.FRAME_CRC_OFFSET);
  }
}
