package dev.sagitta.examples.quickstart;

import java.util.SplittableRandom;

/**
 * Adds up weighted terms in a vector of fixed length, without a table of all terms (feature hashing
 * with signs: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009).
 *
 * <p>A term's hash chooses the elements where it is added or subtracted. We let it choose sixteen
 * rather than one: two terms then never fall together altogether, only here and there, and the
 * signs make that cancel out. The same term always gives the same vector.
 */
final class HashedVector {
  private static final int ELEMENTS_PER_TERM = 16;

  private final double[] sums;

  /** A zero vector. */
  HashedVector(int dimension) {
    sums = new double[dimension];
  }

  /** Adds a term. */
  void add(String term, double weight) {
    double share = weight / Math.sqrt(ELEMENTS_PER_TERM);
    SplittableRandom choice = new SplittableRandom(term.hashCode());
    for (int i = 0; i < ELEMENTS_PER_TERM; i++) {
      int element = choice.nextInt(sums.length);
      sums[element] += choice.nextBoolean() ? share : -share;
    }
  }

  /** The sum, scaled to length 1; something must have been added. */
  float[] toUnitVector() {
    double squares = 0;
    for (double sum : sums) {
      squares += sum * sum;
    }
    double length = Math.sqrt(squares);
    float[] unit = new float[sums.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (sums[i] / length);
    }
    return unit;
  }
}
