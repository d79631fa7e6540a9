package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.lang.foreign.MemorySegment;

/**
 * The bytes of a vector's code, which takes less memory than the vector and tells about where it
 * is: each element as one of 256 steps of a range that is the same for all elements. For walking a
 * graph; what a walk finds is compared by the vectors themselves. Immutable, safe for all threads.
 *
 * <pre>
 *   0                    dimension             rowBytes, a multiple of 64
 *   +--------------------+-----------------------+
 *   | code x dimension   | zeros                 |
 *   +--------------------+-----------------------+
 *
 *   element ~ center + step * code,  code from -128 to 127
 * </pre>
 *
 * <p>Under cosine the vector is normalised before it is encoded, so a row needs no norm.
 *
 * <p><b>Error.</b> An element within the range is off by at most half a step; one outside is taken
 * for the range's end. The query is not rounded. A range that covers [a, b] has steps of (b - a) /
 * 255, so for a vector within it the Manhattan distance is off by at most dimension * step / 2, the
 * Euclidean one by at most sqrt(dimension) * step / 2, a dot product by at most sum |q_i| * step /
 * 2.
 *
 * <p>Uniform scalar quantisation; see for instance Jegou, Douze and Schmid, Product quantization
 * for nearest neighbor search, 2011, section II, of which it is the simplest case. With one range
 * for all elements the sums over codes are those of {@link ElementType#INT8} rows, so that kernels
 * are shared: with q' = (q - center) / step
 *
 * <pre>
 *   sum (q_i - x_i)^2 = step^2 sum (q'_i - code_i)^2
 *   sum |q_i - x_i|   = step   sum |q'_i - code_i|
 *   sum q_i x_i       = center sum q_i + step sum q_i code_i
 * </pre>
 */
public final class CodeLayout implements RowFormat {
  private static final int CODE_MIN = Byte.MIN_VALUE;
  private static final int CODE_MAX = Byte.MAX_VALUE;
  private static final int STEPS = CODE_MAX - CODE_MIN;

  private final Metric metric;
  private final int dimension;
  private final int rowBytes;
  private final float center;
  private final float step;

  /**
   * Codes of vectors whose elements, under cosine of the normalised vectors, are mostly from {@code
   * min} to {@code max}.
   *
   * @param metric one that compares numbers
   * @param dimension 1 to {@link RowLayout#DIMENSION_MAX}
   * @throws IllegalArgumentException if {@code dimension} is outside its range, the metric is one
   *     of bits, or {@code min} is not below {@code max} and both finite
   */
  public CodeLayout(Metric metric, int dimension, float min, float max) {
    // Checks metric and dimension, and says how rows are padded.
    RowLayout codes = new RowLayout(ElementType.INT8, uncosined(metric), dimension);
    float range = max - min;
    if (!(range > 0) || !Float.isFinite(range)) {
      throw new IllegalArgumentException("a range must be finite, was " + min + " to " + max);
    }
    this.metric = metric;
    this.dimension = dimension;
    this.rowBytes = codes.rowBytes();
    this.step = Math.max(range / STEPS, Float.MIN_NORMAL);
    this.center = min - CODE_MIN * step;
  }

  /** Rows of codes have no norm behind them. */
  private static Metric uncosined(Metric metric) {
    return metric == Metric.COSINE ? Metric.DOT_PRODUCT : metric;
  }

  @Override
  public ElementType elements() {
    return ElementType.INT8;
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

  /** What one more in a code adds to an element; twice the error of an element in the range. */
  public float step() {
    return step;
  }

  /** The smallest element that has a code of its own. */
  public float min() {
    return decode((byte) CODE_MIN);
  }

  /** The largest element that has a code of its own. */
  public float max() {
    return decode((byte) CODE_MAX);
  }

  /**
   * Writes all {@link #rowBytes} bytes of a vector's code.
   *
   * @param vector of numbers and of this dimension, finite and, under cosine, with a norm of at
   *     least 1e-30; only read
   * @param offset where the row starts in {@code target}, a multiple of 64 bytes
   */
  public void encode(VectorValue vector, MemorySegment target, long offset) {
    float[] values = floats(vector);
    double factor = metric == Metric.COSINE ? 1 / RowLayout.norm(vector) : 1;
    for (int i = 0; i < dimension; i++) {
      target.set(RowLayout.BYTE, offset + i, encode((float) (values[i] * factor)));
    }
    target.asSlice(offset + dimension, rowBytes - dimension).fill((byte) 0);
  }

  private byte encode(float element) {
    return (byte) Math.clamp(Math.round((element - center) / step), CODE_MIN, CODE_MAX);
  }

  private float decode(byte code) {
    return center + step * code;
  }

  /** The vector that a code stands for, under cosine of a norm of about one. */
  public float[] decode(MemorySegment source, long offset) {
    float[] values = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      values[i] = decode(source.get(RowLayout.BYTE, offset + i));
    }
    return values;
  }

  private float[] floats(VectorValue vector) {
    if (vector.elementType() == ElementType.BINARY || vector.dimension() != dimension) {
      throw new IllegalArgumentException(
          "vector must have " + dimension + " numbers, was " + vector);
    }
    return vector.toFloats();
  }

  @Override
  public PreparedQuery newQuery() {
    return new PreparedQuery(this, rowBytes, 0);
  }

  @Override
  public void prepare(VectorValue vector, PreparedQuery query) {
    System.arraycopy(floats(vector), 0, query.floats, 0, dimension);
    if (metric == Metric.COSINE) {
      double factor = 1 / RowLayout.norm(vector);
      for (int i = 0; i < dimension; i++) {
        query.floats[i] = (float) (query.floats[i] * factor);
      }
    }
    fit(query);
  }

  @Override
  public void prepareStored(MemorySegment rows, long offset, PreparedQuery query) {
    for (int i = 0; i < dimension; i++) {
      query.floats[i] = decode(rows.get(RowLayout.BYTE, offset + i));
    }
    fit(query);
  }

  /** Makes elements comparable with codes. */
  private void fit(PreparedQuery query) {
    switch (metric) {
      case EUCLIDEAN, MANHATTAN -> {
        for (int i = 0; i < dimension; i++) {
          query.floats[i] = (query.floats[i] - center) / step;
        }
        query.base = 0;
        query.factor = metric == Metric.EUCLIDEAN ? step * step : step;
      }
      case COSINE, DOT_PRODUCT -> {
        double sum = 0;
        for (int i = 0; i < dimension; i++) {
          sum += query.floats[i];
        }
        query.base = (float) ((metric == Metric.COSINE ? 1 : 0) - center * sum);
        query.factor = -step;
      }
      case HAMMING, JACCARD -> throw new AssertionError(metric);
    }
  }

  @Override
  public void finish(
      PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] scores) {
    for (int i = 0; i < count; i++) {
      scores[i] = query.base + query.factor * scores[i];
    }
  }

  @Override
  public String toString() {
    return "CodeLayout[%s, %d, %s to %s]".formatted(metric, dimension, min(), max());
  }
}
