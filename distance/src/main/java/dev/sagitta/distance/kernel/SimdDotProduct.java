package dev.sagitta.distance.kernel;

import static dev.sagitta.distance.kernel.SimdKernels.LANES;
import static dev.sagitta.distance.kernel.SimdKernels.ROWS;
import static dev.sagitta.distance.kernel.SimdKernels.SPECIES;
import static dev.sagitta.distance.kernel.SimdKernels.load;
import static dev.sagitta.distance.kernel.SimdKernels.multiplyAdd;
import static dev.sagitta.distance.kernel.SimdKernels.sum;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** The SIMD kernel of the negated dot product; see {@link SimdKernels}. */
record SimdDotProduct(RowLayout layout) implements Kernel {
  @Override
  public void score(
      float[] preparedQuery, VectorRows rows, int[] ordinals, int count, float[] scores) {
    layout.checkScorable(preparedQuery, rows);
    for (int at = 0; at < count; at += ROWS) {
      dotFour(preparedQuery, rows, ordinals, at, count, scores);
    }
    for (int i = 0; i < count; i++) {
      // Subtracted from zero, not negated: a product of zero must not give negative zero.
      scores[i] = 0f - scores[i];
    }
  }

  /**
   * Writes the products of the query and the rows of {@code ordinals[at .. at + 3]} to {@code
   * dots[at .. at + 3]}. Beyond {@code count} the last row takes the place of those missing.
   */
  static void dotFour(
      float[] query, VectorRows rows, int[] ordinals, int at, int count, float[] dots) {
    int at1 = Math.min(at + 1, count - 1);
    int at2 = Math.min(at + 2, count - 1);
    int at3 = Math.min(at + 3, count - 1);
    MemorySegment row0 = rows.extentOf(ordinals[at]);
    MemorySegment row1 = rows.extentOf(ordinals[at1]);
    MemorySegment row2 = rows.extentOf(ordinals[at2]);
    MemorySegment row3 = rows.extentOf(ordinals[at3]);
    long offset0 = rows.offsetOf(ordinals[at]);
    long offset1 = rows.offsetOf(ordinals[at1]);
    long offset2 = rows.offsetOf(ordinals[at2]);
    long offset3 = rows.offsetOf(ordinals[at3]);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = FloatVector.zero(SPECIES);
    FloatVector sum2 = FloatVector.zero(SPECIES);
    FloatVector sum3 = FloatVector.zero(SPECIES);
    for (int i = 0; i < query.length; i += LANES) {
      long bytes = (long) i * Float.BYTES;
      FloatVector part = load(query, i);
      sum0 = multiplyAdd(part, load(row0, offset0 + bytes), sum0);
      sum1 = multiplyAdd(part, load(row1, offset1 + bytes), sum1);
      sum2 = multiplyAdd(part, load(row2, offset2 + bytes), sum2);
      sum3 = multiplyAdd(part, load(row3, offset3 + bytes), sum3);
    }
    dots[at] = sum(sum0);
    dots[at1] = sum(sum1);
    dots[at2] = sum(sum2);
    dots[at3] = sum(sum3);
  }
}
