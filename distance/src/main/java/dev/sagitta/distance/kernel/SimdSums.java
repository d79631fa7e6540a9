package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops over numeric rows by the Vector API: a template, see {@link LoopTemplate}.
 *
 * <p>Eight rows at a time, or four, one sum each: independent chains of additions hide most of
 * their latency, the query is loaded once for all, and cache misses overlap. Where fewer are left,
 * the last one is repeated, so that one row costs as much as four. A sum does not depend on a row's
 * place in the call.
 *
 * <p>The loops are kept small for a reason: C2 stops inlining when a method has grown to a limit of
 * nodes, and from there on every vector is an object on the heap. Two sums per row are beyond it,
 * and so are eight rows whose elements are converted. The loops end by storing the sums of all
 * lanes, which scalar code adds up.
 */
final class SimdSums implements RowSums {
  private static final SimdStep STEP =
      LoopTemplate.constant(MethodHandles.lookup(), SimdStep.class);

  private static final LaneLoad LOAD = STEP.load();
  private static final LaneTerm TERM = STEP.term();
  private static final VectorSpecies<Float> SPECIES = STEP.species();
  private static final int LANES = SPECIES.length();
  private static final int ELEMENT_BYTES = LOAD.elementBytes();

  @Override
  public void sum(PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] sums) {
    float[] floats = query.floats;
    float[] lanes = query.lanes;
    int at = 0;
    if (STEP.eightRows()) {
      for (; at + 8 <= count; at += 8) {
        sumEight(floats, rows, ordinals, at, lanes);
        sum(lanes, sums, at, 8);
      }
    }
    for (; at < count; at += 4) {
      sumFour(floats, rows, ordinals, at, count, lanes);
      sum(lanes, sums, at, Math.min(4, count - at));
    }
  }

  /**
   * Sums up to four rows, lane by lane; beyond {@code count} the last row takes the place of those
   * missing.
   */
  private static void sumFour(
      float[] query, VectorRows rows, int[] ordinals, int at, int count, float[] lanes) {
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
    sum0.intoArray(lanes, 0 * LANES);
    sum1.intoArray(lanes, 1 * LANES);
    sum2.intoArray(lanes, 2 * LANES);
    sum3.intoArray(lanes, 3 * LANES);
  }

  /** Sums eight rows, lane by lane. */
  private static void sumEight(
      float[] query, VectorRows rows, int[] ordinals, int at, float[] lanes) {
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
    sum0.intoArray(lanes, 0 * LANES);
    sum1.intoArray(lanes, 1 * LANES);
    sum2.intoArray(lanes, 2 * LANES);
    sum3.intoArray(lanes, 3 * LANES);
    sum4.intoArray(lanes, 4 * LANES);
    sum5.intoArray(lanes, 5 * LANES);
    sum6.intoArray(lanes, 6 * LANES);
    sum7.intoArray(lanes, 7 * LANES);
  }

  private static void sum(float[] lanes, float[] sums, int at, int count) {
    for (int i = 0; i < count; i++) {
      sums[at + i] = sum(lanes, i * LANES);
    }
  }

  /**
   * The sum of a row's lanes, always in this order. {@code reduceLanes} is left alone because its
   * order of additions may differ between interpreter and compiler, and with it the last bit of a
   * score.
   */
  private static float sum(float[] lanes, int first) {
    float even = quarter(lanes, first) + quarter(lanes, first + 2);
    float odd = quarter(lanes, first + 1) + quarter(lanes, first + 3);
    return even + odd;
  }

  /** The sum of every fourth lane. */
  private static float quarter(float[] lanes, int first) {
    return switch (LANES) {
      case 4 -> lanes[first];
      case 8 -> lanes[first] + lanes[first + 4];
      case 16 -> (lanes[first] + lanes[first + 8]) + (lanes[first + 4] + lanes[first + 12]);
      default -> throw new AssertionError(LANES);
    };
  }

  @Override
  public String toString() {
    return STEP.toString();
  }
}
