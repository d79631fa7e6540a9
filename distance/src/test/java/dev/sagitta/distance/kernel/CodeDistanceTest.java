package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/**
 * Distances over codes: beside a double-precision oracle of the same codes within what floats
 * round, and beside the true distances within what {@link CodeLayout} states.
 */
final class CodeDistanceTest {
  private static final int DIMENSION_MAX = 600;
  private static final double U = ReferenceDistance.UNIT_ROUNDOFF;

  @Provide
  Arbitrary<KernelSet> kernelSets() {
    return KernelSets.arbitrary();
  }

  @Provide
  Arbitrary<Metric> metrics() {
    return Arbitraries.of(Metric.class).filter(metric -> metric.supports(ElementType.INT8));
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void isWithinTheStatedBoundOfTheTrueDistance(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("metrics") Metric metric,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll @IntRange(min = 1, max = 17) int count,
      @ForAll long seed) {
    Trials.run(
        seed,
        random -> {
          CodeLayout layout = usualRange(random, metric, dimension);
          VectorValue[] vectors = new VectorValue[count];
          for (int i = 0; i < count; i++) {
            vectors[i] = withinRange(random, layout);
          }
          float[] query = withinRange(random, layout).toFloats();
          // The query gets no code, so it may be anywhere.
          query[random.nextInt(dimension)] *= 5;
          try (StoredVectors stored = StoredVectors.of(set, layout, vectors)) {
            float[] scores = stored.score(VectorValue.float32(query), stored.ordinals());
            for (int i = 0; i < count; i++) {
              float[] row = vectors[i].toFloats();
              double[] code = exactly(layout, stored, i);
              double rounding = roundingBound(layout, exactQuery(layout, query), code);
              double truth = ReferenceDistance.score(metric, query, row);
              check(layout, query, scores[i], rounding, truth);
            }
          }
        });
  }

  private static void check(
      CodeLayout layout, float[] query, float score, double rounding, double truth) {
    double error = CodeLayoutTest.elementError(layout);
    switch (layout.metric()) {
      case EUCLIDEAN -> {
        double allowed = Math.sqrt(layout.dimension()) * error;
        double distance = Math.sqrt(truth);
        assertTrue(Math.sqrt(Math.max(0, score - rounding)) <= distance + allowed);
        assertTrue(Math.sqrt(score + rounding) >= distance - allowed);
      }
      case MANHATTAN -> assertEquals(truth, score, layout.dimension() * error + rounding);
      case DOT_PRODUCT -> assertEquals(truth, score, absoluteSum(query) * error + rounding);
      case COSINE -> {
        double sum = absoluteSum(query) / ReferenceDistance.norm(query);
        assertTrue(sum <= Math.sqrt(layout.dimension()) * (1 + 1e-9));
        assertEquals(truth, score, sum * error + rounding);
      }
      case HAMMING, JACCARD -> throw new AssertionError();
    }
  }

  private static double absoluteSum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += Math.abs(value);
    }
    return sum;
  }

  /** A range around, beside or far from zero; under cosine where normalised elements are. */
  private static CodeLayout usualRange(Random random, Metric metric, int dimension) {
    if (metric == Metric.COSINE) {
      return new CodeLayout(metric, dimension, -1, 1);
    }
    double scale = Math.pow(10, random.nextInt(-12, 12));
    double min = random.nextInt(3) * -50 * scale;
    return new CodeLayout(metric, dimension, (float) min, (float) (min + 100 * scale));
  }

  private static VectorValue withinRange(Random random, CodeLayout layout) {
    float[] values = new float[layout.dimension()];
    for (int i = 0; i < values.length; i++) {
      values[i] = CodeLayoutTest.within(random, layout);
    }
    return VectorValue.float32(values);
  }

  /** Rows and queries of any kind, within the range or not: the same as arithmetic on the codes. */
  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void agreesWithTheReferenceOfItsCodes(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("metrics") Metric metric,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll @IntRange(min = 1, max = 17) int count,
      @ForAll ElementType elements,
      @ForAll long seed) {
    if (elements == ElementType.BINARY) {
      return;
    }
    Trials.run(
        seed,
        random -> {
          CodeLayout layout = usualRange(random, metric, dimension);
          VectorValue[] vectors = OddVectors.next(random, elements, metric, dimension, count);
          VectorValue query = OddVectors.next(random, elements, metric, dimension);
          try (StoredVectors stored = StoredVectors.of(set, layout, vectors)) {
            float[] scores = stored.score(query, stored.ordinals());
            double[] exact = exactQuery(layout, query.toFloats());
            for (int i = 0; i < count; i++) {
              assertAgrees(layout, exact, exactly(layout, stored, i), scores[i]);
            }
          }
        });
  }

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void storedAgainstStoredAgreesWithTheReferenceOfBothCodes(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("metrics") Metric metric,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll @IntRange(min = 1, max = 9) int count,
      @ForAll long seed) {
    Trials.run(
        seed,
        random -> {
          CodeLayout layout = usualRange(random, metric, dimension);
          VectorValue[] vectors = new VectorValue[count];
          for (int i = 0; i < count; i++) {
            vectors[i] = withinRange(random, layout);
          }
          try (StoredVectors stored = StoredVectors.of(set, layout, vectors)) {
            float[] scores = stored.scoreStored(0, stored.ordinals());
            double[] query = exactly(layout, stored, 0);
            for (int i = 0; i < count; i++) {
              double[] row = exactly(layout, stored, i);
              // A query of decoded floats is off by the rounding of each.
              double decoding = 0;
              for (int j = 0; j < dimension; j++) {
                double end = Math.abs(query[j]) + 128 * layout.step();
                decoding += 2 * U * end * Math.abs(row[j]);
              }
              double bound = roundingBound(layout, query, row) + decoding;
              assertEquals(reference(metric, query, row), scores[i], bound);
            }
          }
        });
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void equalCodesAreAtDistanceZeroAndOthersAsFarBothWays(
      @ForAll("kernelSets") KernelSet set,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    Random random = new Random(seed);
    for (Metric metric : new Metric[] {Metric.EUCLIDEAN, Metric.MANHATTAN}) {
      CodeLayout layout = CodeLayoutTest.anyRange(random, metric, dimension);
      VectorValue vector = withinRange(random, layout);
      VectorValue other = withinRange(random, layout);
      try (StoredVectors stored =
          StoredVectors.of(set, layout, vector, vector, vector, other, vector)) {
        float[] scores = stored.scoreStored(1, stored.ordinals());
        for (int i : new int[] {0, 1, 2, 4}) {
          assertEquals(0, Float.floatToRawIntBits(scores[i]));
        }
        assertEquals(scores[3], stored.scoreStored(3, 1)[0]);
      }
    }
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void isFiniteAndNeverNegativeZeroInAnyRange(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("metrics") Metric metric,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    Trials.run(
        seed,
        random -> {
          CodeLayout layout = CodeLayoutTest.anyRange(random, metric, dimension);
          VectorValue[] vectors =
              OddVectors.next(random, ElementType.FLOAT32, metric, dimension, 9);
          try (StoredVectors stored = StoredVectors.of(set, layout, vectors)) {
            for (VectorValue query : vectors) {
              for (float score : stored.score(query, stored.ordinals())) {
                assertTrue(Float.isFinite(score), () -> layout + " " + score);
                assertTrue(Float.floatToRawIntBits(score) != Float.floatToRawIntBits(-0f));
              }
            }
          }
        });
  }

  /** Steps so small that a far query is an immense number of them away. */
  @Test
  void theNarrowestRangeKeepsScoresFinite() {
    for (Metric metric : new Metric[] {Metric.EUCLIDEAN, Metric.MANHATTAN}) {
      CodeLayout layout = new CodeLayout(metric, 4, 0, Float.MIN_VALUE);
      VectorValue far = VectorValue.float32(1e15f, -1e15f, 1e15f, 0);
      for (KernelSet set : KernelSets.FAST) {
        try (StoredVectors stored = StoredVectors.of(set, layout, far)) {
          assertTrue(Float.isFinite(stored.score(far, 0)[0]));
          assertTrue(stored.score(far, 0)[0] >= 0);
        }
      }
    }
  }

  /**
   * A query too many steps away: what is stated of it is that it counts as no nearer than it is.
   */
  @Test
  void aQueryBeyondTheStepsThatCountIsTakenForNearer() {
    CodeLayout layout = new CodeLayout(Metric.EUCLIDEAN, 1, 0, 1e-20f);
    for (KernelSet set : KernelSets.FAST) {
      try (StoredVectors stored = StoredVectors.of(set, layout, VectorValue.float32(0))) {
        float far = stored.score(VectorValue.float32(1), 0)[0];
        float near = stored.score(VectorValue.float32(1e-10f), 0)[0];
        assertTrue(far > near && far < 1, () -> set.name() + " " + near + " " + far);
      }
    }
  }

  /** The squares of steps this small are below every float, the squares of distances are not. */
  @Test
  void smallStepsKeepTheirSquares() {
    CodeLayout layout = new CodeLayout(Metric.EUCLIDEAN, 100, 0, 255e-22f);
    float[] far = new float[100];
    Arrays.fill(far, 255e-22f);
    try (StoredVectors stored =
        StoredVectors.of(new ScalarKernels(), layout, VectorValue.float32(new float[100]))) {
      float score = stored.score(VectorValue.float32(far), 0)[0];
      assertEquals(100 * 255e-22 * 255e-22, score, 1e-6 * score);
    }
  }

  // The oracle -----------------------------------------------------------------------------------

  private static void assertAgrees(CodeLayout layout, double[] query, double[] row, float score) {
    double expected = reference(layout.metric(), query, row);
    double bound = roundingBound(layout, query, row);
    assertEquals(expected, score, bound, layout::toString);
  }

  /**
   * The query in double precision: what its floats are, under cosine divided by their norm; where
   * steps are compared, no further from the center than is stated.
   */
  private static double[] exactQuery(CodeLayout layout, float[] query) {
    double norm = layout.metric() == Metric.COSINE ? ReferenceDistance.norm(query) : 1;
    boolean steps = layout.metric() == Metric.EUCLIDEAN || layout.metric() == Metric.MANHATTAN;
    double center = center(layout);
    double furthest = steps ? 1e15 * layout.step() : Double.MAX_VALUE;
    double[] exact = new double[query.length];
    for (int i = 0; i < exact.length; i++) {
      double element = query[i] / norm;
      double away = element - center;
      exact[i] = Math.abs(away) <= furthest ? element : center + Math.copySign(furthest, away);
    }
    return exact;
  }

  /** What the code of a row stands for: center + step * code, without a rounding. */
  private static double[] exactly(CodeLayout layout, StoredVectors stored, int ordinal) {
    double center = center(layout);
    double[] elements = new double[layout.dimension()];
    long offset = stored.rows().offsetOf(ordinal);
    for (int i = 0; i < elements.length; i++) {
      byte code = stored.rows().extentOf(ordinal).get(RowLayout.BYTE, offset + i);
      elements[i] = center + (double) layout.step() * code;
    }
    return elements;
  }

  /** What the code zero stands for, a float. */
  private static double center(CodeLayout layout) {
    return layout.decode(MemorySegment.ofArray(new byte[layout.dimension()]), 0)[0];
  }

  private static double reference(Metric metric, double[] query, double[] row) {
    double sum = metric == Metric.COSINE ? 1 : 0;
    for (int i = 0; i < row.length; i++) {
      double difference = query[i] - row[i];
      sum +=
          switch (metric) {
            case EUCLIDEAN -> difference * difference;
            case MANHATTAN -> Math.abs(difference);
            default -> -query[i] * row[i];
          };
    }
    return sum;
  }

  /**
   * How far a kernel may be from {@link #reference} by rounding. An element of the query is rounded
   * twice when it becomes steps from the center, so that a difference is off by three roundings,
   * two of them of the distance from the center; the sums of products round as always, and what the
   * center adds to them is summed in double.
   */
  private static double roundingBound(CodeLayout layout, double[] query, double[] row) {
    double center = center(layout);
    double gamma = ReferenceDistance.gamma(row.length + 4);
    double bound = row.length * (double) Float.MIN_VALUE * (1 + layout.step());
    double result = reference(layout.metric(), query, row);
    for (int i = 0; i < row.length; i++) {
      double difference = Math.abs(query[i] - row[i]);
      double off = 3 * U * (Math.abs(query[i] - center) + difference);
      bound +=
          switch (layout.metric()) {
            case EUCLIDEAN -> 2 * difference * off + off * off + gamma * difference * difference;
            case MANHATTAN -> off + gamma * difference;
            case DOT_PRODUCT -> gamma * Math.abs(query[i] * (row[i] - center));
            default ->
                gamma * Math.abs(query[i] * (row[i] - center))
                    + 2 * U * Math.abs(query[i]) * (Math.abs(row[i]) + Math.abs(center));
          };
    }
    // The result rounds once; in the oracle by the size of the largest parts of its sums.
    double one = layout.metric() == Metric.COSINE ? 1 : 0;
    return bound + U * (Math.abs(result) + one) + 1e-12 * size(layout, query, row);
  }

  private static double size(CodeLayout layout, double[] query, double[] row) {
    double size = 0;
    for (int i = 0; i < row.length; i++) {
      double larger = Math.abs(query[i]) + Math.abs(row[i]);
      size += layout.metric() == Metric.MANHATTAN ? larger : larger * larger;
    }
    return size;
  }
}
