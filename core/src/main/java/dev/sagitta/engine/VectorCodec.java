package dev.sagitta.engine;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.VectorValue;
import java.nio.ByteBuffer;

/**
 * The bytes of a vector in the log: its elements, little-endian, one behind the other. Immutable,
 * safe for all threads; buffers are little-endian.
 */
final class VectorCodec {
  private final ElementType elements;
  private final int dimension;

  VectorCodec(ElementType elements, int dimension) {
    this.elements = elements;
    this.dimension = dimension;
  }

  /** Bytes of a vector. */
  int bytes() {
    return elements.bytes(dimension);
  }

  /** A vector of this type and dimension for {@link #get}. */
  VectorValue newVector() {
    return switch (elements) {
      case FLOAT32 -> VectorValue.float32(new float[dimension]);
      case FLOAT16 -> VectorValue.float16(new short[dimension]);
      case INT8 -> VectorValue.int8(new byte[dimension]);
      case BINARY -> VectorValue.binary(new byte[bytes()]);
    };
  }

  /** Puts a vector, and moves the buffer on. */
  void put(VectorValue vector, ByteBuffer target) {
    switch (vector) {
      case VectorValue.Float32(float[] values) -> {
        target.asFloatBuffer().put(values);
        skip(target);
      }
      case VectorValue.Float16(short[] bits) -> {
        target.asShortBuffer().put(bits);
        skip(target);
      }
      case VectorValue.Int8(byte[] values) -> target.put(values);
      case VectorValue.Binary(byte[] bits) -> target.put(bits);
    }
  }

  /** Overwrites the elements of a vector with those that the buffer has, and moves it on. */
  void get(ByteBuffer source, VectorValue vector) {
    switch (vector) {
      case VectorValue.Float32(float[] values) -> {
        source.asFloatBuffer().get(values);
        skip(source);
      }
      case VectorValue.Float16(short[] bits) -> {
        source.asShortBuffer().get(bits);
        skip(source);
      }
      case VectorValue.Int8(byte[] values) -> source.get(values);
      case VectorValue.Binary(byte[] bits) -> source.get(bits);
    }
  }

  private void skip(ByteBuffer buffer) {
    buffer.position(buffer.position() + bytes());
  }
}
