package dev.sagitta.benchmarks;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.Kernel;
import dev.sagitta.distance.kernel.Kernels;
import dev.sagitta.distance.kernel.PreparedQuery;
import dev.sagitta.distance.kernel.RowFormat;
import dev.sagitta.distance.kernel.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/** Scores all vectors of a set, stored in one format, against a query. For one thread. */
public final class ExactSearch {
  private final Kernel kernel;
  private final VectorRows rows;
  private final PreparedQuery query;
  private final int[] ordinals;
  private final float[] scores;

  /** Stores the vectors in the format, in the arena. */
  public ExactSearch(RowFormat format, float[][] base, Arena arena) {
    kernel = Kernels.select(format).kernel();
    int rowBytes = format.rowBytes();
    MemorySegment segment =
        arena.allocate((long) base.length * rowBytes, RowFormat.ALIGNMENT_BYTES);
    for (int i = 0; i < base.length; i++) {
      RowType.write(format, VectorValue.float32(base[i]), segment, (long) i * rowBytes);
    }
    rows =
        new VectorRows(
            new MemorySegment[] {segment}, VectorRows.ROWS_PER_EXTENT_SHIFT_MAX, rowBytes);
    query = kernel.newQuery();
    ordinals = IntStream.range(0, base.length).toArray();
    scores = new float[base.length];
  }

  /**
   * The score of every vector, by ordinal. The array is this object's, and overwritten by the next
   * call.
   */
  public float[] scores(float[] vector) {
    kernel.prepare(VectorValue.float32(vector), query);
    kernel.score(query, rows, ordinals, ordinals.length, scores);
    return scores;
  }

  /**
   * The ordinals of the so many smallest scores, the smallest first.
   *
   * @param count at most as many as there are scores
   */
  public static int[] best(float[] scores, int count) {
    int[] best = new int[count];
    int found = 0;
    for (int ordinal = 0; ordinal < scores.length; ordinal++) {
      if (found == count && !(scores[ordinal] < scores[best[count - 1]])) {
        continue;
      }
      found = Math.min(found + 1, count);
      int at = found - 1;
      while (at > 0 && scores[ordinal] < scores[best[at - 1]]) {
        best[at] = best[at - 1];
        at--;
      }
      best[at] = ordinal;
    }
    return best;
  }
}
