package dev.sagitta.hnsw;

/**
 * Where the graph gets scores from. Thread-safe.
 *
 * <p>A score is a float; smaller is nearer. It need not be a metric (a negated dot product is
 * fine), but must be symmetric between stored vectors, up to rounding, and never NaN.
 */
public interface VectorSpace {
  /** Makes a scorer. The graph takes two per inserter, and keeps them. */
  QueryScorer newScorer();
}
