package dev.sagitta.hnsw;

import java.util.Random;

/** Generates the vectors of the tests, the same ones for the same seed. */
final class TestVectors {
  private TestVectors() {}

  /** Independent and uniform in [-1, 1). */
  static float[][] uniform(int count, int dimension, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = 2 * random.nextFloat() - 1;
      }
    }
    return vectors;
  }

  /** Normally distributed around centres that are uniform in [-1, 1), in random order. */
  static float[][] clustered(int count, int dimension, int clusters, double deviation, long seed) {
    Random random = new Random(seed);
    float[][] centres = uniform(clusters, dimension, seed + 1);
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      float[] centre = centres[random.nextInt(clusters)];
      for (int i = 0; i < dimension; i++) {
        vector[i] = centre[i] + (float) (deviation * random.nextGaussian());
      }
    }
    return vectors;
  }

  /** Copies of a few distinct vectors, in random order. */
  static float[][] duplicates(int count, int dimension, int distinct, long seed) {
    Random random = new Random(seed);
    float[][] originals = uniform(distinct, dimension, seed + 1);
    float[][] vectors = new float[count][];
    for (int i = 0; i < count; i++) {
      vectors[i] = originals[random.nextInt(distinct)].clone();
    }
    return vectors;
  }
}
