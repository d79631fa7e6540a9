package dev.sagitta.distance.kernel;

/**
 * What two words of bits add to the count of a metric, and what score a count is. A word's count is
 * a long, so that a sum over a row has room for two numbers.
 */
sealed interface BitTerm {
  /** What two words add to the count. */
  long count(long query, long row);

  /** The score of a count. */
  float score(long count);

  /** The bits that differ. */
  record Hamming() implements BitTerm {
    @Override
    public long count(long query, long row) {
      return Long.bitCount(query ^ row);
    }

    @Override
    public float score(long count) {
      return count;
    }
  }

  /** The bits in either and, in the lower half of the count, those in both. */
  record Jaccard() implements BitTerm {
    /** Where the count of the bits in either begins. */
    static final int EITHER_SHIFT = 32;

    @Override
    public long count(long query, long row) {
      return ((long) Long.bitCount(query | row) << EITHER_SHIFT) + Long.bitCount(query & row);
    }

    @Override
    public float score(long count) {
      long either = count >>> EITHER_SHIFT;
      int both = (int) count;
      return either == 0 ? 0f : (float) (either - both) / either;
    }
  }
}
