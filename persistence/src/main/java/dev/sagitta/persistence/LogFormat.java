package dev.sagitta.persistence;

import java.nio.file.Path;

/**
 * Layout of a log. Append-only, never reused, never rewritten. Little-endian. Stateless.
 *
 * <pre>
 *   0                                  64-byte {@link FileHeader} of kind LOG
 *   64                                 log header
 *   128                                frames, 8-byte aligned, one behind the other
 *
 *   log header (offsets in the file):
 *   64              72              80              88              96
 *    +---------------+---------------+---------------+---------------+
 *    | log number    | epoch         | salt          | first sequence|
 *    +---------------+-------+-------+---------------+-------+-------+
 *    | previous end  | prev. | zeros                         | CRC   |
 *    | offset        | chain |                               |       |
 *    +---------------+-------+-------------------------------+-------+
 *   96              104     108                             124     128
 *
 *   frame:
 *    0       4       8               16              24      28      32      36      40
 *    +-------+-------+---------------+---------------+-------+-------+-------+-------+---------
 *    |payload| type  | sequence      | durable       | prev. |payload| zero  |header | payload,
 *    | bytes |       |               | sequence      | chain | CRC   |       | CRC   | zeros to 8
 *    +-------+-------+---------------+---------------+-------+-------+-------+-------+---------
 * </pre>
 *
 * The log header's CRC covers the file's first 124 bytes. A frame's header CRC covers the salt (8
 * bytes, little-endian) and then the frame's first 36 bytes; the payload CRC covers payload and
 * padding. A frame's <b>chain value</b> is its header CRC; the log header's is its CRC. Each frame
 * holds the chain value before it, and each log header that of its predecessor's last frame, so
 * that the frames of all logs make one chain.
 *
 * <p>A {@link #SEAL} carries the sequence of the last data frame and, as payload, the number of the
 * successor, or 0 when the log was closed in peace and its successor does not exist yet. It proves
 * that all frames before it were forced.
 */
final class LogFormat {

  static final int NUMBER_OFFSET = 64;
  static final int EPOCH_OFFSET = 72;
  static final int SALT_OFFSET = 80;
  static final int FIRST_SEQUENCE_OFFSET = 88;
  static final int PREVIOUS_END_OFFSET = 96;
  static final int PREVIOUS_CHAIN_OFFSET = 104;
  static final int HEADER_CRC_OFFSET = 124;
  static final int HEADER_BYTES = 128;

  static final int PAYLOAD_BYTES_OFFSET = 0;
  static final int TYPE_OFFSET = 4;
  static final int SEQUENCE_OFFSET = 8;
  static final int DURABLE_SEQUENCE_OFFSET = 16;
  static final int PREVIOUS_FRAME_CHAIN_OFFSET = 24;
  static final int PAYLOAD_CRC_OFFSET = 28;
  static final int RESERVED_OFFSET = 32;
  static final int FRAME_CRC_OFFSET = 36;
  static final int FRAME_HEADER_BYTES = 40;
  static final int FRAME_ALIGNMENT = 8;

  /** A frame whose payload is the caller's. */
  static final int DATA = 1;

  /** The last frame of a log that was rotated or closed. */
  static final int SEAL = 2;

  static final int SEAL_PAYLOAD_BYTES = Long.BYTES;

  /** Longest payload: the largest batch, 64 MiB, and room for what frames it. */
  static final int FRAME_PAYLOAD_MAX = (64 << 20) + (1 << 20);

  /**
   * The greatest log number, epoch and sequence that a header or manifest may name: so far from
   * overflow that nothing that goes on from there gets to it.
   */
  static final long COUNTER_MAX = 1L << 59;

  private LogFormat() {}

  /** Refuses a number from a file that is so great that going on from it would overflow. */
  static void requireCounter(Path file, long offset, long value) throws CorruptFileException {
    if (value > COUNTER_MAX) {
      throw new CorruptFileException(
          file, offset, "a number of at most " + COUNTER_MAX, "the number " + value);
    }
  }

  static int padded(int payloadBytes) {
    return (payloadBytes + FRAME_ALIGNMENT - 1) & -FRAME_ALIGNMENT;
  }

  /** Length of a frame with a payload of this length, padding included. */
  static int frameBytes(int payloadBytes) {
    return FRAME_HEADER_BYTES + padded(payloadBytes);
  }
}
