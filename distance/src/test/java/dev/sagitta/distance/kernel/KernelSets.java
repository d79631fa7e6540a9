package dev.sagitta.distance.kernel;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Tuple;

/**
 * The kernel sets that tests go through, all in one JVM: scalar code, 128, 256 and 512 bits by the
 * addresses of rows, and the machine's own size by their extents.
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
    FAST.add(new SimdKernels(NATIVE.vectorBits(), new RowAccess.ByExtent()));
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
}
