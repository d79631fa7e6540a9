package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.RowLayout;

/** Checks vectors that callers pass, so that every score of two of them is a finite number. */
final class VectorChecks {
  /** All bits of the exponent: infinite, or not a number. */
  private static final int FLOAT16_EXPONENT = 0x7C00;

  private VectorChecks() {}

  /**
   * Refuses a vector that a collection cannot store.
   *
   * @param what what the vector is, for the message
   */
  static void check(String what, VectorValue vector, CollectionConfig config) {
    check(what, vector, config, config.elements());
  }

  /**
   * Refuses a query that a collection cannot answer. A query is of the collection's type, or of
   * floats where that is one of numbers.
   */
  static void checkQuery(String what, VectorValue query, CollectionConfig config) {
    boolean numbers = config.elements() != ElementType.BINARY;
    check(what, query, config, numbers ? ElementType.FLOAT32 : ElementType.BINARY);
  }

  private static void check(
      String what, VectorValue vector, CollectionConfig config, ElementType alsoAllowed) {
    ElementType type = vector.elementType();
    if (type != config.elements() && type != alsoAllowed) {
      String allowed =
          alsoAllowed == config.elements() ? "" : ", and %s is allowed".formatted(alsoAllowed);
      throw new InvalidInputException(
          "%s has %s elements; the collection's are %s%s"
              .formatted(what, type, config.elements(), allowed));
    }
    if (vector.dimension() != config.dimension()) {
      throw new InvalidInputException(
          "%s has dimension %d; the collection's is %d"
              .formatted(what, vector.dimension(), config.dimension()));
    }
    double normMin = 0;
    switch (vector) {
      case VectorValue.Float32(float[] elements) -> normMin = checkElements(what, elements);
      case VectorValue.Float16(short[] bits) -> checkElements(what, bits);
      case VectorValue.Int8 all -> {}
      case VectorValue.Binary all -> {}
    }
    // Most norms need not be computed: they are no smaller than one of the elements.
    if (config.metric() == Metric.COSINE && normMin < Limits.COSINE_NORM_MIN) {
      checkNorm(what, RowLayout.norm(vector));
    }
  }

  /**
   * @return the largest element, signs left out
   */
  private static float checkElements(String what, float[] elements) {
    // All at once first, which is several times faster; NaN is larger than anything here.
    float largest = 0;
    for (float element : elements) {
      largest = Math.max(largest, Math.abs(element));
    }
    if (isAllowed(largest)) {
      return largest;
    }
    int index = 0;
    while (isAllowed(elements[index])) {
      index++;
    }
    throw notAllowed(what, elements[index], index, Limits.COMPONENT_MAX);
  }

  /** Written so that NaN is refused too. */
  private static boolean isAllowed(float component) {
    return Math.abs(component) <= Limits.COMPONENT_MAX;
  }

  private static void checkElements(String what, short[] bits) {
    for (int i = 0; i < bits.length; i++) {
      if ((bits[i] & FLOAT16_EXPONENT) == FLOAT16_EXPONENT) {
        throw notAllowed(what, Float.float16ToFloat(bits[i]), i, VectorValue.FLOAT16_MAX);
      }
    }
  }

  private static InvalidInputException notAllowed(
      String what, float element, int index, float max) {
    return new InvalidInputException(
        "%s has element %s at index %d; allowed are -%s to %s"
            .formatted(what, element, index, max, max));
  }

  private static void checkNorm(String what, double norm) {
    if (norm < Limits.COSINE_NORM_MIN) {
      throw new InvalidInputException(
          "%s has norm %s; under the cosine metric it must be at least %s"
              .formatted(what, norm, Limits.COSINE_NORM_MIN));
    }
  }
}
