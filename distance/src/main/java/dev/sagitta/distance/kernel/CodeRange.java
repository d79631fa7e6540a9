package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.util.Arrays;
import java.util.List;

/**
 * The elements of a sample of vectors, in order: what the range of codes is taken from. Immutable.
 * Takes 4 bytes of heap for each element of the sample; a thousand vectors are enough.
 */
public final class CodeRange {
  /**
   * The share of elements that is best left out: recall of codes alone gains half a point to two,
   * and is the same once the best are scored again; see docs/kernels.md.
   */
  public static final double SHARE_LEFT_OUT = 0.0002;

  private final Metric metric;
  private final int dimension;
  private final float[] sorted;

  private CodeRange(Metric metric, int dimension, float[] sorted) {
    this.metric = metric;
    this.dimension = dimension;
    this.sorted = sorted;
  }

  /**
   * Takes a sample's elements; under cosine those of the normalised vectors.
   *
   * @param sample at least one vector, all of numbers and of one dimension, drawn from those that
   *     are to be encoded; finite, at most 1e15 in size and, under cosine, of a norm of at least
   *     1e-30
   * @throws IllegalArgumentException if the sample is empty, or a vector is binary or has another
   *     dimension than the first
   */
  public static CodeRange of(Metric metric, List<VectorValue> sample) {
    if (sample.isEmpty()) {
      throw new IllegalArgumentException("a sample needs at least one vector");
    }
    int dimension = sample.getFirst().dimension();
    float[] elements = new float[Math.multiplyExact(sample.size(), dimension)];
    int count = 0;
    for (VectorValue vector : sample) {
      if (vector.elementType() == ElementType.BINARY || vector.dimension() != dimension) {
        throw new IllegalArgumentException(
            "a sample must have vectors of " + dimension + " numbers, has " + vector);
      }
      double norm = metric == Metric.COSINE ? RowLayout.norm(vector) : 1;
      for (float element : vector.toFloats()) {
        elements[count++] = (float) (element / norm);
      }
    }
    Arrays.sort(elements);
    return new CodeRange(metric, dimension, elements);
  }

  /** Codes for the range that leaves out {@link #SHARE_LEFT_OUT} of the sample's elements. */
  public CodeLayout codes() {
    return codesWithout(SHARE_LEFT_OUT);
  }

  /**
   * Codes for the range that leaves out some of the sample's elements. Where all others are equal,
   * as in sparse vectors, none is left out; where all are equal, the range is as narrow as can be.
   *
   * @param share of the elements, from 0 below 1; half of them at each end
   * @throws IllegalArgumentException if {@code share} is outside its range
   */
  public CodeLayout codesWithout(double share) {
    if (!(share >= 0 && share < 1)) {
      throw new IllegalArgumentException("share must be from 0 below 1, was " + share);
    }
    int clipped = (int) (sorted.length * share / 2);
    float min = sorted[clipped];
    float max = sorted[sorted.length - 1 - clipped];
    if (min == max) {
      min = sorted[0];
      max = sorted[sorted.length - 1];
    }
    if (min == max) {
      // Towards zero, so that it stays within what codes may have.
      min = max > 0 ? Math.nextDown(max) : min;
      max = max > 0 ? max : Math.nextUp(max);
    }
    return new CodeLayout(metric, dimension, min, max);
  }
}
