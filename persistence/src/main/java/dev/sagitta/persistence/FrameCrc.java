package dev.sagitta.persistence;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/** The salted CRC over frame headers of one log. Not thread-safe. Layout in {@link LogFormat}. */
final class FrameCrc {

  // Salt and header side by side, so that one update covers both.
  private final ByteBuffer salted =
      ByteBuffer.allocate(Long.BYTES + LogFormat.FRAME_CRC_OFFSET).order(ByteOrder.LITTLE_ENDIAN);
  private final CRC32C crc = new CRC32C();

  FrameCrc(long salt) {
    salted.putLong(0, salt);
  }

  /** The CRC of the frame header that begins at an index of the buffer. */
  int of(ByteBuffer source, int start) {
    salted.put(Long.BYTES, source, start, LogFormat.FRAME_CRC_OFFSET);
    crc.reset();
    crc.update(salted.array());
    return (int) crc.getValue();
  }
}
