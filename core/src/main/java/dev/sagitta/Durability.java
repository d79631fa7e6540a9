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
   * @param every 1 ms to 1 hour
   * @param bytes 4 KiB to 1 GiB
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
      if (every.compareTo(Duration.ofMillis(1)) < 0 || every.compareTo(Duration.ofHours(1)) > 0) {
        throw new InvalidInputException(
            "durability interval is " + every + "; allowed are PT0.001S to PT1H");
      }
      if (bytes < 4_096 || bytes > 1L << 30) {
        throw new InvalidInputException(
            "durability interval has %d bytes; allowed are 4096 to %d".formatted(bytes, 1L << 30));
      }
    }
  }

  /** See {@link Durability#os()}. */
  record Os() implements Durability {}
}
