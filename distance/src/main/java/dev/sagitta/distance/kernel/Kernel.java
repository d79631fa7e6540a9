package dev.sagitta.distance.kernel;

import dev.sagitta.distance.VectorValue;

/**
 * Scores stored rows against a query by one metric, many rows per call. Immutable, safe for all
 * threads; scoring allocates nothing.
 *
 * <p>A <b>score</b> is a float that is smaller for nearer vectors: the squared Euclidean distance,
 * 1 - cos, the negated dot product, the Manhattan, Hamming or Jaccard distance; {@link
 * dev.sagitta.distance.Metric#distance} turns it into the distance that users see. For finite
 * vectors whose components are at most 1e15 in size a score is finite, and it is never negative
 * zero.
 *
 * <p>A score depends on the bits of query and row alone, not on the other rows of the call nor on
 * how far the JVM has compiled the kernel, so equal vectors tie exactly. Two kernels, or one kernel
 * on two machines, may differ by rounding: by at most about dimension * 2^-24 times the sum of the
 * terms' absolute values, and 2^-149 for each term, as what is smaller than that is lost: elements
 * that differ by less than about 1e-22 have the Euclidean distance zero. Scores of binary vectors
 * are exact, but for the one rounding of Jaccard.
 */
public final class Kernel {
  private final RowFormat format;
  private final RowSums sums;

  Kernel(RowFormat format, RowSums sums) {
    this.format = format;
    this.sums = sums;
  }

  /** The bytes from one row to the next, a multiple of 64. */
  public int rowBytes() {
    return format.rowBytes();
  }

  /** A query for this kernel, to be prepared before it is scored. Allocates. */
  public PreparedQuery newQuery() {
    return format.newQuery();
  }

  /**
   * Makes a vector the query: copies it and, under cosine, normalises it.
   *
   * @param vector of the kernel's dimension; of floats, or of the rows' own type, for codes of any
   *     numbers; checked by the caller to be finite and, under cosine, to have a norm of at least
   *     1e-30; only read
   * @param query made by {@link #newQuery} of this kernel; overwritten
   * @throws IllegalArgumentException if the vector has another dimension or an unsuitable type, or
   *     the query is another kernel's
   */
  public void prepare(VectorValue vector, PreparedQuery query) {
    checkQuery(query);
    format.prepare(vector, query);
  }

  /**
   * Makes a stored row the query, so that stored vectors can be compared with each other: the same
   * query, up to the rounding of its norm, as {@link #prepare} makes of that row's vector; of a
   * code, of the vector that the code stands for.
   *
   * @throws IllegalArgumentException if the query is another kernel's, or the rows are of another
   *     length
   * @throws IndexOutOfBoundsException if the ordinal has no row
   */
  public void prepareStored(VectorRows rows, int ordinal, PreparedQuery query) {
    checkQuery(query);
    checkRows(rows);
    format.prepareStored(rows.extentOf(ordinal), rows.offsetOf(ordinal), query);
  }

  /**
   * Scores the rows of {@code ordinals[0 .. count - 1]} into {@code scores[0 .. count - 1]}. The
   * more rows a call scores, the more cache misses overlap; a multiple of eight is best.
   *
   * @param query what {@link #prepare} or {@link #prepareStored} wrote; stays the same, but has
   *     room that the call uses
   * @param rows of this kernel's layout
   * @param ordinals of length {@code count} or more; only read; may repeat
   * @param count 0 or more
   * @param scores of length {@code count} or more, overwritten
   * @throws IllegalArgumentException if the query is another kernel's, or the rows are of another
   *     length
   * @throws IndexOutOfBoundsException if an array is shorter than {@code count} or an ordinal has
   *     no row; some scores may have been written
   */
  public void score(
      PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] scores) {
    checkQuery(query);
    checkRows(rows);
    sums.sum(query, rows, ordinals, count, scores);
    format.finish(query, rows, ordinals, count, scores);
  }

  @SuppressWarnings("ReferenceEquality") // the same kernel's, not that of an equal one
  private void checkQuery(PreparedQuery query) {
    if (query.format() != format) {
      throw new IllegalArgumentException("the query was made by another kernel");
    }
  }

  private void checkRows(VectorRows rows) {
    if (rows.rowBytes() != format.rowBytes()) {
      throw new IllegalArgumentException(
          "rows must be " + format.rowBytes() + " bytes long, were " + rows.rowBytes());
    }
  }

  @Override
  public String toString() {
    return "Kernel[" + sums + ", " + format + "]";
  }
}
