package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;

/** The kernels in plain Java, for a JVM without the Vector API. Stateless. */
final class ScalarKernels implements KernelSet {
  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int vectorBits() {
    return Float.SIZE;
  }

  @Override
  public RowSums sums(ElementType elements, Metric metric) {
    return switch (metric) {
      case HAMMING -> LoopTemplate.instance(ScalarBitSums.class, new BitTerm.Hamming());
      case JACCARD -> LoopTemplate.instance(ScalarBitSums.class, new BitTerm.Jaccard());
      case EUCLIDEAN -> sums(elements, new ScalarTerm.SquaredDifference());
      case COSINE, DOT_PRODUCT -> sums(elements, new ScalarTerm.Product());
      case MANHATTAN -> sums(elements, new ScalarTerm.AbsoluteDifference());
    };
  }

  private static RowSums sums(ElementType elements, ScalarTerm term) {
    ScalarLoad load =
        switch (elements) {
          case FLOAT32 -> new ScalarLoad.Float32();
          case FLOAT16 -> new ScalarLoad.Float16();
          case INT8 -> new ScalarLoad.Int8();
          case BINARY -> throw new IllegalArgumentException("bits are no numbers: " + term);
        };
    return LoopTemplate.instance(ScalarSums.class, new ScalarStep(load, term));
  }
}
