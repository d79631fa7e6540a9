package dev.sagitta.persistence;

/**
 * Where a replay begins and what a manifest knows about the logs. Immutable.
 *
 * @param firstLog number of the log to begin with, from 1
 * @param firstSequence the sequence expected first, from 1
 * @param requiredLog all logs from the first up to this number must exist; 0 if none must
 * @param epoch the epoch of the required log; 0 if there is none
 * @param durableSequence the replay must reach at least this sequence; below the first sequence if
 *     no frame is known durable
 */
public record LogStart(
    long firstLog, long firstSequence, long requiredLog, long epoch, long durableSequence) {

  public LogStart {
    if (firstLog < 1 || firstSequence < 1 || epoch < 0 || durableSequence < 0) {
      throw new IllegalArgumentException(
          "first log "
              + firstLog
              + ", first sequence "
              + firstSequence
              + ", epoch "
              + epoch
              + ", durable sequence "
              + durableSequence
              + " must not be below 1, 1, 0, 0");
    }
    // Only a store that never had a log may require none: a log that begins without naming its
    // predecessor's end would make that predecessor unreadable to the older manifest.
    boolean fresh = requiredLog == 0 && firstLog == 1 && epoch == 0;
    if (!fresh && requiredLog < firstLog) {
      throw new IllegalArgumentException(
          "required log "
              + requiredLog
              + " is below first log "
              + firstLog
              + ", allowed only as 0 with first log 1 and epoch 0");
    }
  }
}
