package dev.sagitta.distance;

/**
 * What the elements of a collection's vectors are. Vectors are stored as they are given and come
 * back bit for bit; nothing is converted to another type. Immutable, safe for all threads.
 */
public enum ElementType {
  /** IEEE 754 single precision, {@code float}. */
  FLOAT32(32),

  /**
   * IEEE 754 half precision, the bits in a {@code short} as {@link Float#floatToFloat16} gives
   * them: 11 significant bits, up to 65,504.
   */
  FLOAT16(16),

  /** Signed integers of 8 bits, {@code byte}, -128 to 127. */
  INT8(8),

  /** Single bits, eight in a {@code byte}: a set, or the signs of a longer vector. */
  BINARY(1);

  private final int bits;

  ElementType(int bits) {
    this.bits = bits;
  }

  /** Bits that an element takes. */
  public int bits() {
    return bits;
  }

  /** Bytes that a vector's elements take, for a dimension that {@link #allows} accepts. */
  public int bytes(int dimension) {
    return Math.toIntExact((long) dimension * bits / Byte.SIZE);
  }

  /** Whether vectors of a dimension fill whole bytes: always, but for bits. */
  public boolean allows(int dimension) {
    return (long) dimension * bits % Byte.SIZE == 0;
  }
}
