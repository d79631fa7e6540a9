package dev.sagitta.distance.kernel;

import static dev.sagitta.distance.kernel.SimdKernels.ROWS;

import java.lang.foreign.MemorySegment;

/**
 * The SIMD kernel of the cosine distance; see {@link SimdKernels}. The query is normalised, so the
 * cosine is the dot product times the inverse norm that stands in the row.
 */
record SimdCosine(RowLayout layout) implements Kernel {
  @Override
  public void score(
      float[] preparedQuery, VectorRows rows, int[] ordinals, int count, float[] scores) {
    layout.checkScorable(preparedQuery, rows);
    for (int at = 0; at < count; at += ROWS) {
      SimdDotProduct.dotFour(preparedQuery, rows, ordinals, at, count, scores);
      for (int i = at; i < Math.min(at + ROWS, count); i++) {
        MemorySegment row = rows.extentOf(ordinals[i]);
        long offset = rows.offsetOf(ordinals[i]);
        scores[i] = 1f - scores[i] * layout.inverseNorm(row, offset);
      }
    }
  }
}
