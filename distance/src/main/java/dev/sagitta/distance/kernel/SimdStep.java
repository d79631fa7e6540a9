package dev.sagitta.distance.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * What a copy of {@link SimdSums} is made for: how it loads elements, and what it adds.
 *
 * @param eightRows whether eight rows at once are better than four: there are registers for them,
 *     and loading is so simple that C2 inlines it eight times
 */
record SimdStep(LaneLoad load, LaneTerm term, boolean eightRows) {
  VectorSpecies<Float> species() {
    return load.species();
  }

  FloatVector zero() {
    return FloatVector.zero(load.species());
  }
}
