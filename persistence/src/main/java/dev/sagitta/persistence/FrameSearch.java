package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/**
 * Finds the next frame header in a log behind what is no frame, by its salted CRC. Stateless. That
 * bytes of something else pass for one has the chance of one in 2^32 for each place that looks like
 * it. Cost: one pass over the bytes up to it.
 */
final class FrameSearch {

  /** Small, because after a damaged payload the next search begins one frame further. */
  static final int BUFFER_BYTES = 1 << 16;

  /** Which frames are looked for. Cheap: it is asked before the CRC is known to be right. */
  @FunctionalInterface
  interface Wanted {
    /** Whether the fields of a header at this index of the buffer are those of such a frame. */
    boolean test(ByteBuffer buffer, int index);
  }

  /**
   * What was found.
   *
   * @param before what {@link LogReader#seek} must be told to read the frame; empty if there is
   *     none up to the end of the file
   * @param sequence of the frame; 0 if there is none
   * @param zeros whether all bytes up to the frame, or the end of the file, are zero
   */
  record Found(Optional<LogPosition> before, long sequence, boolean zeros) {}

  private FrameSearch() {}

  /** Searches any frame, from an offset, a multiple of 8, to the end of the file. */
  static Found next(LogReader reader, long from) throws IOException {
    return next(
        reader, from, (buffer, index) -> buffer.getLong(index + LogFormat.SEQUENCE_OFFSET) > 0);
  }

  /**
   * Searches a frame, from an offset, a multiple of 8, to the end of the file.
   *
   * @throws CorruptFileException if the file is shorter than it was when the reader opened it
   */
  static Found next(LogReader reader, long from, Wanted wanted) throws IOException {
    var frameCrc = new FrameCrc(reader.header().salt());
    long size = reader.size();
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    boolean zeros = true;
    long offset = from;
    while (offset < size) {
      buffer.clear().limit((int) Math.min(BUFFER_BYTES, size - offset));
      int asked = buffer.remaining();
      int count = reader.handle().read(buffer, offset);
      if (count < asked) {
        throw new CorruptFileException(
            reader.file(), offset + count, "a file of " + size + " bytes", "its end");
      }
      buffer.flip();
      int index = 0;
      for (; index + LogFormat.FRAME_HEADER_BYTES <= count; index += LogFormat.FRAME_ALIGNMENT) {
        if (isHeader(buffer, index, wanted, frameCrc)) {
          LogPosition before = before(reader, buffer, index, offset + index);
          long sequence = buffer.getLong(index + LogFormat.SEQUENCE_OFFSET);
          return new Found(Optional.of(before), sequence, zeros);
        }
        zeros &= buffer.getLong(index) == 0;
      }
      // Else the buffer was full, and has room for many headers: the offset grows.
      boolean last = offset + count == size;
      for (int i = index; last && i < count; i++) {
        zeros &= buffer.get(i) == 0;
      }
      offset = last ? size : offset + index;
    }
    return new Found(Optional.empty(), 0, zeros);
  }

  private static boolean isHeader(ByteBuffer buffer, int index, Wanted wanted, FrameCrc frameCrc) {
    int type = buffer.getInt(index + LogFormat.TYPE_OFFSET);
    // The CRC last: it is what costs, and hardly any place gets so far.
    return (type == LogFormat.SEAL || type == LogFormat.DATA)
        && buffer.getInt(index + LogFormat.RESERVED_OFFSET) == 0
        && wanted.test(buffer, index)
        && frameCrc.of(buffer, index) == buffer.getInt(index + LogFormat.FRAME_CRC_OFFSET);
  }

  private static LogPosition before(LogReader reader, ByteBuffer buffer, int index, long offset) {
    boolean data = buffer.getInt(index + LogFormat.TYPE_OFFSET) == LogFormat.DATA;
    long sequence = buffer.getLong(index + LogFormat.SEQUENCE_OFFSET);
    return new LogPosition(
        reader.header().number(),
        offset,
        data ? sequence - 1 : sequence,
        buffer.getInt(index + LogFormat.PREVIOUS_FRAME_CHAIN_OFFSET));
  }
}
