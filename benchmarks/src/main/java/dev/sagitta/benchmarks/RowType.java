package dev.sagitta.benchmarks;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.CodeLayout;
import dev.sagitta.distance.kernel.RowFormat;
import dev.sagitta.distance.kernel.RowLayout;
import java.lang.foreign.MemorySegment;
import java.util.random.RandomGenerator;

/** What the rows of a measurement hold: vectors of an element type, or codes of float vectors. */
enum RowType {
  FLOAT32,
  FLOAT16,
  INT8,
  BINARY,
  CODES;

  /** Components are drawn from minus to plus this. */
  private static final float COMPONENT_MAX = 0.5f;

  /** Whether a metric compares such rows. */
  boolean supports(Metric metric) {
    return metric.supports(
        switch (this) {
          case FLOAT32, CODES -> ElementType.FLOAT32;
          case FLOAT16 -> ElementType.FLOAT16;
          case INT8 -> ElementType.INT8;
          case BINARY -> ElementType.BINARY;
        });
  }

  /**
   * The format of rows.
   *
   * @throws IllegalArgumentException if the metric does not compare such rows
   */
  RowFormat format(Metric metric, int dimension) {
    return switch (this) {
      case FLOAT32 -> new RowLayout(ElementType.FLOAT32, metric, dimension);
      case FLOAT16 -> new RowLayout(ElementType.FLOAT16, metric, dimension);
      case INT8 -> new RowLayout(ElementType.INT8, metric, dimension);
      case BINARY -> new RowLayout(ElementType.BINARY, metric, dimension);
      case CODES -> {
        float max =
            metric == Metric.COSINE
                ? COMPONENT_MAX / (float) Math.sqrt(dimension / 12.0) // a typical norm
                : COMPONENT_MAX;
        yield new CodeLayout(metric, dimension, -max, max);
      }
    };
  }

  /** A random vector to store or to ask with. */
  VectorValue vector(RandomGenerator random, int dimension) {
    return switch (this) {
      case FLOAT32, CODES -> VectorValue.float32(floats(random, dimension));
      case FLOAT16 -> VectorValue.roundedToFloat16(floats(random, dimension));
      case INT8 -> VectorValue.int8(bytes(random, dimension));
      case BINARY -> VectorValue.binary(bytes(random, dimension / Byte.SIZE));
    };
  }

  private static float[] floats(RandomGenerator random, int count) {
    float[] floats = new float[count];
    for (int i = 0; i < count; i++) {
      floats[i] = random.nextFloat(-COMPONENT_MAX, COMPONENT_MAX);
    }
    return floats;
  }

  private static byte[] bytes(RandomGenerator random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Writes the row of a vector. */
  static void write(RowFormat format, VectorValue vector, MemorySegment target, long offset) {
    switch (format) {
      case RowLayout layout -> layout.write(vector, target, offset);
      case CodeLayout codes -> codes.encode(vector, target, offset);
    }
  }
}
