package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.data.VectorSource;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * Counts right answers by distance: a hit is right if it is no farther than the true k-th
 * neighbour, so ties count. Distances are squared Euclidean ones in double precision, which order
 * vectors of length 1 as their cosines do.
 */
final class Recall {
  /** Equal distances may differ by the rounding of vectors that were given length 1. */
  private static final double TOLERANCE = 1e-6;

  private final VectorSource base;
  private final float[][] queries;
  private final double[] farthest;

  /** Computes how far the true k-th neighbours are. The source stays open, and is the caller's. */
  Recall(RaceData data, VectorSource base) throws IOException {
    this.base = base;
    queries = data.queryVectors();
    int[][] truth = data.truth();
    farthest = new double[queries.length];
    for (int query = 0; query < farthest.length; query++) {
      farthest[query] = distance(query, truth[query][GraphParameters.K - 1]) * (1 + TOLERANCE);
    }
  }

  /**
   * The share of right answers.
   *
   * @param hits for each query the ids that were found, each once
   * @throws IllegalArgumentException if one is there twice, or there are more than asked for, or
   *     not as many lists as queries
   */
  double of(int[][] hits) {
    if (hits.length != queries.length) {
      throw new IllegalArgumentException(
          "hits of %d queries; there are %d".formatted(hits.length, queries.length));
    }
    long right = 0;
    for (int query = 0; query < hits.length; query++) {
      Set<Integer> seen = new HashSet<>();
      for (int id : hits[query]) {
        if (!seen.add(id) || seen.size() > GraphParameters.K) {
          throw new IllegalArgumentException(
              "query %d: id %d is one too many or there twice".formatted(query, id));
        }
        right += distance(query, id) <= farthest[query] ? 1 : 0;
      }
    }
    return (double) right / ((long) GraphParameters.K * hits.length);
  }

  private double distance(int query, int id) {
    float[] a = queries[query];
    float[] b = base.row(id);
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return sum;
  }
}
