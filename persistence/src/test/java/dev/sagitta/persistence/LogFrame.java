package dev.sagitta.persistence;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * One frame of an intact log, for tests that damage logs. Immutable.
 *
 * @param sequence of the frame; a seal has that of the frame before
 * @param durableSequence what the frame says was durable when it was appended
 * @param start where it begins in the file
 * @param end where the next begins
 * @param seal whether it is a seal
 */
public record LogFrame(long sequence, long durableSequence, int start, int end, boolean seal) {

  /** Bytes before the first frame. */
  public static final int LOG_HEADER_BYTES = LogFormat.HEADER_BYTES;

  /** The frames of an intact log. */
  public static List<LogFrame> of(byte[] log) {
    ByteBuffer bytes = ByteBuffer.wrap(log).order(ByteOrder.LITTLE_ENDIAN);
    var frames = new ArrayList<LogFrame>();
    int start = LogFormat.HEADER_BYTES;
    while (start + LogFormat.FRAME_HEADER_BYTES <= log.length) {
      int end = start + LogFormat.frameBytes(bytes.getInt(start + LogFormat.PAYLOAD_BYTES_OFFSET));
      frames.add(
          new LogFrame(
              bytes.getLong(start + LogFormat.SEQUENCE_OFFSET),
              bytes.getLong(start + LogFormat.DURABLE_SEQUENCE_OFFSET),
              start,
              end,
              bytes.getInt(start + LogFormat.TYPE_OFFSET) == LogFormat.SEAL));
      start = end;
    }
    return frames;
  }

  /** Where an intact log says that the one before it ends. */
  public static long previousEnd(byte[] log) {
    return ByteBuffer.wrap(log)
        .order(ByteOrder.LITTLE_ENDIAN)
        .getLong(LogFormat.PREVIOUS_END_OFFSET);
  }

  /**
   * The log that the seal of an intact log names as the next; 0 if it names none, or is not there.
   */
  public static long sealedSuccessor(byte[] log) {
    return of(log).stream()
        .filter(LogFrame::seal)
        .mapToLong(
            frame ->
                ByteBuffer.wrap(log).order(ByteOrder.LITTLE_ENDIAN).getLong(frame.payloadStart()))
        .findFirst()
        .orElse(0);
  }

  /** Where frames begin: fields that are worth spoiling follow each. */
  public static int[] starts(byte[] log) {
    return of(log).stream().mapToInt(LogFrame::start).toArray();
  }

  /** Where the payload begins. */
  public int payloadStart() {
    return start + LogFormat.FRAME_HEADER_BYTES;
  }

  /** Whether a frame or seal behind this one says that it was durable. */
  public boolean provenBy(List<LogFrame> frames) {
    return frames.stream()
        .anyMatch(
            other ->
                other.start > start
                    && (other.seal ? other.sequence : other.durableSequence) >= sequence);
  }
}
