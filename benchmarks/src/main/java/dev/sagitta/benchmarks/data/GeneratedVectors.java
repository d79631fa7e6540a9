package dev.sagitta.benchmarks.data;

import java.util.Random;

/**
 * A seeded, endless row of vectors, made one at a time: clusters of low intrinsic dimension. A
 * vector is the centre of a random cluster, plus a random combination of 16 directions of that
 * cluster, plus a little noise. Not thread-safe.
 */
public final class GeneratedVectors {
  /** The seed of the benchmarks. */
  public static final int SEED = 42;

  /** How many clusters the vectors of the benchmarks have. */
  public static final int CLUSTERS = 1_000;

  private static final int DIRECTIONS = 16;

  private final Random random;
  private final int dimension;
  private final float[][] centres;
  private final float[][][] directions;

  /**
   * Draws the clusters, which take 17 vectors of memory each.
   *
   * @param seed same seed, same vectors
   * @param dimension elements of a vector
   * @param clusters how many there are
   */
  public GeneratedVectors(long seed, int dimension, int clusters) {
    this.random = new Random(seed);
    this.dimension = dimension;
    centres = new float[clusters][];
    directions = new float[clusters][DIRECTIONS][];
    for (int c = 0; c < clusters; c++) {
      centres[c] = gaussian(1f);
      for (int d = 0; d < DIRECTIONS; d++) {
        directions[c][d] = gaussian(0.3f);
      }
    }
  }

  /** Those that benchmarks share, from their beginning: {@link #CLUSTERS} by {@link #SEED}. */
  public static GeneratedVectors ofBenchmarks(int dimension) {
    return new GeneratedVectors(SEED, dimension, CLUSTERS);
  }

  private float[] gaussian(float scale) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) random.nextGaussian() * scale;
    }
    return vector;
  }

  /** The next vector. */
  public float[] next() {
    int cluster = random.nextInt(centres.length);
    float[] vector = gaussian(0.05f);
    for (int d = 0; d < DIRECTIONS; d++) {
      float weight = (float) random.nextGaussian();
      for (int i = 0; i < dimension; i++) {
        vector[i] += weight * directions[cluster][d][i];
      }
    }
    for (int i = 0; i < dimension; i++) {
      vector[i] += centres[cluster][i];
    }
    return vector;
  }

  /** The next so many vectors. */
  public float[][] next(int count) {
    float[][] vectors = new float[count][];
    for (int n = 0; n < count; n++) {
      vectors[n] = next();
    }
    return vectors;
  }
}
