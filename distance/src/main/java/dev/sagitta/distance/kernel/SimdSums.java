package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops over numeric rows by the Vector API: a template, see {@link LoopTemplate}.
 *
 * <p>Three steps for up to 32 rows together: they are found, they are summed lane by lane, and the
 * lanes are added up by {@link LaneFold}. So the second step is little more than loads of rows, and
 * the processor, which looks a few hundred instructions ahead, sees those of the next rows while it
 * waits for memory: one step for all was a third slower.
 *
 * <p>Eight rows at a time, or four, one sum each: independent chains of additions hide most of
 * their latency, the query is loaded once for all, and cache misses overlap. Where fewer are left,
 * the last one is repeated, so that one row costs as much as four, and five as much as eight. A sum
 * does not depend on a row's place in the call.
 *
 * <p>The loops are kept small for a reason: C2 stops inlining when a method has grown to a limit of
 * nodes, and from there on every vector is an object on the heap. Two sums per row are beyond it,
 * and so are eight rows of some types, see {@link SimdStep#eightRows}.
 */
final class SimdSums implements RowSums {
  private static final SimdStep STEP =
      LoopTemplate.constant(MethodHandles.lookup(), SimdStep.class);

  private static final RowAccess ACCESS = STEP.access();
  private static final LaneLoad LOAD = STEP.load();
  private static final LaneTerm TERM = STEP.term();
  private static final LaneFold FOLD = STEP.fold();
  private static final VectorSpecies<Float> SPECIES = STEP.species();
  private static final int LANES = SPECIES.length();
  private static final int ELEMENT_BYTES = LOAD.elementBytes();

  @Override
  public void sum(PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] sums) {
    for (int from = 0; from < count; from += PreparedQuery.ROWS_TOGETHER) {
      int together = Math.min(PreparedQuery.ROWS_TOGETHER, count - from);
      locate(query, rows, ordinals, from, together);
      sum(query, rows, together);
      System.arraycopy(query.lanes, 0, sums, from, together);
    }
  }

  /** Finds rows; behind the last one, up to a multiple of eight, it takes the place of others. */
  private static void locate(
      PreparedQuery query, VectorRows rows, int[] ordinals, int from, int count) {
    int[] located = query.ordinals;
    long[] offsets = query.offsets;
    for (int i = 0; i < count; i++) {
      int ordinal = ordinals[from + i];
      located[i] = ordinal;
      offsets[i] = ACCESS.locate(rows, ordinal);
    }
    if (STEP.readsAhead(rows.rowBytes())) {
      int read = 0;
      for (int i = 0; i < count; i++) {
        read += ACCESS.readAhead(offsets[i]);
      }
      query.readAhead = read;
    }
    for (int i = count; i % 8 != 0; i++) {
      located[i] = located[i - 1];
      offsets[i] = offsets[i - 1];
    }
  }

  /** Sums the rows that were found; the sums are left where the lanes begin. */
  private static void sum(PreparedQuery query, VectorRows rows, int count) {
    float[] floats = query.floats;
    int[] ordinals = query.ordinals;
    long[] offsets = query.offsets;
    float[] lanes = query.lanes;
    int at = 0;
    if (STEP.eightRows()) {
      for (; at + 4 < count; at += 8) {
        sumEight(floats, rows, ordinals, offsets, at, lanes);
      }
    }
    for (; at < count; at += 4) {
      sumFour(floats, rows, ordinals, offsets, at, lanes);
    }
    for (int i = 0; i < count; i += 4) {
      FOLD.fold(lanes, i);
    }
  }

  /** Sums four rows, lane by lane. */
  private static void sumFour(
      float[] query, VectorRows rows, int[] ordinals, long[] offsets, int at, float[] lanes) {
    MemorySegment row0 = ACCESS.memory(rows, ordinals[at]);
    MemorySegment row1 = ACCESS.memory(rows, ordinals[at + 1]);
    MemorySegment row2 = ACCESS.memory(rows, ordinals[at + 2]);
    MemorySegment row3 = ACCESS.memory(rows, ordinals[at + 3]);
    long offset0 = ACCESS.offset(offsets[at]);
    long offset1 = ACCESS.offset(offsets[at + 1]);
    long offset2 = ACCESS.offset(offsets[at + 2]);
    long offset3 = ACCESS.offset(offsets[at + 3]);
    FloatVector zero = STEP.zero();
    FloatVector sum0 = zero;
    FloatVector sum1 = zero;
    FloatVector sum2 = zero;
    FloatVector sum3 = zero;
    for (int i = 0; i < query.length; i += LANES) {
      long bytes = (long) i * ELEMENT_BYTES;
      FloatVector part = FloatVector.fromArray(SPECIES, query, i);
      sum0 = TERM.add(part, LOAD.load(row0, offset0 + bytes), sum0);
      sum1 = TERM.add(part, LOAD.load(row1, offset1 + bytes), sum1);
      sum2 = TERM.add(part, LOAD.load(row2, offset2 + bytes), sum2);
      sum3 = TERM.add(part, LOAD.load(row3, offset3 + bytes), sum3);
    }
    sum0.intoArray(lanes, at * LANES);
    sum1.intoArray(lanes, (at + 1) * LANES);
    sum2.intoArray(lanes, (at + 2) * LANES);
    sum3.intoArray(lanes, (at + 3) * LANES);
  }

  /** Sums eight rows, lane by lane. */
  private static void sumEight(
      float[] query, VectorRows rows, int[] ordinals, long[] offsets, int at, float[] lanes) {
    MemorySegment row0 = ACCESS.memory(rows, ordinals[at]);
    MemorySegment row1 = ACCESS.memory(rows, ordinals[at + 1]);
    MemorySegment row2 = ACCESS.memory(rows, ordinals[at + 2]);
    MemorySegment row3 = ACCESS.memory(rows, ordinals[at + 3]);
    MemorySegment row4 = ACCESS.memory(rows, ordinals[at + 4]);
    MemorySegment row5 = ACCESS.memory(rows, ordinals[at + 5]);
    MemorySegment row6 = ACCESS.memory(rows, ordinals[at + 6]);
    MemorySegment row7 = ACCESS.memory(rows, ordinals[at + 7]);
    long offset0 = ACCESS.offset(offsets[at]);
    long offset1 = ACCESS.offset(offsets[at + 1]);
    long offset2 = ACCESS.offset(offsets[at + 2]);
    long offset3 = ACCESS.offset(offsets[at + 3]);
    long offset4 = ACCESS.offset(offsets[at + 4]);
    long offset5 = ACCESS.offset(offsets[at + 5]);
    long offset6 = ACCESS.offset(offsets[at + 6]);
    long offset7 = ACCESS.offset(offsets[at + 7]);
    FloatVector zero = STEP.zero();
    FloatVector sum0 = zero;
    FloatVector sum1 = zero;
    FloatVector sum2 = zero;
    FloatVector sum3 = zero;
    FloatVector sum4 = zero;
    FloatVector sum5 = zero;
    FloatVector sum6 = zero;
    FloatVector sum7 = zero;
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
    sum0.intoArray(lanes, at * LANES);
    sum1.intoArray(lanes, (at + 1) * LANES);
    sum2.intoArray(lanes, (at + 2) * LANES);
    sum3.intoArray(lanes, (at + 3) * LANES);
    sum4.intoArray(lanes, (at + 4) * LANES);
    sum5.intoArray(lanes, (at + 5) * LANES);
    sum6.intoArray(lanes, (at + 6) * LANES);
    sum7.intoArray(lanes, (at + 7) * LANES);
  }

  @Override
  public String toString() {
    return STEP.toString();
  }
}
