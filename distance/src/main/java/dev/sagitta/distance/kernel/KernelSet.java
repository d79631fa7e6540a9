package dev.sagitta.distance.kernel;

/** The kernels of one instruction set, one per metric. Stateless, safe for all threads. */
interface KernelSet {
  /** The first word of a kernel's name. */
  String name();

  /** The bits that one instruction works on. */
  int vectorBits();

  /** Makes the kernel of the layout's metric. */
  Kernel kernel(RowLayout layout);
}
