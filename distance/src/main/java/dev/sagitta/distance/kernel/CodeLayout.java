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
 * <p><b>Error.</b> A range that covers [a, b] has steps of (b - a) / 255, or of 2^-126 where that
 * is more. An element within it is off by at most e = step / 2 + r; one outside is taken for the
 * range's end. Half a step is what codes cost; r, which is 2^-21 of the larger of |{@link #min}|
 * and |{@link #max}|, is what floats cost, and matters only where the range is so narrow and far
 * from zero that floats hardly tell its steps apart. The query gets no code. So for a vector within
 * the range, beside a kernel's own rounding:
 *
 * <pre>
 *   metric        the distance is off by at most
 *   EUCLIDEAN     sqrt(dimension) * e
 *   MANHATTAN     dimension * e
 *   DOT_PRODUCT   sum |q_i| * e
 *   COSINE        sum |q_i| / |q| * e, hence sqrt(dimension) * e
 * </pre>
 *
 * <p>A row as the query, see {@link #prepareStored}, is the vector that its code stands for: two
 * errors then instead of one.
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
 *
 * <p>So that a score is finite however narrow the range is, q' goes no further than {@value
 * #STEPS_AWAY_MAX} steps: beyond, a float cannot tell one code from another anyway. The distance
 * over codes of a query that is further away is too small, by any amount.
 */
public final class CodeLayout implements RowFormat {
  private static final int CODE_MIN = Byte.MIN_VALUE;
  private static final int CODE_MAX = Byte.MAX_VALUE;
  private static final int STEPS = CODE_MAX - CODE_MIN;
  private static final float STEPS_AWAY_MAX = 1e15f;

  /** The largest element that a vector may have, so that no score overflows. */
  private static final float ELEMENT_MAX = 1e15f;

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
   *     of bits, {@code min} is not below {@code max}, or either is not from -1e15 to 1e15
   */
  public CodeLayout(Metric metric, int dimension, float min, float max) {
    // Checks metric and dimension, and says how rows are padded.
    RowLayout codes = new RowLayout(ElementType.INT8, uncosined(metric), dimension);
    if (!(min < max) || min < -ELEMENT_MAX || max > ELEMENT_MAX) {
      throw new IllegalArgumentException(
          "min must be below max, and both from -%s to %s; was %s to %s"
              .formatted(ELEMENT_MAX, ELEMENT_MAX, min, max));
    }
    float range = max - min;
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

  /** What one more in a code adds to an element. */
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
   * @return how many elements lie outside the range, and are taken for its ends
   * @throws IllegalArgumentException if the vector has another dimension, or is binary
   * @throws IndexOutOfBoundsException if the row does not fit into {@code target}; part of it may
   *     have been written
   */
  public int encode(VectorValue vector, MemorySegment target, long offset) {
    checkVector(vector);
    float[] values = vector.toFloats();
    double factor = metric == Metric.COSINE ? 1 / RowLayout.norm(vector) : 1;
    int outside = 0;
    for (int i = 0; i < dimension; i++) {
      int steps = Math.round(((float) (values[i] * factor) - center) / step);
      int code = Math.clamp(steps, CODE_MIN, CODE_MAX);
      outside += code == steps ? 0 : 1;
      target.set(RowLayout.BYTE, offset + i, (byte) code);
    }
    target.asSlice(offset + dimension, rowBytes - dimension).fill((byte) 0);
    return outside;
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

  private void checkVector(VectorValue vector) {
    if (vector.elementType() == ElementType.BINARY || vector.dimension() != dimension) {
      throw new IllegalArgumentException(
          "vector must have " + dimension + " numbers, was " + vector);
    }
  }

  @Override
  public PreparedQuery newQuery() {
    return new PreparedQuery(this, rowBytes, 0);
  }

  @Override
  public void prepare(VectorValue vector, PreparedQuery query) {
    checkVector(vector);
    query.setFloats(vector);
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
    boolean inSteps = comparesSteps();
    for (int i = 0; i < dimension; i++) {
      byte code = rows.get(RowLayout.BYTE, offset + i);
      // A code is its own number of steps: equal codes are at distance zero exactly.
      query.floats[i] = inSteps ? code : decode(code);
    }
    setScale(query);
  }

  /** Makes elements comparable with codes. */
  private void fit(PreparedQuery query) {
    if (comparesSteps()) {
      for (int i = 0; i < dimension; i++) {
        float steps = (query.floats[i] - center) / step;
        query.floats[i] = Math.clamp(steps, -STEPS_AWAY_MAX, STEPS_AWAY_MAX);
      }
    }
    setScale(query);
  }

  /** Whether a prepared query holds steps from the center, or elements. */
  private boolean comparesSteps() {
    return switch (metric) {
      case EUCLIDEAN, MANHATTAN -> true;
      case COSINE, DOT_PRODUCT -> false;
      case HAMMING, JACCARD -> throw new AssertionError(metric);
    };
  }

  /** Says what sums over codes are worth. In double, where the square of no step underflows. */
  private void setScale(PreparedQuery query) {
    if (comparesSteps()) {
      query.base = 0;
      query.factor = metric == Metric.EUCLIDEAN ? (double) step * step : step;
      return;
    }
    double sum = 0;
    for (int i = 0; i < dimension; i++) {
      sum += query.floats[i];
    }
    query.base = (metric == Metric.COSINE ? 1 : 0) - center * sum;
    query.factor = -step;
  }

  @Override
  public void finish(
      PreparedQuery query, VectorRows rows, int[] ordinals, int count, float[] scores) {
    for (int i = 0; i < count; i++) {
      // Zero is added because what underflows in the cast must not give negative zero.
      scores[i] = (float) (query.base + query.factor * scores[i]) + 0f;
    }
  }

  @Override
  public String toString() {
    return "CodeLayout[%s, %d, %s to %s]".formatted(metric, dimension, min(), max());
  }
}
