package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Loads as many elements of a row as a vector has lanes, as floats. Records, because C2 takes the
 * fields of a record that is itself a constant for constants.
 */
sealed interface LaneLoad {
  /** The vectors that are loaded. */
  VectorSpecies<Float> species();

  /** The bytes of an element. */
  int elementBytes();

  /** The elements that stand from an offset on. */
  FloatVector load(MemorySegment row, long offset);

  /** FLOAT32. */
  record Float32(VectorSpecies<Float> species) implements LaneLoad {
    @Override
    public int elementBytes() {
      return Float.BYTES;
    }

    @Override
    public FloatVector load(MemorySegment row, long offset) {
      return FloatVector.fromMemorySegment(species, row, offset, ByteOrder.LITTLE_ENDIAN);
    }
  }

  /**
   * FLOAT16, for which the Vector API has no conversion. Exponent and fraction go to where a float
   * has them, which makes a float that is too small by the difference of the exponents' biases,
   * 112; one multiplication mends that, and gets subnormal numbers right too. Infinities and NaN
   * would become large numbers; they are never stored.
   */
  record Float16(
      VectorSpecies<Float> species,
      VectorSpecies<Short> halves,
      VectorSpecies<Integer> ints,
      IntVector signExponentAndFraction,
      FloatVector biasDifference)
      implements LaneLoad {
    private static final int FRACTION_SHIFT = 13;

    /** Constants are vectors already: spreading a number is work for C2, see {@link SimdSums}. */
    Float16(VectorSpecies<Float> species) {
      VectorSpecies<Integer> ints = VectorSpecies.of(int.class, species.vectorShape());
      this(
          species,
          VectorSpecies.of(short.class, VectorShape.forBitSize(species.vectorBitSize() / 2)),
          ints,
          IntVector.broadcast(ints, 0x8FFF_E000),
          FloatVector.broadcast(species, 0x1p112f));
    }

    @Override
    public int elementBytes() {
      return Short.BYTES;
    }

    @Override
    public FloatVector load(MemorySegment row, long offset) {
      var bits = ShortVector.fromMemorySegment(halves, row, offset, ByteOrder.LITTLE_ENDIAN);
      var wide = (IntVector) bits.convertShape(VectorOperators.S2I, ints, 0);
      return wide.lanewise(VectorOperators.LSHL, FRACTION_SHIFT)
          .lanewise(VectorOperators.AND, signExponentAndFraction)
          .reinterpretAsFloats()
          .mul(biasDifference);
    }
  }

  /** INT8, with eight lanes or more. */
  record Int8(VectorSpecies<Float> species, VectorSpecies<Byte> bytes) implements LaneLoad {
    Int8(VectorSpecies<Float> species) {
      this(
          species,
          VectorSpecies.of(byte.class, VectorShape.forBitSize(species.vectorBitSize() / 4)));
    }

    @Override
    public int elementBytes() {
      return Byte.BYTES;
    }

    @Override
    public FloatVector load(MemorySegment row, long offset) {
      return (FloatVector)
          ByteVector.fromMemorySegment(bytes, row, offset, ByteOrder.LITTLE_ENDIAN)
              .convertShape(VectorOperators.B2F, species, 0);
    }
  }

  /**
   * INT8, with four lanes: there are no vectors of four bytes, so an int is copied to all lanes,
   * and each shifts another byte of it to the top and back.
   */
  record Int8Narrow(VectorSpecies<Float> species, IntVector toTop) implements LaneLoad {
    private static final int FROM_TOP = Integer.SIZE - Byte.SIZE;

    Int8Narrow(VectorSpecies<Float> species) {
      this(species, IntVector.fromArray(IntVector.SPECIES_128, new int[] {24, 16, 8, 0}, 0));
    }

    @Override
    public int elementBytes() {
      return Byte.BYTES;
    }

    @Override
    public FloatVector load(MemorySegment row, long offset) {
      return (FloatVector)
          IntVector.broadcast(IntVector.SPECIES_128, row.get(RowLayout.INT, offset))
              .lanewise(VectorOperators.LSHL, toTop)
              .lanewise(VectorOperators.ASHR, FROM_TOP)
              .convertShape(VectorOperators.I2F, species, 0);
    }
  }
}
