package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.util.Arrays;
import java.util.Random;

/** Random vectors of every type, most of them of values that arithmetic might get wrong. */
final class OddVectors {
  /** What the elements of a vector are like. */
  enum Shape {
    ORDINARY,
    /** Near the largest that core lets in. */
    LARGE,
    /** Subnormal numbers, where the type has them. */
    TINY,
    /** Of a size whose squares are subnormal or zero. */
    SMALL,
    SIGNED_ZEROS,
    /** The largest, the lowest and the smallest side by side. */
    EXTREMES,
    /** Of all magnitudes. */
    WIDE,
    ALL_ZERO,
    ALL_ONE
  }

  private static final Shape[] SHAPES = Shape.values();
  private static final float FLOAT32_LARGEST = 1e15f;

  private OddVectors() {}

  /** A vector that has a score by a metric: under cosine its norm is at least 1e-30. */
  static VectorValue next(Random random, ElementType elements, Metric metric, int dimension) {
    Shape shape = SHAPES[random.nextInt(SHAPES.length)];
    if (elements == ElementType.BINARY) {
      return bits(random, shape, dimension);
    }
    float[] values = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      values[i] = element(random, shape, elements);
    }
    VectorValue vector = of(elements, values);
    if (metric == Metric.COSINE && RowLayout.norm(vector) < 1e-30) {
      values[random.nextInt(dimension)] = 1;
      return of(elements, values);
    }
    return vector;
  }

  /** Vectors for {@link #next}'s caller, none like another but by chance. */
  static VectorValue[] next(
      Random random, ElementType elements, Metric metric, int dimension, int count) {
    VectorValue[] vectors = new VectorValue[count];
    Arrays.setAll(vectors, i -> next(random, elements, metric, dimension));
    return vectors;
  }

  /** Vectors without oddities, around the origin; the first element of each is one. */
  static VectorValue[] ordinary(Random random, ElementType elements, int dimension, int count) {
    VectorValue[] vectors = new VectorValue[count];
    for (int i = 0; i < count; i++) {
      if (elements == ElementType.BINARY) {
        vectors[i] = bits(random, Shape.ORDINARY, dimension);
      } else {
        float[] values = new float[dimension];
        for (int j = 0; j < dimension; j++) {
          values[j] = element(random, Shape.ORDINARY, elements);
        }
        values[0] = 1;
        vectors[i] = of(elements, values);
      }
    }
    return vectors;
  }

  /** The first elements of a vector. */
  static VectorValue prefix(VectorValue vector, int dimension) {
    return switch (vector) {
      case VectorValue.Float32(float[] values) ->
          VectorValue.float32(Arrays.copyOf(values, dimension));
      case VectorValue.Float16(short[] bits) -> VectorValue.float16(Arrays.copyOf(bits, dimension));
      case VectorValue.Int8(byte[] values) -> VectorValue.int8(Arrays.copyOf(values, dimension));
      case VectorValue.Binary(byte[] bits) ->
          VectorValue.binary(Arrays.copyOf(bits, dimension / Byte.SIZE));
    };
  }

  /** A numeric vector of a type, of floats that fit it. */
  private static VectorValue of(ElementType elements, float[] values) {
    return switch (elements) {
      case FLOAT32 -> VectorValue.float32(values.clone());
      case FLOAT16 -> VectorValue.roundedToFloat16(values);
      case INT8 -> {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = (byte) values[i];
        }
        yield VectorValue.int8(bytes);
      }
      case BINARY -> throw new AssertionError();
    };
  }

  private static float element(Random random, Shape shape, ElementType elements) {
    float largest = largest(elements);
    float sign = random.nextBoolean() ? 1 : -1;
    return switch (shape) {
      case ORDINARY -> Math.clamp((float) random.nextGaussian() * ordinary(elements), -127, 127);
      case LARGE -> sign * largest * (1 - random.nextFloat() / 4);
      case TINY ->
          sign * tiniest(elements) * (1 + random.nextInt(elements == ElementType.INT8 ? 1 : 1000));
      case SMALL -> sign * small(random, elements) * (1 + random.nextInt(3));
      case SIGNED_ZEROS -> random.nextInt(8) == 0 ? sign : sign * 0f;
      case EXTREMES ->
          switch (random.nextInt(4)) {
            case 0 -> largest;
            case 1 -> elements == ElementType.INT8 ? Byte.MIN_VALUE : -largest;
            case 2 -> 0f;
            default -> sign * tiniest(elements);
          };
      case WIDE -> {
        double from = Math.log(tiniest(elements));
        yield sign * (float) Math.exp(from + random.nextDouble() * (Math.log(largest) - from));
      }
      case ALL_ZERO -> 0;
      case ALL_ONE -> 1;
    };
  }

  private static float largest(ElementType elements) {
    return switch (elements) {
      case FLOAT32 -> FLOAT32_LARGEST;
      case FLOAT16 -> VectorValue.FLOAT16_MAX;
      case INT8, BINARY -> Byte.MAX_VALUE;
    };
  }

  private static float tiniest(ElementType elements) {
    return switch (elements) {
      case FLOAT32 -> Float.MIN_VALUE;
      case FLOAT16 -> 0x1p-24f;
      case INT8, BINARY -> 1;
    };
  }

  private static float ordinary(ElementType elements) {
    return elements == ElementType.INT8 ? 40 : 1;
  }

  private static float small(Random random, ElementType elements) {
    return switch (elements) {
      case FLOAT32 -> random.nextBoolean() ? 1e-22f : 1e-18f;
      case FLOAT16 -> 1e-3f;
      case INT8, BINARY -> 1;
    };
  }

  private static VectorValue bits(Random random, Shape shape, int dimension) {
    byte[] bits = new byte[dimension / Byte.SIZE];
    switch (shape) {
      case ORDINARY, SIGNED_ZEROS, EXTREMES, WIDE -> random.nextBytes(bits);
      case TINY -> bits[random.nextInt(bits.length)] = (byte) (1 << random.nextInt(Byte.SIZE));
      case SMALL -> bits[bits.length - 1] = Byte.MIN_VALUE;
      case LARGE -> {
        Arrays.fill(bits, (byte) -1);
        bits[0] = 0x7F;
      }
      case ALL_ONE -> Arrays.fill(bits, (byte) -1);
      case ALL_ZERO -> {}
    }
    return VectorValue.binary(bits);
  }
}
