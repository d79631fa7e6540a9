package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.lang.foreign.MemorySegment;

/**
 * What the bytes of a row mean: the vector itself ({@link RowLayout}), or a code of it ({@link
 * CodeLayout}). Says how a query is prepared for such rows, and how the sum that a loop over a row
 * gives becomes a score. Immutable, safe for all threads.
 */
public sealed interface RowFormat permits RowLayout, CodeLayout {
  /** Rows start at, and are long, a multiple of this many bytes: a cache line, a 512-bit vector. */
  int ALIGNMENT_BYTES = 64;

  /** The metric that rows are compared by. */
  Metric metric();

  /** What a loop over a row reads. */
  ElementType elements();

  /** The number of elements of a vector. */
  int dimension();

  /** The bytes from one row to the next, a multiple of {@link #ALIGNMENT_BYTES}. */
  int rowBytes();

  /** A query to be prepared for rows of this format. */
  PreparedQuery newQuery();

  /** See {@link Kernel#prepare}. */
  void prepare(VectorValue vector, PreparedQuery query);

  /** See {@link Kernel#prepareStored}. */
  void prepareStored(MemorySegment rows, long offset, PreparedQuery query);

  /** Turns sums into scores, in place. */
  void finish(PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] scores);
}
