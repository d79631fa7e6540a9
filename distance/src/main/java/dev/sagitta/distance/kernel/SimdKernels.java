package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels by the Vector API, and the vector steps they share. Stateless, safe for all threads.
 * This class and those it makes are the only ones that import the incubator module; {@link Kernels}
 * loads it by name.
 *
 * <p>Every kernel scores four rows at a time, one sum each: four independent chains of additions
 * hide most of their latency, and the cache misses of four rows overlap. Fewer rows than four take
 * as long as four, so what is left over goes through the same loop with its last row repeated; thus
 * a score does not depend on its place in the call. A class per metric, so that each loop is
 * compiled with its own profile.
 *
 * <p>The loops are kept small for a reason: C2 stops inlining when a method has grown to a limit of
 * nodes, and from there on every vector is an object on the heap. Two sums per row are beyond it.
 */
final class SimdKernels implements KernelSet {
  /** Rows that are scored together. */
  static final int ROWS = 4;

  /** The JVM's preferred vectors, but not longer than the padding of rows allows. */
  static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() > FloatVector.SPECIES_512.vectorBitSize()
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  static final int LANES = SPECIES.length();

  private static final boolean FMA = VirtualMachine.hasFastFma();

  private static final VectorShuffle<Float> ROTATE_8 = VectorShuffle.iota(SPECIES, 8, 1, true);
  private static final VectorShuffle<Float> ROTATE_4 = VectorShuffle.iota(SPECIES, 4, 1, true);
  private static final VectorShuffle<Float> ROTATE_2 = VectorShuffle.iota(SPECIES, 2, 1, true);
  private static final VectorShuffle<Float> ROTATE_1 = VectorShuffle.iota(SPECIES, 1, 1, true);

  @Override
  public String name() {
    return "simd-" + vectorBits();
  }

  @Override
  public int vectorBits() {
    return SPECIES.vectorBitSize();
  }

  @Override
  public Kernel kernel(RowLayout layout) {
    return switch (layout.metric()) {
      case EUCLIDEAN -> new SimdEuclidean(layout);
      case COSINE -> new SimdCosine(layout);
      case DOT_PRODUCT -> new SimdDotProduct(layout);
      case MANHATTAN -> new SimdManhattan(layout);
    };
  }

  static FloatVector load(float[] query, int index) {
    return FloatVector.fromArray(SPECIES, query, index);
  }

  static FloatVector load(MemorySegment row, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, row, offset, ByteOrder.LITTLE_ENDIAN);
  }

  static FloatVector multiplyAdd(FloatVector a, FloatVector b, FloatVector sum) {
    return FMA ? a.fma(b, sum) : a.mul(b).add(sum);
  }

  /**
   * The sum of all lanes, halving each time. {@code reduceLanes} is left alone because its order of
   * additions may differ between interpreter and compiler, and with it the last bit of a score.
   */
  static float sum(FloatVector vector) {
    FloatVector folded = vector;
    if (LANES > 8) {
      folded = folded.add(folded.rearrange(ROTATE_8));
    }
    if (LANES > 4) {
      folded = folded.add(folded.rearrange(ROTATE_4));
    }
    if (LANES > 2) {
      folded = folded.add(folded.rearrange(ROTATE_2));
    }
    return folded.add(folded.rearrange(ROTATE_1)).lane(0);
  }
}
