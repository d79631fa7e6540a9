package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import java.util.ArrayList;
import java.util.List;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/**
 * The kernel sets that tests go through, all in one JVM: scalar code, vectors of 128, 256 and 512
 * bits, and the loops over eight rows, which a machine with few registers would not choose.
 */
final class KernelSets {
  /** As long as this machine's vectors. */
  static final KernelSet NATIVE = new SimdKernels();

  /** What runs at this machine's speed. */
  static final List<KernelSet> FAST = new ArrayList<>();

  /**
   * What has longer vectors than this machine: emulated by plain Java, hundreds of times slower.
   */
  static final List<KernelSet> EMULATED = new ArrayList<>();

  static {
    FAST.add(new ScalarKernels());
    FAST.add(new EightRows(NATIVE.vectorBits()));
    for (int bits : new int[] {128, 256, 512}) {
      (bits <= NATIVE.vectorBits() ? FAST : EMULATED).add(new SimdKernels(bits));
    }
  }

  private KernelSets() {}

  /** All sets; those that are emulated seldom. */
  static Arbitrary<KernelSet> arbitrary() {
    List<Tuple.Tuple2<Integer, KernelSet>> weights = new ArrayList<>();
    FAST.forEach(set -> weights.add(Tuple.of(12, set)));
    EMULATED.forEach(set -> weights.add(Tuple.of(1, set)));
    return Arbitraries.frequency(weights);
  }

  static Arbitrary<Kind> kinds() {
    return Arbitraries.of(Kind.ALL);
  }

  /** Eight rows at a time, whatever registers there are; binary rows have no such loop. */
  record EightRows(int vectorBits) implements KernelSet {
    @Override
    public String name() {
      return "eight-rows-" + vectorBits;
    }

    @Override
    public RowSums sums(ElementType elements, Metric metric) {
      VectorSpecies<Float> floats =
          VectorSpecies.of(float.class, VectorShape.forBitSize(vectorBits));
      LaneTerm term =
          switch (metric) {
            case EUCLIDEAN -> new LaneTerm.SquaredDifference();
            case MANHATTAN -> new LaneTerm.AbsoluteDifference();
            case COSINE, DOT_PRODUCT, HAMMING, JACCARD -> new LaneTerm.Product();
          };
      return switch (elements) {
        case FLOAT32 -> eightRows(new LaneLoad.Float32(floats), term);
        case FLOAT16 -> eightRows(new LaneLoad.Float16(floats), term);
        case INT8 ->
            eightRows(
                vectorBits == 128 ? new LaneLoad.Int8Narrow(floats) : new LaneLoad.Int8(floats),
                term);
        case BINARY -> new SimdKernels(vectorBits).sums(elements, metric);
      };
    }

    private static RowSums eightRows(LaneLoad load, LaneTerm term) {
      return LoopTemplate.instance(SimdSums.class, new SimdStep(load, term, true));
    }
  }
}
