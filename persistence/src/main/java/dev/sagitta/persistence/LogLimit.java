package dev.sagitta.persistence;

/**
 * How far a chain of logs is read while a writer may go on behind. Immutable.
 *
 * @param lastLog later logs are not looked at
 * @param sequence in the last log, frames must be whole up to this one, and what is behind it is
 *     not looked at; {@link Long#MAX_VALUE} if the log itself must tell where it ends
 */
public record LogLimit(long lastLog, long sequence) {

  /** Everything: nobody writes. */
  public static final LogLimit NONE = new LogLimit(Long.MAX_VALUE, Long.MAX_VALUE);

  /** Whether the last log is read up to a given frame. */
  boolean bounded() {
    return sequence != Long.MAX_VALUE;
  }
}
