package dev.sagitta.examples.report;

import dev.sagitta.Hit;
import dev.sagitta.SearchResult;

/**
 * recall@k: how many of the k nearest records a search has found.
 *
 * <p>It is counted by distance: a hit counts if it is no farther from the query than the farthest
 * true neighbour. So a search is not blamed for choosing another one of several records at the same
 * distance.
 */
public final class Recall {
  /** Two ways of adding up the same float32 products may differ by this much. */
  private static final float ROUNDING = 1e-5f;

  private Recall() {}

  /**
   * The part of the true neighbours that was found, 0 to 1.
   *
   * @param found what the search to be judged has found
   * @param exact what an exact search has found for the same request
   */
  public static double of(SearchResult found, SearchResult exact) {
    if (exact.size() == 0) {
      return 1;
    }
    float farthest = exact.hits().getLast().distance();
    float limit = farthest + ROUNDING * Math.max(1, Math.abs(farthest));
    long near = 0;
    for (Hit hit : found) {
      if (hit.distance() <= limit) {
        near++;
      }
    }
    return (double) near / exact.size();
  }
}
