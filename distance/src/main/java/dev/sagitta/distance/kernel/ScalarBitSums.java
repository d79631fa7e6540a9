package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

/** The loop over binary rows in plain Java: a template, see {@link LoopTemplate}. */
final class ScalarBitSums implements RowSums {
  private static final BitTerm TERM = LoopTemplate.constant(MethodHandles.lookup(), BitTerm.class);

  @Override
  public void sum(PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] sums) {
    long[] words = query.words;
    for (int i = 0; i < count; i++) {
      MemorySegment row = rows.extentOf(ordinals[i]);
      long offset = rows.offsetOf(ordinals[i]);
      long bits = 0;
      for (int word = 0; word < words.length; word++) {
        bits += TERM.count(words[word], row.get(RowLayout.LONG, offset + (long) word * Long.BYTES));
      }
      sums[i] = TERM.score(bits);
    }
  }

  @Override
  public String toString() {
    return TERM.toString();
  }
}
