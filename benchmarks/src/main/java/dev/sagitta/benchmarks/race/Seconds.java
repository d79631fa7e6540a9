package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.race.Engine.BuildTimes;

/** Seconds between readings of {@link System#nanoTime()}. */
final class Seconds {
  private Seconds() {}

  static double between(long startNanos, long endNanos) {
    return (endNanos - startNanos) / 1e9;
  }

  static double since(long startNanos) {
    return between(startNanos, System.nanoTime());
  }

  /** Times of a building that was linked, and then saved. */
  static BuildTimes times(long start, long linked, long saved) {
    return new BuildTimes(between(start, linked), between(linked, saved));
  }
}
