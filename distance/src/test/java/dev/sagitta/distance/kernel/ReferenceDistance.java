package dev.sagitta.distance.kernel;

import dev.sagitta.distance.Metric;

/**
 * Scores in double precision, and how far a float kernel may be from them: the oracle of the kernel
 * tests.
 *
 * <p>The bound is the standard one for sums in any order (Higham, Accuracy and Stability of
 * Numerical Algorithms, 2nd ed., section 4.2): with u = 2^-24, a sum of n terms, each the result of
 * t roundings, is off by at most gamma(n - 1 + t) * sum |term|, gamma(k) = k u / (1 - k u). A fused
 * multiply-add has one rounding less. On top come at most 2^-149 per term that underflows.
 *
 * <pre>
 *   metric        roundings of a term
 *   EUCLIDEAN     subtraction, which squaring doubles; multiplication              3
 *   MANHATTAN     subtraction                                                      1
 *   DOT_PRODUCT   multiplication                                                   1
 *   COSINE        query normalised; multiplication; inverse norm, multiplied       4
 *                 and 1 - cos rounds once more, relative to the result
 * </pre>
 */
final class ReferenceDistance {
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  private ReferenceDistance() {}

  static double score(Metric metric, float[] x, float[] y) {
    return switch (metric) {
      case EUCLIDEAN, MANHATTAN -> absoluteTerms(metric, x, y);
      case DOT_PRODUCT -> -dot(x, y);
      case COSINE -> 1 - dot(x, y) / (norm(x) * norm(y));
    };
  }

  /** The largest difference between a kernel's score and {@link #score}. */
  static double errorBound(Metric metric, float[] x, float[] y) {
    int termRoundings =
        switch (metric) {
          case EUCLIDEAN -> 3;
          case MANHATTAN, DOT_PRODUCT -> 1;
          case COSINE -> 4;
        };
    double k = (x.length - 1 + termRoundings) * UNIT_ROUNDOFF;
    double gamma = k / (1 - k);
    double underflow = x.length * (double) Float.MIN_VALUE;
    double terms = absoluteTerms(metric, x, y);
    if (metric == Metric.COSINE) {
      double norms = norm(x) * norm(y);
      double oneMinusCos = UNIT_ROUNDOFF * (1 + gamma) * (1 + terms / norms);
      return gamma * terms / norms + underflow * (1 + 1 / norm(y)) + oneMinusCos;
    }
    return gamma * terms + underflow;
  }

  private static double absoluteTerms(Metric metric, float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double difference = (double) x[i] - y[i];
      sum +=
          switch (metric) {
            case EUCLIDEAN -> difference * difference;
            case MANHATTAN -> Math.abs(difference);
            case DOT_PRODUCT, COSINE -> Math.abs((double) x[i] * y[i]);
          };
    }
    return sum;
  }

  private static double dot(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }

  private static double norm(float[] x) {
    return Math.sqrt(dot(x, x));
  }
}
