package dev.sagitta;

import java.time.Duration;

/**
 * What an acknowledgement is worth: when a write call returns relative to the bytes reaching the
 * disk. Every level survives the death of the process (kill -9); they differ in power loss and
 * operating-system crashes.
 */
public sealed interface Durability {

  /** Acknowledged after the log is forced to disk; survives power loss. The default. */
  static Durability sync() {
    return new Sync();
  }

  /**
   * Acknowledged after the log is written; forced at the latest after the given time or number of
   * bytes. Power loss may cost what came after the last force.
   *
   * @param every {@link Limits#INTERVAL_MIN} to {@link Limits#INTERVAL_MAX}
   * @param bytes {@link Limits#INTERVAL_BYTES_MIN} to {@link Limits#INTERVAL_BYTES_MAX}
   */
  static Durability interval(Duration every, long bytes) {
    return new Interval(every, bytes);
  }

  /**
   * Acknowledged after the log is written; forced only at checkpoints, at rotation and at close.
   * Power loss may cost all that came after the last of these.
   */
  static Durability os() {
    return new Os();
  }

  /** See {@link Durability#sync()}. */
  record Sync() implements Durability {}

  /** See {@link Durability#interval}. */
  record Interval(Duration every, long bytes) implements Durability {
    /** Checks the ranges. */
    public Interval {
      Inputs.notNull("durability interval", every);
      if (every.compareTo(Limits.INTERVAL_MIN) < 0 || every.compareTo(Limits.INTERVAL_MAX) > 0) {
        throw new InvalidInputException(
            "durability interval is %s; allowed are %s to %s"
                .formatted(every, Limits.INTERVAL_MIN, Limits.INTERVAL_MAX));
      }
      if (bytes < Limits.INTERVAL_BYTES_MIN || bytes > Limits.INTERVAL_BYTES_MAX) {
        throw new InvalidInputException(
            "durability interval has %d bytes; allowed are %d to %d"
                .formatted(bytes, Limits.INTERVAL_BYTES_MIN, Limits.INTERVAL_BYTES_MAX));
      }
    }
  }

  /** See {@link Durability#os()}. */
  record Os() implements Durability {}
}
