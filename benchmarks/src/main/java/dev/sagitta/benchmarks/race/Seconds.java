package dev.sagitta.benchmarks.race;

/** Seconds between readings of {@link System#nanoTime()}. */
final class Seconds {
  private Seconds() {}

  static double between(long startNanos, long endNanos) {
    return (endNanos - startNanos) / 1e9;
  }

  static double since(long startNanos) {
    return between(startNanos, System.nanoTime());
  }
}
