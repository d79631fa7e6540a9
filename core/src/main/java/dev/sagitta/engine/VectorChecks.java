package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.kernel.RowLayout;

/** Checks vectors that callers pass, so that every score of two of them is a finite number. */
final class VectorChecks {
  private VectorChecks() {}

  /**
   * Refuses a vector that does not suit a collection.
   *
   * @param what what the vector is, for the message
   */
  static void check(String what, float[] vector, CollectionConfig config) {
    if (vector.length != config.dimension()) {
      throw new InvalidInputException(
          "%s has dimension %d; the collection's is %d"
              .formatted(what, vector.length, config.dimension()));
    }
    // All at once first, which is several times faster; NaN is larger than anything here.
    float largest = 0;
    for (float component : vector) {
      largest = Math.max(largest, Math.abs(component));
    }
    if (!isAllowed(largest)) {
      throw notAllowed(what, vector);
    }
    if (config.metric() == Metric.COSINE) {
      double norm = RowLayout.norm(vector);
      if (norm < Limits.COSINE_NORM_MIN) {
        throw new InvalidInputException(
            "%s has norm %s; under the cosine metric it must be at least %s"
                .formatted(what, norm, Limits.COSINE_NORM_MIN));
      }
    }
  }

  /** Written so that NaN is refused too. */
  private static boolean isAllowed(float component) {
    return Math.abs(component) <= Limits.COMPONENT_MAX;
  }

  private static InvalidInputException notAllowed(String what, float[] vector) {
    int index = 0;
    while (isAllowed(vector[index])) {
      index++;
    }
    return new InvalidInputException(
        "%s has element %s at index %d; allowed are -%s to %s"
            .formatted(what, vector[index], index, Limits.COMPONENT_MAX, Limits.COMPONENT_MAX));
  }
}
