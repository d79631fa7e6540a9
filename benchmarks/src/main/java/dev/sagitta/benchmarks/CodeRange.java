package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.CodeLayout;
import dev.sagitta.distance.kernel.RowLayout;
import java.util.Arrays;
import java.util.SplittableRandom;

/** The elements of a sample of vectors, in order: what the range of codes is taken from. */
final class CodeRange {
  private static final int SAMPLE = 1_000;
  private static final int SEED = 42;

  private final Metric metric;
  private final int dimension;
  private final float[] sorted;

  /** Draws the sample; under cosine of the normalised vectors. */
  CodeRange(Metric metric, float[][] base) {
    this.metric = metric;
    this.dimension = base[0].length;
    sorted = new float[SAMPLE * dimension];
    SplittableRandom random = new SplittableRandom(SEED);
    for (int n = 0; n < SAMPLE; n++) {
      float[] vector = base[random.nextInt(base.length)];
      double norm = metric == Metric.COSINE ? RowLayout.norm(VectorValue.float32(vector)) : 1;
      for (int i = 0; i < dimension; i++) {
        sorted[n * dimension + i] = (float) (vector[i] / norm);
      }
    }
    Arrays.sort(sorted);
  }

  /**
   * Codes for the range that leaves out so many of the sample's elements.
   *
   * @param share of the elements, from 0 below 1; half of them at each end
   */
  CodeLayout codesWithout(double share) {
    int clipped = (int) (sorted.length * share / 2);
    return new CodeLayout(metric, dimension, sorted[clipped], sorted[sorted.length - 1 - clipped]);
  }
}
