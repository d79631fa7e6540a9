package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loop over binary rows by the Vector API: a template, see {@link LoopTemplate}. Four rows at a
 * time, so that their cache misses overlap; counts are exact in any order.
 */
final class SimdBitSums implements RowSums {
  private static final SimdBitStep STEP =
      LoopTemplate.constant(MethodHandles.lookup(), SimdBitStep.class);

  private static final RowAccess ACCESS = STEP.access();
  private static final LaneBitTerm TERM = STEP.term();
  private static final VectorSpecies<Long> SPECIES = TERM.species();
  private static final int LANES = SPECIES.length();

  @Override
  public void sum(PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] sums) {
    for (int at = 0; at < count; at += 4) {
      sumFour(query.words, rows, ordinals, at, count, sums);
    }
  }

  /** Sums up to four rows; beyond {@code count} the last row takes the place of those missing. */
  private static void sumFour(
      long[] query, VectorRows rows, int[] ordinals, int at, int count, float[] sums) {
    int at1 = Math.min(at + 1, count - 1);
    int at2 = Math.min(at + 2, count - 1);
    int at3 = Math.min(at + 3, count - 1);
    MemorySegment row0 = ACCESS.memory(rows, ordinals[at]);
    MemorySegment row1 = ACCESS.memory(rows, ordinals[at1]);
    MemorySegment row2 = ACCESS.memory(rows, ordinals[at2]);
    MemorySegment row3 = ACCESS.memory(rows, ordinals[at3]);
    long offset0 = ACCESS.offset(ACCESS.locate(rows, ordinals[at]));
    long offset1 = ACCESS.offset(ACCESS.locate(rows, ordinals[at1]));
    long offset2 = ACCESS.offset(ACCESS.locate(rows, ordinals[at2]));
    long offset3 = ACCESS.offset(ACCESS.locate(rows, ordinals[at3]));
    LongVector sum0 = LongVector.zero(SPECIES);
    LongVector sum1 = LongVector.zero(SPECIES);
    LongVector sum2 = LongVector.zero(SPECIES);
    LongVector sum3 = LongVector.zero(SPECIES);
    for (int i = 0; i < query.length; i += LANES) {
      long bytes = (long) i * Long.BYTES;
      LongVector part = LongVector.fromArray(SPECIES, query, i);
      sum0 = sum0.add(TERM.count(part, load(row0, offset0 + bytes)));
      sum1 = sum1.add(TERM.count(part, load(row1, offset1 + bytes)));
      sum2 = sum2.add(TERM.count(part, load(row2, offset2 + bytes)));
      sum3 = sum3.add(TERM.count(part, load(row3, offset3 + bytes)));
    }
    sums[at] = TERM.twin().score(sum0.reduceLanes(VectorOperators.ADD));
    sums[at1] = TERM.twin().score(sum1.reduceLanes(VectorOperators.ADD));
    sums[at2] = TERM.twin().score(sum2.reduceLanes(VectorOperators.ADD));
    sums[at3] = TERM.twin().score(sum3.reduceLanes(VectorOperators.ADD));
  }

  private static LongVector load(MemorySegment row, long offset) {
    return LongVector.fromMemorySegment(SPECIES, row, offset, ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public String toString() {
    return STEP.toString();
  }
}
