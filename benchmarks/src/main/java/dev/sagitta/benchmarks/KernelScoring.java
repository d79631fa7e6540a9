package dev.sagitta.benchmarks;

import dev.sagitta.distance.kernel.Kernel;
import dev.sagitta.distance.kernel.KernelChoice;
import dev.sagitta.distance.kernel.Kernels;
import dev.sagitta.distance.kernel.PreparedQuery;
import dev.sagitta.distance.kernel.VectorRows;
import java.util.Arrays;

/**
 * Scores filled rows by the kernel that this JVM picks, {@link FilledRows#ROWS_PER_CALL} after as
 * many, in one call or one by one. Allocates nothing while it does. For one thread.
 */
final class KernelScoring {
  private final KernelChoice choice;
  private final Kernel kernel;
  private final VectorRows rows;
  private final PreparedQuery query;
  private final int[][] calls;
  private final float[] scores = new float[FilledRows.ROWS_PER_CALL];
  private final int[] ordinal = new int[1];
  private int next;

  KernelScoring(FilledRows filled) {
    choice = Kernels.select(filled.format());
    kernel = choice.kernel();
    rows = filled.rows();
    query = kernel.newQuery();
    kernel.prepare(filled.query(), query);
    int[] order = filled.order();
    calls = new int[order.length / FilledRows.ROWS_PER_CALL][];
    for (int i = 0; i < calls.length; i++) {
      int from = i * FilledRows.ROWS_PER_CALL;
      calls[i] = Arrays.copyOfRange(order, from, from + FilledRows.ROWS_PER_CALL);
    }
  }

  /** The kernel's name. */
  String name() {
    return choice.name();
  }

  private int[] nextCall() {
    int[] call = calls[next];
    next = next + 1 < calls.length ? next + 1 : 0;
    return call;
  }

  /** The calls of {@link #bulk} that score all rows once. */
  int callCount() {
    return calls.length;
  }

  /** Scores the next rows in one call; one of the scores. */
  float bulk() {
    kernel.score(query, rows, nextCall(), FilledRows.ROWS_PER_CALL, scores);
    return scores[0];
  }

  /** Scores the next rows in a call for each; the last score. */
  float pair() {
    for (int row : nextCall()) {
      ordinal[0] = row;
      kernel.score(query, rows, ordinal, 1, scores);
    }
    return scores[0];
  }

  /** The score of a row. */
  float score(int row) {
    ordinal[0] = row;
    kernel.score(query, rows, ordinal, 1, scores);
    return scores[0];
  }
}
