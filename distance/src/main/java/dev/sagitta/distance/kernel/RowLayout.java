package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of one stored vector, called a row. Immutable, safe for all threads.
 *
 * <pre>
 *   0                    elementBytes        paddedBytes            rowBytes
 *   +--------------------+-------------------+--------------+-----------+
 *   | elements           | zeros             | inverse norm | zeros     |
 *   +--------------------+-------------------+--------------+-----------+
 *                                            | COSINE only: 64 bytes    |
 * </pre>
 *
 * <p>Elements are little-endian. {@code paddedBytes} is a multiple of 64, so a kernel with vectors
 * of up to 512 bits has no tail; {@code rowBytes} is too, so in an extent that starts on a cache
 * line every row does. The vector is stored as it was given; under cosine the inverse of its
 * Euclidean norm, a float, stands behind it. All padding is zero, so equal vectors are equal bytes.
 */
public final class RowLayout implements RowFormat {
  /** The largest dimension of a row. Core may allow less. */
  public static final int DIMENSION_MAX = 65_536;

  static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * How far a stored inverse norm may be from what {@link #norm} gives. Sums of at most 65,536
   * squares in double differ by less than a float can tell, whatever their order, so that rounding
   * alone matters.
   */
  private static final int NORM_ULPS_MAX = 4;

  private final ElementType elements;
  private final Metric metric;
  private final int dimension;
  private final int elementBytes;
  private final int paddedBytes;
  private final int rowBytes;

  /**
   * The layout of vectors of {@code dimension} elements that are compared by {@code metric}.
   *
   * @param dimension 1 to {@link #DIMENSION_MAX}; of binary vectors a multiple of 8
   * @throws IllegalArgumentException if {@code dimension} is outside its range, or the metric does
   *     not compare such elements
   */
  public RowLayout(ElementType elements, Metric metric, int dimension) {
    if (dimension < 1 || dimension > DIMENSION_MAX || !elements.allows(dimension)) {
      throw new IllegalArgumentException(
          "dimension must be 1 to "
              + DIMENSION_MAX
              + (elements == ElementType.BINARY ? " and a multiple of 8" : "")
              + ", was "
              + dimension);
    }
    if (!metric.supports(elements)) {
      throw new IllegalArgumentException("metric " + metric + " does not compare " + elements);
    }
    this.elements = elements;
    this.metric = metric;
    this.dimension = dimension;
    this.elementBytes = elements.bytes(dimension);
    this.paddedBytes = Math.ceilDiv(elementBytes, ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
    this.rowBytes = paddedBytes + (metric == Metric.COSINE ? ALIGNMENT_BYTES : 0);
  }

  @Override
  public ElementType elements() {
    return elements;
  }

  @Override
  public Metric metric() {
    return metric;
  }

  @Override
  public int dimension() {
    return dimension;
  }

  @Override
  public int rowBytes() {
    return rowBytes;
  }

  /** The elements of a row with its padding. */
  private int elementsPadded() {
    return paddedBytes * Byte.SIZE / elements.bits();
  }

  // Norms ----------------------------------------------------------------------------------------

  /**
   * The Euclidean norm of a vector, summed in double precision: exact enough that a caller can hold
   * it against a limit, and neither overflow nor underflow for any finite floats.
   *
   * @throws IllegalArgumentException if the vector is binary
   */
  public static double norm(VectorValue vector) {
    return switch (vector) {
      case VectorValue.Float32(float[] values) -> norm(values);
      case VectorValue.Float16(short[] bits) -> norm(bits);
      case VectorValue.Int8(byte[] values) -> norm(values);
      case VectorValue.Binary bits ->
          throw new IllegalArgumentException("a binary vector has no norm: " + bits);
    };
  }

  private static double norm(float[] values) {
    // Four sums, because each addition to one waits for the addition before.
    double squares0 = 0;
    double squares1 = 0;
    double squares2 = 0;
    double squares3 = 0;
    int i = 0;
    for (; i + 3 < values.length; i += 4) {
      squares0 += (double) values[i] * values[i];
      squares1 += (double) values[i + 1] * values[i + 1];
      squares2 += (double) values[i + 2] * values[i + 2];
      squares3 += (double) values[i + 3] * values[i + 3];
    }
    for (; i < values.length; i++) {
      squares0 += (double) values[i] * values[i];
    }
    return Math.sqrt((squares0 + squares1) + (squares2 + squares3));
  }

  private static double norm(short[] halves) {
    // At most 65,536 squares of 2^32, each of 22 bits: exact but for the smallest.
    double squares = 0;
    for (short half : halves) {
      double value = Float.float16ToFloat(half);
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  private static double norm(byte[] values) {
    // At most 65,536 squares of 2^14: exact.
    int squares = 0;
    for (byte value : values) {
      squares += value * value;
    }
    return Math.sqrt(squares);
  }

  // Rows -----------------------------------------------------------------------------------------

  /**
   * Writes all {@link #rowBytes} bytes of a row. The elements are written bit for bit.
   *
   * @param vector of this layout's type and dimension, checked by the caller to be finite and,
   *     under cosine, to have a norm of at least 1e-30; only read
   * @param offset where the row starts in {@code target}, a multiple of 64 bytes
   * @throws IllegalArgumentException if {@code vector} has another type or dimension
   * @throws IndexOutOfBoundsException if the row does not fit into {@code target}; part of it may
   *     have been written
   */
  public void write(VectorValue vector, MemorySegment target, long offset) {
    checkVector(vector, elements);
    switch (vector) {
      case VectorValue.Float32(float[] values) ->
          MemorySegment.copy(values, 0, target, FLOAT, offset, values.length);
      case VectorValue.Float16(short[] bits) ->
          MemorySegment.copy(bits, 0, target, SHORT, offset, bits.length);
      case VectorValue.Int8(byte[] values) ->
          MemorySegment.copy(values, 0, target, BYTE, offset, values.length);
      case VectorValue.Binary(byte[] bits) ->
          MemorySegment.copy(bits, 0, target, BYTE, offset, bits.length);
    }
    target.asSlice(offset + elementBytes, rowBytes - elementBytes).fill((byte) 0);
    if (metric == Metric.COSINE) {
      target.set(FLOAT, offset + paddedBytes, (float) (1 / norm(vector)));
    }
  }

  /**
   * Reads a row's vector back, bit for bit as it was written, into a new array.
   *
   * @param offset where the row starts in {@code source}, a multiple of 64 bytes
   * @throws IndexOutOfBoundsException if the row's elements are not all within {@code source}
   */
  public VectorValue read(MemorySegment source, long offset) {
    return switch (elements) {
      case FLOAT32 -> {
        float[] values = new float[dimension];
        MemorySegment.copy(source, FLOAT, offset, values, 0, dimension);
        yield VectorValue.float32(values);
      }
      case FLOAT16 -> {
        short[] bits = new short[dimension];
        MemorySegment.copy(source, SHORT, offset, bits, 0, dimension);
        yield VectorValue.float16(bits);
      }
      case INT8 -> VectorValue.int8(bytes(source, offset));
      case BINARY -> VectorValue.binary(bytes(source, offset));
    };
  }

  private byte[] bytes(MemorySegment source, long offset) {
    byte[] bytes = new byte[elementBytes];
    MemorySegment.copy(source, BYTE, offset, bytes, 0, bytes.length);
    return bytes;
  }

  /**
   * Where a stored row differs from one that {@link #write} wrote of the same vector, in bytes from
   * its start; -1 if nowhere. Elements must be the same bit for bit. The inverse norm may differ by
   * {@link #NORM_ULPS_MAX}, because whoever stored the row may have summed in another order.
   *
   * @param row written at offset 0
   */
  public long mismatch(MemorySegment stored, long offset, MemorySegment row) {
    long first = MemorySegment.mismatch(stored, offset, offset + rowBytes, row, 0, rowBytes);
    long behind = (long) paddedBytes + Float.BYTES;
    if (metric != Metric.COSINE || first < paddedBytes || first >= behind) {
      return first;
    }
    float expected = inverseNorm(row, 0);
    float difference = Math.abs(inverseNorm(stored, offset) - expected);
    if (!(difference <= NORM_ULPS_MAX * Math.ulp(expected))) {
      return first;
    }
    long rest =
        MemorySegment.mismatch(stored, offset + behind, offset + rowBytes, row, behind, rowBytes);
    return rest < 0 ? -1 : behind + rest;
  }

  /** The inverse norm that {@link #write} left behind a vector; cosine only. */
  private float inverseNorm(MemorySegment row, long offset) {
    return row.get(FLOAT, offset + paddedBytes);
  }

  // Queries --------------------------------------------------------------------------------------

  @Override
  public PreparedQuery newQuery() {
    return elements == ElementType.BINARY
        ? new PreparedQuery(this, 0, paddedBytes / Long.BYTES)
        : new PreparedQuery(this, elementsPadded(), 0);
  }

  @Override
  public void prepare(VectorValue vector, PreparedQuery query) {
    checkVector(vector, elements == ElementType.BINARY ? elements : ElementType.FLOAT32);
    if (vector instanceof VectorValue.Binary(byte[] bits)) {
      Arrays.fill(query.words, 0);
      for (int i = 0; i < bits.length; i++) {
        query.words[i / Long.BYTES] |= (bits[i] & 0xFFL) << ((i % Long.BYTES) * Byte.SIZE);
      }
      return;
    }
    query.setFloats(vector);
    if (metric == Metric.COSINE) {
      scale(query.floats, 1 / norm(vector));
    }
  }

  @Override
  public void prepareStored(MemorySegment rows, long offset, PreparedQuery query) {
    float[] floats = query.floats;
    switch (elements) {
      case FLOAT32 -> MemorySegment.copy(rows, FLOAT, offset, floats, 0, dimension);
      case FLOAT16 -> {
        for (int i = 0; i < dimension; i++) {
          floats[i] = Float.float16ToFloat(rows.get(SHORT, offset + (long) i * Short.BYTES));
        }
      }
      case INT8 -> {
        for (int i = 0; i < dimension; i++) {
          floats[i] = rows.get(BYTE, offset + i);
        }
      }
      case BINARY -> MemorySegment.copy(rows, LONG, offset, query.words, 0, query.words.length);
    }
    if (metric == Metric.COSINE) {
      scale(floats, inverseNorm(rows, offset));
    }
  }

  private void scale(float[] floats, double factor) {
    for (int i = 0; i < dimension; i++) {
      floats[i] = (float) (floats[i] * factor);
    }
  }

  @Override
  public void finish(
      PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] scores) {
    switch (metric) {
      case DOT_PRODUCT -> {
        for (int i = 0; i < count; i++) {
          // Subtracted from zero, not negated: a product of zero must not give negative zero.
          scores[i] = 0f - scores[i];
        }
      }
      case COSINE -> {
        for (int i = 0; i < count; i++) {
          int ordinal = ordinals[i];
          float inverseNorm = inverseNorm(rows.extentOf(ordinal), rows.offsetOf(ordinal));
          scores[i] = 1f - scores[i] * inverseNorm;
        }
      }
      case EUCLIDEAN, MANHATTAN, HAMMING, JACCARD -> {}
    }
  }

  /** Checks that a vector has this dimension, and this layout's type or another that suits. */
  private void checkVector(VectorValue vector, ElementType other) {
    ElementType type = vector.elementType();
    if (type != elements && type != other) {
      throw new IllegalArgumentException("elements must be " + elements + ", were " + type);
    }
    if (vector.dimension() != dimension) {
      throw new IllegalArgumentException(
          "vector must have dimension " + dimension + ", had " + vector.dimension());
    }
  }

  @Override
  public String toString() {
    return "RowLayout[" + elements + ", " + metric + ", " + dimension + "]";
  }
}
