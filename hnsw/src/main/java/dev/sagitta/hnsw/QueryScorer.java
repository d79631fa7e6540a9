package dev.sagitta.hnsw;

/**
 * Scores stored vectors against one query at a time. Used by one thread at a time.
 *
 * <p>The query is a stored vector, or one that the scorer's owner has set by means of its own, of
 * which the graph knows nothing. It is set before {@code score} is called, and holds until the next
 * one is. Ordinals passed in are those for which an insertion has begun, <em>including such as
 * began after the query was set</em>: an implementation over a snapshot must look again when an
 * ordinal lies beyond it. An insertion's start happens before any call with its ordinal here.
 *
 * <p>Every method may throw an unchecked exception (a vector that fails its checksum); it passes
 * through to the caller of search or insert, and both may be called again.
 */
public interface QueryScorer {
  /** Makes the stored vector of an ordinal the query. */
  void queryStored(int ordinal);

  /**
   * Scores vectors against the query.
   *
   * @param ordinals the first {@code count} are scored; not to be changed
   * @param count at least 1
   * @param scores receives the score of {@code ordinals[i]} at i; at least {@code count} long
   */
  void score(int[] ordinals, int count, float[] scores);
}
