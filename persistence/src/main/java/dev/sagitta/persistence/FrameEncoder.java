package dev.sagitta.persistence;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Encodes the frames of one log, whose salt it knows. Not thread-safe. Layout in {@link LogFormat}.
 */
final class FrameEncoder {

  private static final byte[] ZEROS = new byte[LogFormat.FRAME_ALIGNMENT];

  private final FrameCrc frameCrc;
  private final CRC32C payloadCrc = new CRC32C();

  FrameEncoder(long salt) {
    this.frameCrc = new FrameCrc(salt);
  }

  /**
   * Puts a frame's header; the payload and {@link #putPadding} must follow.
   *
   * @param target little-endian; its position moves behind the header
   * @param payload its position stays
   * @return the frame's chain value
   */
  int putHeader(
      ByteBuffer target,
      int type,
      long sequence,
      long durableSequence,
      int previousChain,
      ByteBuffer payload) {
    int bytes = payload.remaining();
    payloadCrc.reset();
    payloadCrc.update(payload.duplicate());
    payloadCrc.update(ZEROS, 0, LogFormat.padded(bytes) - bytes);
    int start = target.position();
    target.putInt(start + LogFormat.PAYLOAD_BYTES_OFFSET, bytes);
    target.putInt(start + LogFormat.TYPE_OFFSET, type);
    target.putLong(start + LogFormat.SEQUENCE_OFFSET, sequence);
    target.putLong(start + LogFormat.DURABLE_SEQUENCE_OFFSET, durableSequence);
    target.putInt(start + LogFormat.PREVIOUS_FRAME_CHAIN_OFFSET, previousChain);
    target.putInt(start + LogFormat.PAYLOAD_CRC_OFFSET, (int) payloadCrc.getValue());
    target.putInt(start + LogFormat.RESERVED_OFFSET, 0);
    int chain = frameCrc.of(target, start);
    target.putInt(start + LogFormat.FRAME_CRC_OFFSET, chain);
    target.position(start + LogFormat.FRAME_HEADER_BYTES);
    return chain;
  }

  /** Puts the zeros that follow a payload of this length. */
  static void putPadding(ByteBuffer target, int payloadBytes) {
    target.put(ZEROS, 0, LogFormat.padded(payloadBytes) - payloadBytes);
  }
}
