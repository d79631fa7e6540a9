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
    for (int i = 0; i < vector.length; i++) {
      // Written so that NaN is refused too.
      if (!(Math.abs(vector[i]) <= Limits.COMPONENT_MAX)) {
        throw new InvalidInputException(
            "%s has element %s at index %d; allowed are -%s to %s"
                .formatted(what, vector[i], i, Limits.COMPONENT_MAX, Limits.COMPONENT_MAX));
      }
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
}
