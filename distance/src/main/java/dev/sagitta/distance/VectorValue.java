package dev.sagitta.distance;

import java.util.Arrays;
import java.util.Objects;

/**
 * A vector as callers give and get it: an array of elements of one {@link ElementType}.
 *
 * <p>The array is kept as given, not copied, and is the caller's: whoever makes a value leaves the
 * array alone for as long as others use the value. Two values are equal if they have the same type
 * and the same bits.
 */
@SuppressWarnings("ArrayRecordComponent") // documented: kept, and compared by content
public sealed interface VectorValue {
  /** The largest magnitude that FLOAT16 can hold. */
  float FLOAT16_MAX = 65_504f;

  /** The type of the elements. */
  ElementType elementType();

  /** The number of elements; of a binary vector, of bits. */
  int dimension();

  /** A value with an array of its own. */
  VectorValue copy();

  /**
   * The elements as floats, exactly: every FLOAT16 and INT8 is a float, a bit is 0 or 1. A new
   * array, but for FLOAT32, whose own array it is.
   */
  float[] toFloats();

  /** A vector of floats; the array is kept. */
  static VectorValue float32(float... elements) {
    return new Float32(elements);
  }

  /** A vector of half-precision numbers, as their bits; the array is kept. */
  static VectorValue float16(short... bits) {
    return new Float16(bits);
  }

  /**
   * Rounds floats to the nearest half-precision numbers, ties to even. What is too small becomes
   * zero.
   *
   * @throws IllegalArgumentException if an element is NaN or beyond {@link #FLOAT16_MAX} after
   *     rounding
   */
  static VectorValue roundedToFloat16(float... elements) {
    short[] bits = new short[elements.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToFloat16(elements[i]);
      if (!(Math.abs(Float.float16ToFloat(bits[i])) <= FLOAT16_MAX)) {
        throw new IllegalArgumentException(
            "element %s at index %d does not fit FLOAT16; allowed are -%s to %s"
                .formatted(elements[i], i, FLOAT16_MAX, FLOAT16_MAX));
      }
    }
    return new Float16(bits);
  }

  /** A vector of signed 8-bit integers; the array is kept. */
  static VectorValue int8(byte... elements) {
    return new Int8(elements);
  }

  /** A vector of bits, eight in each byte, in any order that all vectors share; array kept. */
  static VectorValue binary(byte... bits) {
    return new Binary(bits);
  }

  /**
   * FLOAT32.
   *
   * @param elements kept
   */
  record Float32(float[] elements) implements VectorValue {
    /** Refuses null. */
    public Float32 {
      Objects.requireNonNull(elements, "elements");
    }

    @Override
    public ElementType elementType() {
      return ElementType.FLOAT32;
    }

    @Override
    public int dimension() {
      return elements.length;
    }

    @Override
    public VectorValue copy() {
      return new Float32(elements.clone());
    }

    @Override
    public float[] toFloats() {
      return elements;
    }

    /** Equal bits, with all NaN alike. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Float32(float[] others) && Arrays.equals(elements, others);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(elements);
    }

    @Override
    public String toString() {
      return "FLOAT32[" + dimension() + "]";
    }
  }

  /**
   * FLOAT16.
   *
   * @param bits kept
   */
  record Float16(short[] bits) implements VectorValue {
    /** Refuses null. */
    public Float16 {
      Objects.requireNonNull(bits, "bits");
    }

    @Override
    public ElementType elementType() {
      return ElementType.FLOAT16;
    }

    @Override
    public int dimension() {
      return bits.length;
    }

    @Override
    public VectorValue copy() {
      return new Float16(bits.clone());
    }

    @Override
    public float[] toFloats() {
      float[] floats = new float[bits.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = Float.float16ToFloat(bits[i]);
      }
      return floats;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Float16(short[] others) && Arrays.equals(bits, others);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bits);
    }

    @Override
    public String toString() {
      return "FLOAT16[" + dimension() + "]";
    }
  }

  /**
   * INT8.
   *
   * @param elements kept
   */
  record Int8(byte[] elements) implements VectorValue {
    /** Refuses null. */
    public Int8 {
      Objects.requireNonNull(elements, "elements");
    }

    @Override
    public ElementType elementType() {
      return ElementType.INT8;
    }

    @Override
    public int dimension() {
      return elements.length;
    }

    @Override
    public VectorValue copy() {
      return new Int8(elements.clone());
    }

    @Override
    public float[] toFloats() {
      float[] floats = new float[elements.length];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = elements[i];
      }
      return floats;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Int8(byte[] others) && Arrays.equals(elements, others);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(elements);
    }

    @Override
    public String toString() {
      return "INT8[" + dimension() + "]";
    }
  }

  /**
   * BINARY.
   *
   * @param bits kept; {@code dimension / 8} bytes
   */
  record Binary(byte[] bits) implements VectorValue {
    /** Refuses null. */
    public Binary {
      Objects.requireNonNull(bits, "bits");
    }

    @Override
    public ElementType elementType() {
      return ElementType.BINARY;
    }

    @Override
    public int dimension() {
      return bits.length * Byte.SIZE;
    }

    @Override
    public VectorValue copy() {
      return new Binary(bits.clone());
    }

    /** Bit i is bit {@code i % 8}, counted from the lowest, of byte {@code i / 8}. */
    @Override
    public float[] toFloats() {
      float[] floats = new float[dimension()];
      for (int i = 0; i < floats.length; i++) {
        floats[i] = bits[i >>> 3] >>> (i & 7) & 1;
      }
      return floats;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Binary(byte[] others) && Arrays.equals(bits, others);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bits);
    }

    @Override
    public String toString() {
      return "BINARY[" + dimension() + "]";
    }
  }
}
