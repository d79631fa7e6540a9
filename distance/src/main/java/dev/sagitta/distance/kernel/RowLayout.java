package dev.sagitta.distance.kernel;

import dev.sagitta.distance.Metric;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The bytes of one stored float32 vector, called a row, and the shape of a query that is scored
 * against rows. Immutable, safe for all threads.
 *
 * <pre>
 *   0                   4 * dimension       4 * dimensionPadded        rowBytes
 *   +-------------------+-------------------+--------------+-----------+
 *   | float x dimension | zeros             | inverse norm | zeros     |
 *   +-------------------+-------------------+--------------+-----------+
 *                                           | COSINE only: 64 bytes    |
 * </pre>
 *
 * <p>Floats are little-endian. {@code dimensionPadded} is a multiple of 16, so a kernel with
 * vectors of up to 512 bits has no tail; {@code rowBytes} is a multiple of 64, so in an extent that
 * starts on a cache line every row does. The vector is stored as it was given; under cosine the
 * inverse of its Euclidean norm stands behind it. All padding is zero, so equal vectors are equal
 * bytes.
 */
public final class RowLayout {
  /** The largest dimension of a row. Core may allow less. */
  public static final int DIMENSION_MAX = 65_536;

  /** Rows start at, and are long, a multiple of this many bytes: a cache line, a 512-bit vector. */
  public static final int ALIGNMENT_BYTES = 64;

  /** A component as it stands in memory. */
  static final ValueLayout.OfFloat COMPONENT =
      ValueLayout.JAVA_FLOAT.withOrder(ByteOrder.LITTLE_ENDIAN);

  /**
   * How far a stored inverse norm may be from what {@link #norm} gives. Sums of at most 65,536
   * squares in double differ by less than a float can tell, whatever their order, so that rounding
   * alone matters.
   */
  private static final int NORM_ULPS_MAX = 4;

  private static final int ALIGNMENT_FLOATS = ALIGNMENT_BYTES / Float.BYTES;

  private final Metric metric;
  private final int dimension;
  private final int dimensionPadded;
  private final int rowBytes;

  /**
   * The layout of vectors of {@code dimension} components that are compared by {@code metric}.
   *
   * @param dimension 1 to {@link #DIMENSION_MAX}
   * @throws IllegalArgumentException if {@code dimension} is outside its range
   */
  public RowLayout(Metric metric, int dimension) {
    if (dimension < 1 || dimension > DIMENSION_MAX) {
      throw new IllegalArgumentException(
          "dimension must be 1 to " + DIMENSION_MAX + ", was " + dimension);
    }
    this.metric = metric;
    this.dimension = dimension;
    this.dimensionPadded = Math.ceilDiv(dimension, ALIGNMENT_FLOATS) * ALIGNMENT_FLOATS;
    int normBytes = metric == Metric.COSINE ? ALIGNMENT_BYTES : 0;
    this.rowBytes = dimensionPadded * Float.BYTES + normBytes;
  }

  /** The metric that rows are compared by. */
  public Metric metric() {
    return metric;
  }

  /** The number of components of a vector. */
  public int dimension() {
    return dimension;
  }

  /** The number of floats of a prepared query: the dimension rounded up to a multiple of 16. */
  public int dimensionPadded() {
    return dimensionPadded;
  }

  /** The bytes from one row to the next, a multiple of 64. */
  public int rowBytes() {
    return rowBytes;
  }

  /**
   * The Euclidean norm of a vector, summed in double precision: exact enough that a caller can hold
   * it against a limit, and neither overflow nor underflow for any finite floats.
   */
  public static double norm(float[] vector) {
    // Four sums, because each addition to one waits for the addition before.
    double squares0 = 0;
    double squares1 = 0;
    double squares2 = 0;
    double squares3 = 0;
    int i = 0;
    for (; i + 3 < vector.length; i += 4) {
      squares0 += (double) vector[i] * vector[i];
      squares1 += (double) vector[i + 1] * vector[i + 1];
      squares2 += (double) vector[i + 2] * vector[i + 2];
      squares3 += (double) vector[i + 3] * vector[i + 3];
    }
    for (; i < vector.length; i++) {
      squares0 += (double) vector[i] * vector[i];
    }
    return Math.sqrt((squares0 + squares1) + (squares2 + squares3));
  }

  /**
   * Writes all {@link #rowBytes} bytes of a row. The components are written bit for bit.
   *
   * @param vector of length {@link #dimension}, checked by the caller to be finite and, under
   *     cosine, to have a norm of at least 1e-30; only read
   * @param offset where the row starts in {@code target}, a multiple of 64 bytes
   * @throws IllegalArgumentException if {@code vector} has another length
   * @throws IndexOutOfBoundsException if the row does not fit into {@code target}; part of it may
   *     have been written
   */
  public void write(float[] vector, MemorySegment target, long offset) {
    checkLength("vector", vector, dimension);
    MemorySegment.copy(vector, 0, target, COMPONENT, offset, dimension);
    for (long at = (long) dimension * Float.BYTES; at < rowBytes; at += Float.BYTES) {
      target.set(COMPONENT, offset + at, 0f);
    }
    if (metric == Metric.COSINE) {
      target.set(COMPONENT, offset + inverseNormOffset(), (float) (1 / norm(vector)));
    }
  }

  /**
   * Reads a row's vector back, bit for bit as it was written.
   *
   * @param offset where the row starts in {@code source}, a multiple of 64 bytes
   * @param target of length {@link #dimension}, overwritten
   * @throws IllegalArgumentException if {@code target} has another length
   * @throws IndexOutOfBoundsException if the row's components are not all within {@code source}
   */
  public void read(MemorySegment source, long offset, float[] target) {
    checkLength("target", target, dimension);
    MemorySegment.copy(source, COMPONENT, offset, target, 0, dimension);
  }

  /**
   * Where a stored row differs from one that {@link #write} wrote of the same vector, in bytes from
   * its start; -1 if nowhere. Components must be the same bit for bit. The inverse norm may differ
   * by {@link #NORM_ULPS_MAX}, because whoever stored the row may have summed in another order.
   *
   * @param row written at offset 0
   */
  public long mismatch(MemorySegment stored, long offset, MemorySegment row) {
    long first = MemorySegment.mismatch(stored, offset, offset + rowBytes, row, 0, rowBytes);
    long behind = inverseNormOffset() + Float.BYTES;
    if (metric != Metric.COSINE || first < inverseNormOffset() || first >= behind) {
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

  /** See {@link Kernel#prepare}. */
  void prepare(float[] vector, float[] preparedQuery) {
    checkLength("vector", vector, dimension);
    checkLength("preparedQuery", preparedQuery, dimensionPadded);
    if (metric == Metric.COSINE) {
      double inverseNorm = 1 / norm(vector);
      for (int i = 0; i < dimension; i++) {
        preparedQuery[i] = (float) (vector[i] * inverseNorm);
      }
    } else {
      System.arraycopy(vector, 0, preparedQuery, 0, dimension);
    }
    Arrays.fill(preparedQuery, dimension, dimensionPadded, 0f);
  }

  /** The inverse norm that {@link #write} left behind a vector; cosine only. */
  float inverseNorm(MemorySegment row, long offset) {
    return row.get(COMPONENT, offset + inverseNormOffset());
  }

  private long inverseNormOffset() {
    return (long) dimensionPadded * Float.BYTES;
  }

  /** Checks once per call of a kernel that query and rows are of this layout. */
  void checkScorable(float[] preparedQuery, VectorRows rows) {
    checkLength("preparedQuery", preparedQuery, dimensionPadded);
    if (rows.rowBytes() != rowBytes) {
      throw new IllegalArgumentException(
          "rows must be " + rowBytes + " bytes long, were " + rows.rowBytes());
    }
  }

  private static void checkLength(String name, float[] array, int length) {
    if (array.length != length) {
      throw new IllegalArgumentException(
          name + " must have length " + length + ", had " + array.length);
    }
  }
}
