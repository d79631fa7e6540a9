package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops over numeric rows by the Vector API: a template, see {@link LoopTemplate}.
 *
 * <p>Four or eight rows at a time, one sum each: independent chains of additions hide most of their
 * latency, the query is loaded once for all, and cache misses overlap. A row that is left over goes
 * by itself, in a loop with the same order of additions; two or three go with one of them repeated.
 * So a sum does not depend on a row's place in the call.
 *
 * <p>The loops are kept small for a reason: C2 stops inlining when a method has grown to a limit of
 * nodes, and from there on every vector is an object on the heap. Two sums per row are beyond it.
 * The Vector API's own methods are inlined even then, ours are not, so four rows fold their sums in
 * place: FLOAT16 has reached the limit before.
 */
final class SimdSums implements RowSums {
  private static final SimdStep STEP =
      LoopTemplate.constant(MethodHandles.lookup(), SimdStep.class);

  private static final LaneLoad LOAD = STEP.load();
  private static final LaneTerm TERM = STEP.term();
  private static final VectorSpecies<Float> SPECIES = STEP.species();
  private static final int LANES = SPECIES.length();
  private static final int ELEMENT_BYTES = LOAD.elementBytes();

  private static final VectorShuffle<Float> ROTATE_8 = VectorShuffle.iota(SPECIES, 8, 1, true);
  private static final VectorShuffle<Float> ROTATE_4 = VectorShuffle.iota(SPECIES, 4, 1, true);
  private static final VectorShuffle<Float> ROTATE_2 = VectorShuffle.iota(SPECIES, 2, 1, true);
  private static final VectorShuffle<Float> ROTATE_1 = VectorShuffle.iota(SPECIES, 1, 1, true);

  @Override
  public void sum(PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] sums) {
    float[] floats = query.floats;
    int at = 0;
    if (STEP.eightRows()) {
      for (; at + 8 <= count; at += 8) {
        sumEight(floats, rows, ordinals, at, sums);
      }
    }
    for (; at + 1 < count; at += 4) {
      sumFour(floats, rows, ordinals, at, count, sums);
    }
    if (at < count) {
      sums[at] = sumOne(floats, rows.extentOf(ordinals[at]), rows.offsetOf(ordinals[at]));
    }
  }

  private static float sumOne(float[] query, MemorySegment row, long offset) {
    FloatVector sum = STEP.zero();
    for (int i = 0; i < query.length; i += LANES) {
      FloatVector part = FloatVector.fromArray(SPECIES, query, i);
      sum = TERM.add(part, LOAD.load(row, offset + (long) i * ELEMENT_BYTES), sum);
    }
    return sum(sum);
  }

  /** Sums up to four rows; beyond {@code count} the last row takes the place of those missing. */
  private static void sumFour(
      float[] query, VectorRows rows, int[] ordinals, int at, int count, float[] sums) {
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
    FloatVector sum0 = STEP.zero();
    FloatVector sum1 = STEP.zero();
    FloatVector sum2 = STEP.zero();
    FloatVector sum3 = STEP.zero();
    for (int i = 0; i < query.length; i += LANES) {
      long bytes = (long) i * ELEMENT_BYTES;
      FloatVector part = FloatVector.fromArray(SPECIES, query, i);
      sum0 = TERM.add(part, LOAD.load(row0, offset0 + bytes), sum0);
      sum1 = TERM.add(part, LOAD.load(row1, offset1 + bytes), sum1);
      sum2 = TERM.add(part, LOAD.load(row2, offset2 + bytes), sum2);
      sum3 = TERM.add(part, LOAD.load(row3, offset3 + bytes), sum3);
    }
    // What sum(FloatVector) does, in place, see above.
    if (LANES > 8) {
      sum0 = sum0.add(sum0.rearrange(ROTATE_8));
      sum1 = sum1.add(sum1.rearrange(ROTATE_8));
      sum2 = sum2.add(sum2.rearrange(ROTATE_8));
      sum3 = sum3.add(sum3.rearrange(ROTATE_8));
    }
    if (LANES > 4) {
      sum0 = sum0.add(sum0.rearrange(ROTATE_4));
      sum1 = sum1.add(sum1.rearrange(ROTATE_4));
      sum2 = sum2.add(sum2.rearrange(ROTATE_4));
      sum3 = sum3.add(sum3.rearrange(ROTATE_4));
    }
    if (LANES > 2) {
      sum0 = sum0.add(sum0.rearrange(ROTATE_2));
      sum1 = sum1.add(sum1.rearrange(ROTATE_2));
      sum2 = sum2.add(sum2.rearrange(ROTATE_2));
      sum3 = sum3.add(sum3.rearrange(ROTATE_2));
    }
    sums[at] = sum0.add(sum0.rearrange(ROTATE_1)).lane(0);
    sums[at1] = sum1.add(sum1.rearrange(ROTATE_1)).lane(0);
    sums[at2] = sum2.add(sum2.rearrange(ROTATE_1)).lane(0);
    sums[at3] = sum3.add(sum3.rearrange(ROTATE_1)).lane(0);
  }

  private static void sumEight(
      float[] query, VectorRows rows, int[] ordinals, int at, float[] sums) {
    MemorySegment row0 = rows.extentOf(ordinals[at]);
    MemorySegment row1 = rows.extentOf(ordinals[at + 1]);
    MemorySegment row2 = rows.extentOf(ordinals[at + 2]);
    MemorySegment row3 = rows.extentOf(ordinals[at + 3]);
    MemorySegment row4 = rows.extentOf(ordinals[at + 4]);
    MemorySegment row5 = rows.extentOf(ordinals[at + 5]);
    MemorySegment row6 = rows.extentOf(ordinals[at + 6]);
    MemorySegment row7 = rows.extentOf(ordinals[at + 7]);
    long offset0 = rows.offsetOf(ordinals[at]);
    long offset1 = rows.offsetOf(ordinals[at + 1]);
    long offset2 = rows.offsetOf(ordinals[at + 2]);
    long offset3 = rows.offsetOf(ordinals[at + 3]);
    long offset4 = rows.offsetOf(ordinals[at + 4]);
    long offset5 = rows.offsetOf(ordinals[at + 5]);
    long offset6 = rows.offsetOf(ordinals[at + 6]);
    long offset7 = rows.offsetOf(ordinals[at + 7]);
    FloatVector sum0 = STEP.zero();
    FloatVector sum1 = STEP.zero();
    FloatVector sum2 = STEP.zero();
    FloatVector sum3 = STEP.zero();
    FloatVector sum4 = STEP.zero();
    FloatVector sum5 = STEP.zero();
    FloatVector sum6 = STEP.zero();
    FloatVector sum7 = STEP.zero();
    for (int i = 0; i < query.length; i += LANES) {
      long bytes = (long) i * ELEMENT_BYTES;
      FloatVector part = FloatVector.fromArray(SPECIES, query, i);
      sum0 = TERM.add(part, LOAD.load(row0, offset0 + bytes), sum0);
      sum1 = TERM.add(part, LOAD.load(row1, offset1 + bytes), sum1);
      sum2 = TERM.add(part, LOAD.load(row2, offset2 + bytes), sum2);
      sum3 = TERM.add(part, LOAD.load(row3, offset3 + bytes), sum3);
      sum4 = TERM.add(part, LOAD.load(row4, offset4 + bytes), sum4);
      sum5 = TERM.add(part, LOAD.load(row5, offset5 + bytes), sum5);
      sum6 = TERM.add(part, LOAD.load(row6, offset6 + bytes), sum6);
      sum7 = TERM.add(part, LOAD.load(row7, offset7 + bytes), sum7);
    }
    sums[at] = sum(sum0);
    sums[at + 1] = sum(sum1);
    sums[at + 2] = sum(sum2);
    sums[at + 3] = sum(sum3);
    sums[at + 4] = sum(sum4);
    sums[at + 5] = sum(sum5);
    sums[at + 6] = sum(sum6);
    sums[at + 7] = sum(sum7);
  }

  /**
   * The sum of all lanes, halving each time. {@code reduceLanes} is left alone because its order of
   * additions may differ between interpreter and compiler, and with it the last bit of a score.
   */
  private static float sum(FloatVector vector) {
    FloatVector folded = vector;
    if (LANES > 8) {
      folded = folded.add(folded.rearrange(ROTATE_8));
    }
    if (LANES > 4) {
      folded = folded.add(folded.rearrange(ROTATE_4));
    }
    if (LANES > 2) {
      folded = folded.add(folded.rearrange(ROTATE_2));
    }
    return folded.add(folded.rearrange(ROTATE_1)).lane(0);
  }

  @Override
  public String toString() {
    return STEP.toString();
  }
}
