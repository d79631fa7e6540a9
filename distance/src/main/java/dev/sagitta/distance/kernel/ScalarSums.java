package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

/**
 * The loop over numeric rows in plain Java: a template, see {@link LoopTemplate}.
 *
 * <p>It keeps four sums, so that an addition need not wait for the one before; the padding of rows
 * spares it a tail.
 */
final class ScalarSums implements RowSums {
  private static final ScalarStep STEP =
      LoopTemplate.constant(MethodHandles.lookup(), ScalarStep.class);

  private static final ScalarLoad LOAD = STEP.load();
  private static final ScalarTerm TERM = STEP.term();
  private static final int UNROLL = 4;

  @Override
  public void sum(PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] sums) {
    for (int i = 0; i < count; i++) {
      int ordinal = ordinals[i];
      sums[i] = sum(query.floats, rows.extentOf(ordinal), rows.offsetOf(ordinal));
    }
  }

  private static float sum(float[] query, MemorySegment row, long offset) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    for (int i = 0; i < query.length; i += UNROLL) {
      sum0 += TERM.of(query[i], LOAD.load(row, offset, i));
      sum1 += TERM.of(query[i + 1], LOAD.load(row, offset, i + 1));
      sum2 += TERM.of(query[i + 2], LOAD.load(row, offset, i + 2));
      sum3 += TERM.of(query[i + 3], LOAD.load(row, offset, i + 3));
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  @Override
  public String toString() {
    return STEP.toString();
  }
}
