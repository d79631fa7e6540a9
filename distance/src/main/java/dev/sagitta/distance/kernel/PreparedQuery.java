package dev.sagitta.distance.kernel;

/**
 * A query in the form that one kernel scores: converted, padded with zeros and, under cosine,
 * normalised. Made by {@link Kernel#newQuery}, filled by {@link Kernel#prepare} or {@link
 * Kernel#prepareStored} as often as wanted. For one thread at a time.
 */
public final class PreparedQuery {
  private final RowFormat format;

  /** The elements, of numeric rows; as long as a row is with its padding. */
  final float[] floats;

  /** The bits, of binary rows; as long as a row is with its padding. */
  final long[] words;

  /** What the score of a code row is beside its sum: {@code base + factor * sum}. */
  double base;

  double factor;

  PreparedQuery(RowFormat format, int floatCount, int wordCount) {
    this.format = format;
    this.floats = new float[floatCount];
    this.words = new long[wordCount];
  }

  /** The rows that this query can be scored against. */
  RowFormat format() {
    return format;
  }
}
