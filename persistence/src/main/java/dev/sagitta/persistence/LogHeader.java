package dev.sagitta.persistence;

import java.util.UUID;

/**
 * The constant facts of one log, as its header holds them (layout in {@link LogFormat}). Immutable.
 *
 * @param storeId the store that the log belongs to
 * @param number the log's number, from 1
 * @param epoch grows with every process that writes, so that stale logs are told from new ones
 * @param salt random; enters every frame's CRC, so that no frame of another log is valid here
 * @param firstSequence sequence of the log's first frame, from 1
 * @param previousEnd offset in the log before at which it counts as ended; 0 if there is none
 * @param previousChain chain value of the frame that ends there; 0 if there is none
 */
record LogHeader(
    UUID storeId,
    long number,
    long epoch,
    long salt,
    long firstSequence,
    long previousEnd,
    int previousChain) {

  public LogHeader {
    if (number < 1 || epoch < 1 || firstSequence < 1 || previousEnd < 0) {
      throw new IllegalArgumentException(
          "log number "
              + number
              + ", epoch "
              + epoch
              + ", first sequence "
              + firstSequence
              + ", previous end "
              + previousEnd
              + " must not be below 1, 1, 1, 0");
    }
  }

  /** Where the log before ended. */
  LogPosition before() {
    return new LogPosition(number - 1, previousEnd, firstSequence - 1, previousChain);
  }

  /** The header of the log that goes on from a position. */
  static LogHeader after(UUID storeId, LogPosition position, long epoch, long salt) {
    return new LogHeader(
        storeId,
        position.logNumber() + 1,
        epoch,
        salt,
        position.sequence() + 1,
        position.offset(),
        position.chain());
  }
}
