package dev.sagitta.distance.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** What a copy of {@link SimdSums} is made for: how it loads elements, and what it adds. */
record SimdStep(LaneLoad load, LaneTerm term) {
  VectorSpecies<Float> species() {
    return load.species();
  }

  /** Whether C2 inlines the loading eight times over in one loop: not where it converts, too. */
  boolean eightRows() {
    return load instanceof LaneLoad.Float32;
  }

  FloatVector zero() {
    return FloatVector.zero(load.species());
  }
}
