package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels by the Vector API. Immutable, safe for all threads. This class and those it makes are
 * the only ones that import the incubator module; {@link Kernels} loads it by name.
 */
final class SimdKernels implements KernelSet {
  /** Rows are padded for vectors of this size. */
  static final int VECTOR_BITS_MAX = RowFormat.ALIGNMENT_BYTES * Byte.SIZE;

  /** Lanes of the shortest vectors of bytes. */
  private static final int BYTE_LANES_MIN = VectorShape.S_64_BIT.vectorBitSize() / Byte.SIZE;

  private final VectorSpecies<Float> floats;
  private final VectorSpecies<Long> longs;
  private final LaneFold fold;
  private final RowAccess access;

  /** Kernels for the JVM's preferred vectors, but not longer than the padding of rows allows. */
  SimdKernels() {
    this(Math.min(FloatVector.SPECIES_PREFERRED.vectorBitSize(), VECTOR_BITS_MAX));
  }

  /**
   * Kernels for vectors of 128, 256 or 512 bits. Correct on every machine; where the machine's own
   * vectors are shorter, hundreds of times slower than scalar code.
   */
  SimdKernels(int vectorBits) {
    this(vectorBits, RowAccess.fastest());
  }

  /** Kernels that get at rows by a way that need not be the fastest. */
  SimdKernels(int vectorBits, RowAccess access) {
    VectorShape shape = VectorShape.forBitSize(vectorBits);
    floats = VectorSpecies.of(float.class, shape);
    longs = LongVector.SPECIES_PREFERRED.withShape(shape);
    fold = new LaneFold(floats);
    this.access = access;
  }

  @Override
  public String name() {
    return "simd-" + vectorBits();
  }

  @Override
  public int vectorBits() {
    return floats.vectorBitSize();
  }

  @Override
  public RowSums sums(ElementType elements, Metric metric) {
    return switch (metric) {
      case HAMMING -> bitSums(new LaneBitTerm.Hamming(longs, new BitTerm.Hamming()));
      case JACCARD -> bitSums(new LaneBitTerm.Jaccard(longs, new BitTerm.Jaccard()));
      case EUCLIDEAN -> sums(elements, new LaneTerm.SquaredDifference());
      case COSINE, DOT_PRODUCT -> sums(elements, new LaneTerm.Product());
      case MANHATTAN -> sums(elements, new LaneTerm.AbsoluteDifference());
    };
  }

  private RowSums sums(ElementType elements, LaneTerm term) {
    LaneLoad load =
        switch (elements) {
          case FLOAT32 -> new LaneLoad.Float32(floats);
          case FLOAT16 -> new LaneLoad.Float16(floats);
          case INT8 ->
              floats.length() < BYTE_LANES_MIN
                  ? new LaneLoad.Int8Narrow(floats)
                  : new LaneLoad.Int8(floats);
          case BINARY -> throw new IllegalArgumentException("bits are no numbers: " + term);
        };
    return LoopTemplate.instance(SimdSums.class, new SimdStep(access, load, term, fold));
  }

  private RowSums bitSums(LaneBitTerm term) {
    return LoopTemplate.instance(SimdBitSums.class, new SimdBitStep(access, term));
  }
}
