package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;

/** The loops of one instruction set. Immutable, safe for all threads. */
interface KernelSet {
  /** The first word of a kernel's name. */
  String name();

  /** The bits that one instruction works on. */
  int vectorBits();

  /** The loop for a type of element and a metric that {@linkplain Metric#supports supports} it. */
  RowSums sums(ElementType elements, Metric metric);

  /** The kernel for rows of a format. */
  default Kernel kernel(RowFormat format) {
    return new Kernel(format, sums(format.elements(), format.metric()));
  }
}
