package dev.sagitta.distance.kernel;

/**
 * Scores stored rows against a query by one metric, many rows per call. Stateless, safe for all
 * threads, allocates nothing.
 *
 * <p>A <b>score</b> is a float that is smaller for nearer vectors: the squared Euclidean distance,
 * 1 - cos, the negated dot product, the Manhattan distance; {@link
 * dev.sagitta.distance.Metric#distance} turns it into the distance that users see. For finite
 * vectors whose components are at most 1e15 in size a score is finite, and it is never negative
 * zero.
 *
 * <p>A score depends on the bits of query and row alone, not on the other rows of the call nor on
 * how far the JVM has compiled the kernel, so equal vectors tie exactly. Two kernels, or one kernel
 * on two machines, may differ by rounding: by at most about dimension * 2^-24 times the sum of the
 * terms' absolute values.
 *
 * <p>Keep a collection's kernel in a final field: call sites that see one class inline it.
 */
public interface Kernel {
  /** The layout of the rows that this kernel scores. */
  RowLayout layout();

  /**
   * Makes a query ready for {@link #score}: copies it, pads it with zeros and, under cosine,
   * normalises it.
   *
   * @param vector of length {@link RowLayout#dimension}, finite and, under cosine, with a norm of
   *     at least 1e-30; only read
   * @param preparedQuery of length {@link RowLayout#dimensionPadded}, overwritten
   * @throws IllegalArgumentException if an array has another length
   */
  default void prepare(float[] vector, float[] preparedQuery) {
    layout().prepare(vector, preparedQuery);
  }

  /**
   * Scores the rows of {@code ordinals[0 .. count - 1]} into {@code scores[0 .. count - 1]}. The
   * more rows a call scores, the more cache misses overlap; a multiple of four is best.
   *
   * @param preparedQuery what {@link #prepare} wrote; only read
   * @param rows of this kernel's layout
   * @param ordinals of length {@code count} or more; only read; may repeat
   * @param count 0 or more
   * @param scores of length {@code count} or more, overwritten
   * @throws IllegalArgumentException if query or rows are of another layout
   * @throws IndexOutOfBoundsException if an array is shorter than {@code count} or an ordinal has
   *     no row; some scores may have been written
   */
  void score(float[] preparedQuery, VectorRows rows, int[] ordinals, int count, float[] scores);
}
