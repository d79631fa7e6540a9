package dev.sagitta.benchmarks.data;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** How files store the elements of vectors, little-endian. A float holds any of them exactly. */
enum ElementFormat {
  FLOAT32(Float.BYTES),
  FLOAT16(Short.BYTES),
  UINT8(Byte.BYTES),
  INT8(Byte.BYTES);

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int bytes;

  ElementFormat(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of an element. */
  int bytes() {
    return bytes;
  }

  /** Reads as many elements as the array has. */
  void read(MemorySegment from, long offset, float[] to) {
    switch (this) {
      case FLOAT32 -> MemorySegment.copy(from, FLOAT, offset, to, 0, to.length);
      case FLOAT16 -> {
        for (int i = 0; i < to.length; i++) {
          to[i] = Float.float16ToFloat(from.get(SHORT, offset + (long) i * Short.BYTES));
        }
      }
      case UINT8 -> {
        for (int i = 0; i < to.length; i++) {
          to[i] = Byte.toUnsignedInt(from.get(ValueLayout.JAVA_BYTE, offset + i));
        }
      }
      case INT8 -> {
        for (int i = 0; i < to.length; i++) {
          to[i] = from.get(ValueLayout.JAVA_BYTE, offset + i);
        }
      }
    }
  }
}
