package dev.sagitta.benchmarks.race;

import java.util.Arrays;

/** The middle of some figures; between two middle ones, their mean. */
final class Median {
  private Median() {}

  /**
   * The median.
   *
   * @param values at least one; they stay in their order
   */
  static double of(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
