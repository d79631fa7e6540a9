package dev.sagitta.distance;

/**
 * The metrics of a collection: what makes two vectors near. Immutable, safe for all threads.
 *
 * <p>The <b>distance</b> is what a caller of a search sees; smaller is always nearer. While it
 * searches, the engine compares <b>scores</b>, which order vectors as distances do and are cheaper;
 * {@link #distance} converts a score once, for the result.
 *
 * <pre>
 *   metric        distance of x and y          its range     score
 *   EUCLIDEAN     sqrt(sum (x_i - y_i)^2)      0 or more     its square
 *   COSINE        1 - x.y / (|x| |y|)          0 to 2        the same before rounding is clamped
 *   DOT_PRODUCT   -(x.y)                       any           the same
 *   MANHATTAN     sum |x_i - y_i|              0 or more     the same
 *   HAMMING       bits that differ             0 or more     the same
 *   JACCARD       1 - |x and y| / |x or y|     0 to 1        the same
 * </pre>
 *
 * <p>The first four compare numbers: FLOAT32, FLOAT16, INT8. The last two compare {@link
 * ElementType#BINARY} vectors; |x| is there the number of bits that are one.
 */
public enum Metric {
  /** The straight line between two points. */
  EUCLIDEAN,

  /** The angle between two vectors, whatever their lengths; a zero vector has none. */
  COSINE,

  /**
   * The negated inner product: the larger the product, the nearer. Not a metric in the strict
   * sense: a vector need not be its own nearest neighbour, and distances are usually negative.
   */
  DOT_PRODUCT,

  /** The sum of the differences of all components. */
  MANHATTAN,

  /** The number of bits in which two vectors differ. */
  HAMMING,

  /**
   * The share of bits set in either vector that are not set in both. Two vectors without a set bit
   * are equal, hence at distance 0.
   */
  JACCARD;

  /** Whether vectors of this type can be compared by this metric. */
  public boolean supports(ElementType elements) {
    return switch (this) {
      case EUCLIDEAN, COSINE, DOT_PRODUCT, MANHATTAN -> elements != ElementType.BINARY;
      case HAMMING, JACCARD -> elements == ElementType.BINARY;
    };
  }

  /**
   * Converts a kernel's score into the distance that a caller sees. Keeps order: a smaller score
   * never gives a larger distance. NaN stays NaN.
   *
   * @param score what a kernel of this metric returned
   * @return the true distance; for cosine within 0 to 2, whatever rounding did to the score
   */
  public float distance(float score) {
    return switch (this) {
      case EUCLIDEAN -> (float) Math.sqrt(score);
      case COSINE -> Math.clamp(score, 0f, 2f);
      case DOT_PRODUCT, MANHATTAN, HAMMING, JACCARD -> score;
    };
  }
}
