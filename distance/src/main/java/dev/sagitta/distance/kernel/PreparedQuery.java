package dev.sagitta.distance.kernel;

import dev.sagitta.distance.VectorValue;

/**
 * A query in the form that one kernel scores: converted, padded with zeros and, under cosine,
 * normalised. Made by {@link Kernel#newQuery}, filled by {@link Kernel#prepare} or {@link
 * Kernel#prepareStored} as often as wanted. For one thread at a time.
 */
public final class PreparedQuery {
  /** How many rows a loop sums together, a multiple of eight. */
  static final int ROWS_TOGETHER = 32;

  private final RowFormat format;

  /** The elements, of numeric rows; as long as a row is with its padding. */
  final float[] floats;

  /** The bits, of binary rows; as long as a row is with its padding. */
  final long[] words;

  /** Room for the ordinals of rows that are summed together. */
  final int[] ordinals = new int[ROWS_TOGETHER];

  /** Room for where those rows begin. */
  final long[] offsets = new long[ROWS_TOGETHER];

  /** Room for their sums, lane by lane. */
  final float[] lanes = new float[ROWS_TOGETHER * RowFormat.ALIGNMENT_BYTES / Float.BYTES];

  /** What was read ahead of those rows, so that C2 does not leave it out. */
  int readAhead;

  /** What the score of a code row is beside its sum: {@code base + factor * sum}. */
  double base;

  double factor;

  PreparedQuery(RowFormat format, int floatCount, int wordCount) {
    this.format = format;
    this.floats = new float[floatCount];
    this.words = new long[wordCount];
  }

  /** Converts the elements of a vector of numbers, which are not normalised. */
  void setFloats(VectorValue vector) {
    switch (vector) {
      case VectorValue.Float32(float[] values) ->
          System.arraycopy(values, 0, floats, 0, values.length);
      case VectorValue.Float16(short[] bits) -> {
        for (int i = 0; i < bits.length; i++) {
          floats[i] = Float.float16ToFloat(bits[i]);
        }
      }
      case VectorValue.Int8(byte[] values) -> {
        for (int i = 0; i < values.length; i++) {
          floats[i] = values[i];
        }
      }
      case VectorValue.Binary bits ->
          throw new IllegalArgumentException("bits are no numbers: " + bits);
    }
  }

  /** The rows that this query can be scored against. */
  RowFormat format() {
    return format;
  }
}
