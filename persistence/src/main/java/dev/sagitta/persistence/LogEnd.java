package dev.sagitta.persistence;

/**
 * What a replay found. Immutable.
 *
 * @param end end of the last valid frame of the last log
 * @param durable a position at or before the end up to which it is proven that frames, and the
 *     names of their logs, were forced; what lies between the two may be in the page cache only. It
 *     is in the last log, or where the log before ended if nothing proves the last one's name
 * @param epoch the highest epoch known
 * @param cut whether bytes behind the end were given up as a torn, unsynced tail
 * @param totalBytes valid bytes of all logs read, their headers included
 * @param frames number of frames given to the consumer
 */
public record LogEnd(
    LogPosition end, LogPosition durable, long epoch, boolean cut, long totalBytes, long frames) {

  /** Whether nothing proves the name of the last log, so that it is to be made again. */
  boolean unproven() {
    return durable.logNumber() < end.logNumber();
  }

  /** Number of the last log, 0 if there is none. */
  public long lastLogNumber() {
    return end.logNumber();
  }

  /** Sequence of the last frame; one less than the first sequence asked for if there is none. */
  public long lastSequence() {
    return end.sequence();
  }

  /** End of the last frame in the last log, in bytes from its start. */
  public long endOffset() {
    return end.offset();
  }
}
