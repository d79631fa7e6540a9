package dev.sagitta.distance.kernel;

import dev.sagitta.distance.Metric;

/**
 * Scores in double precision, and how far a float kernel may be from them: the oracle of the kernel
 * tests. Works on the elements as floats, which every FLOAT16 and INT8 is exactly; a bit is 0 or 1.
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
 *                 one more if the query is a row, for the norm stored with it
 *                 and 1 - cos rounds once more, relative to the result
 *   HAMMING       none: the score is exact
 *   JACCARD       none, and one in the division
 * </pre>
 */
final class ReferenceDistance {
  static final double UNIT_ROUNDOFF = 0x1p-24;

  private ReferenceDistance() {}

  static double score(Metric metric, float[] x, float[] y) {
    return switch (metric) {
      case EUCLIDEAN, MANHATTAN, HAMMING -> absoluteTerms(metric, x, y);
      case DOT_PRODUCT -> -dot(x, y);
      case COSINE -> 1 - dot(x, y) / (norm(x) * norm(y));
      case JACCARD -> {
        double both = dot(x, y);
        double either = dot(x, x) + dot(y, y) - both;
        yield either == 0 ? 0 : 1 - both / either;
      }
    };
  }

  /** The largest difference between {@link #score} and a kernel's for a query that is prepared. */
  static double errorBound(Metric metric, float[] query, float[] row) {
    return errorBound(metric, query, row, false);
  }

  /** The same for a query that is a stored row. */
  static double errorBoundStored(Metric metric, float[] query, float[] row) {
    return errorBound(metric, query, row, true);
  }

  private static double errorBound(Metric metric, float[] x, float[] y, boolean stored) {
    if (metric == Metric.HAMMING) {
      return 0;
    }
    if (metric == Metric.JACCARD) {
      // 2^-50 for the roundings of the reference.
      return UNIT_ROUNDOFF * score(metric, x, y) + 0x1p-50;
    }
    double gamma = gamma(x.length - 1 + termRoundings(metric, stored));
    double underflow = x.length * (double) Float.MIN_VALUE;
    double terms = absoluteTerms(metric, x, y);
    if (metric == Metric.COSINE) {
      double norms = norm(x) * norm(y);
      double oneMinusCos = UNIT_ROUNDOFF * (1 + gamma) * (1 + terms / norms);
      return gamma * terms / norms + underflow * (1 + 1 / norm(y)) + oneMinusCos;
    }
    return gamma * terms + underflow;
  }

  private static int termRoundings(Metric metric, boolean stored) {
    return switch (metric) {
      case EUCLIDEAN -> 3;
      case MANHATTAN, DOT_PRODUCT -> 1;
      case COSINE -> stored ? 5 : 4;
      case HAMMING, JACCARD -> 0;
    };
  }

  /** What k roundings, one after the other, make of one, less one. */
  static double gamma(int k) {
    return k * UNIT_ROUNDOFF / (1 - k * UNIT_ROUNDOFF);
  }

  private static double absoluteTerms(Metric metric, float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      double difference = (double) x[i] - y[i];
      sum +=
          switch (metric) {
            case EUCLIDEAN, HAMMING -> difference * difference;
            case MANHATTAN -> Math.abs(difference);
            case DOT_PRODUCT, COSINE, JACCARD -> Math.abs((double) x[i] * y[i]);
          };
    }
    return sum;
  }

  static double dot(float[] x, float[] y) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * y[i];
    }
    return sum;
  }

  static double norm(float[] x) {
    return Math.sqrt(dot(x, x));
  }
}
