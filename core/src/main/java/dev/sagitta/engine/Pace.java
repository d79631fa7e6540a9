package dev.sagitta.engine;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps work to a number of bytes a second. In any time t no more is let through than rate x (t +
 * {@value #BURST_MILLIS} ms) and what was spent last: time in which nothing was done is made up for
 * within that burst only. For one thread.
 */
final class Pace {
  static final long BURST_MILLIS = 250;
  private static final long BURST_NANOS = TimeUnit.MILLISECONDS.toNanos(BURST_MILLIS);

  private final double nanosPerByte;
  private final LongSupplier nanoClock;

  /** When the next work is due. */
  private long dueNanos;

  Pace(long bytesPerSecond, LongSupplier nanoClock) {
    this.nanosPerByte = (double) TimeUnit.SECONDS.toNanos(1) / bytesPerSecond;
    this.nanoClock = nanoClock;
    this.dueNanos = nanoClock.getAsLong();
  }

  /** Whether work may be done now. */
  boolean due() {
    return nanoClock.getAsLong() - dueNanos >= 0;
  }

  /** Says how much was done. */
  void spend(long bytes) {
    long earliest = nanoClock.getAsLong() - BURST_NANOS;
    long from = dueNanos - earliest < 0 ? earliest : dueNanos;
    dueNanos = from + (long) Math.ceil(bytes * nanosPerByte);
  }
}
