package dev.sagitta.benchmarks.race;

import com.github.jelmerk.hnswlib.core.DistanceFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** Distances between arrays by the Vector API, two accumulators wide. */
enum VectorDistances implements DistanceFunction<float[], Float> {
  SQUARED_EUCLIDEAN {
    @Override
    FloatVector add(FloatVector sum, FloatVector a, FloatVector b) {
      FloatVector difference = a.sub(b);
      return difference.fma(difference, sum);
    }

    @Override
    float add(float sum, float a, float b) {
      return sum + (a - b) * (a - b);
    }
  },
  NEGATED_DOT_PRODUCT {
    @Override
    FloatVector add(FloatVector sum, FloatVector a, FloatVector b) {
      return a.neg().fma(b, sum);
    }

    @Override
    float add(float sum, float a, float b) {
      return sum - a * b;
    }
  };

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;

  abstract FloatVector add(FloatVector sum, FloatVector a, FloatVector b);

  abstract float add(float sum, float a, float b);

  @Override
  public Float distance(float[] a, float[] b) {
    int lanes = SPECIES.length();
    FloatVector even = FloatVector.zero(SPECIES);
    FloatVector odd = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i <= a.length - 2 * lanes; i += 2 * lanes) {
      even = add(even, FloatVector.fromArray(SPECIES, a, i), FloatVector.fromArray(SPECIES, b, i));
      odd =
          add(
              odd,
              FloatVector.fromArray(SPECIES, a, i + lanes),
              FloatVector.fromArray(SPECIES, b, i + lanes));
    }
    float sum = even.add(odd).reduceLanes(VectorOperators.ADD);
    for (; i < a.length; i++) {
      sum = add(sum, a[i], b[i]);
    }
    return sum;
  }
}
