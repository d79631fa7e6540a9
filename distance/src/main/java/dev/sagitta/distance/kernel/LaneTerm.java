package dev.sagitta.distance.kernel;

import jdk.incubator.vector.FloatVector;

/** What the elements in the lanes of a vector add to the sum of a metric. */
sealed interface LaneTerm {
  /** Sums with the terms of query and row added, lane by lane. */
  FloatVector add(FloatVector query, FloatVector row, FloatVector sums);

  /** The product, of cosine and dot product. */
  record Product() implements LaneTerm {
    @Override
    public FloatVector add(FloatVector query, FloatVector row, FloatVector sums) {
      return multiplyAdd(query, row, sums);
    }
  }

  /** The squared difference, of the Euclidean metric. */
  record SquaredDifference() implements LaneTerm {
    @Override
    public FloatVector add(FloatVector query, FloatVector row, FloatVector sums) {
      FloatVector difference = query.sub(row);
      return multiplyAdd(difference, difference, sums);
    }
  }

  /** The absolute difference, of the Manhattan metric. */
  record AbsoluteDifference() implements LaneTerm {
    @Override
    public FloatVector add(FloatVector query, FloatVector row, FloatVector sums) {
      return query.sub(row).abs().add(sums);
    }
  }

  private static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector sums) {
    return VirtualMachine.FAST_FMA ? a.fma(b, sums) : a.mul(b).add(sums);
  }
}
