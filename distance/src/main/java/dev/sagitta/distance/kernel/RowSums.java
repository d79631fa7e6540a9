package dev.sagitta.distance.kernel;

/**
 * The loop of a kernel: adds up, over the elements of a row, what query and row have in common or
 * not, by one metric and for one type of element. Stateless, safe for all threads, allocates
 * nothing.
 */
interface RowSums {
  /**
   * Writes the sum of the row of {@code ordinals[i]} to {@code sums[i]}, for i below {@code count}.
   * A sum depends on query and row alone, not on the other rows of the call. For binary rows it is
   * the score.
   */
  void sum(PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] sums);
}
