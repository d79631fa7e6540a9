package dev.sagitta.benchmarks;

import java.util.SplittableRandom;

/**
 * Vectors by number, each uniform in a cube: any one can be made again at once, so that what is
 * read can be compared with what was written. Thread-safe.
 *
 * @param dimension elements of a vector
 */
record NumberedVectors(int dimension) {

  /** The vector of a number; always the same. */
  float[] of(long number) {
    SplittableRandom random = new SplittableRandom(number);
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextDouble() - 0.5f;
    }
    return vector;
  }
}
