package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import java.util.Arrays;
import java.util.List;

/** A type of element and a metric that compares it. */
record Kind(ElementType elements, Metric metric) {
  /** Every pair that there is. */
  static final List<Kind> ALL =
      Arrays.stream(ElementType.values())
          .flatMap(
              elements ->
                  Arrays.stream(Metric.values())
                      .filter(metric -> metric.supports(elements))
                      .map(metric -> new Kind(elements, metric)))
          .toList();

  RowLayout layout(int dimension) {
    return new RowLayout(elements, metric, dimension);
  }

  /** The nearest dimension, not below the given one, that the elements allow. */
  int allowed(int dimension) {
    return elements.allows(dimension) ? dimension : Math.ceilDiv(dimension, 8) * 8;
  }
}
