package dev.sagitta.hnsw;

/**
 * A score and an ordinal in one long whose natural order is (score, ordinal).
 *
 * <p>The upper half holds the score's bits, with those of negative scores turned so that integer
 * order is float order; the lower half the ordinal.
 */
final class Keys {
  private Keys() {}

  static long key(float score, int ordinal) {
    // Adding zero turns -0 into 0, which are one score.
    return ((long) turned(Float.floatToRawIntBits(score + 0f)) << 32) | ordinal;
  }

  static int ordinal(long key) {
    return (int) key;
  }

  static float score(long key) {
    return Float.intBitsToFloat(turned((int) (key >> 32)));
  }

  private static int turned(int bits) {
    return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
  }
}
