package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.sagitta.distance.Metric;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel of every metric, beside the double-precision oracle. */
final class KernelTest {
  private static final int DIMENSION_MAX = 520;

  @Provide
  Arbitrary<KernelSet> kernelSets() {
    return Arbitraries.of(new ScalarKernels(), new SimdKernels());
  }

  /** From where squares underflow to near the largest component that core lets in. */
  @Provide
  Arbitrary<Double> scales() {
    return Arbitraries.of(1.0, 1e-25, 1e-18, 1e-3, 1e3, 1e14);
  }

  static Stream<Arguments> kernels() {
    return Stream.of(new ScalarKernels(), new SimdKernels())
        .flatMap(set -> Arrays.stream(Metric.values()).map(metric -> Arguments.of(set, metric)));
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void agreesWithTheReference(
      @ForAll("kernelSets") KernelSet set,
      @ForAll Metric metric,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll @IntRange(min = 1, max = 13) int count,
      @ForAll("scales") double scale,
      @ForAll long seed) {
    Random random = new Random(seed);
    Kernel kernel = set.kernel(new RowLayout(metric, dimension));
    float[] query = StoredVectors.random(random, 1, dimension, scale)[0];
    try (StoredVectors stored =
        StoredVectors.of(kernel, StoredVectors.random(random, count, dimension, scale))) {
      stored.checkAgainstReference(query);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void agreesWithTheReferenceInEveryDimension(KernelSet set, Metric metric) {
    Random random = new Random(25);
    for (int dimension = 1; dimension <= DIMENSION_MAX; dimension++) {
      Kernel kernel = set.kernel(new RowLayout(metric, dimension));
      float[] query = StoredVectors.random(random, 1, dimension, 1)[0];
      try (StoredVectors stored =
          StoredVectors.of(kernel, StoredVectors.random(random, 5, dimension, 1))) {
        stored.checkAgainstReference(query);
      }
    }
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void scoreDoesNotDependOnTheOtherRowsOfTheCall(
      @ForAll("kernelSets") KernelSet set,
      @ForAll Metric metric,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll @IntRange(min = 1, max = 13) int count,
      @ForAll long seed) {
    Random random = new Random(seed);
    Kernel kernel = set.kernel(new RowLayout(metric, dimension));
    float[][] vectors = StoredVectors.random(random, 9, dimension, 1);
    try (StoredVectors stored = StoredVectors.of(kernel, vectors)) {
      int[] ordinals = random.ints(count, 0, vectors.length).toArray();
      float[] together = stored.score(vectors[0], ordinals);
      for (int i = 0; i < count; i++) {
        float alone = stored.score(vectors[0], ordinals[i])[0];
        assertSameBits(alone, together[i]);
      }
    }
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void scoreIsSymmetric(
      @ForAll("kernelSets") KernelSet set,
      @ForAll Metric metric,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    Kernel kernel = set.kernel(new RowLayout(metric, dimension));
    float[][] vectors = StoredVectors.random(new Random(seed), 2, dimension, 1);
    try (StoredVectors stored = StoredVectors.of(kernel, vectors)) {
      float there = stored.score(vectors[0], 1)[0];
      float back = stored.score(vectors[1], 0)[0];
      // Under cosine the query alone is normalised before it is multiplied.
      double tolerance =
          metric == Metric.COSINE
              ? 2 * ReferenceDistance.errorBound(metric, vectors[0], vectors[1])
              : 0;
      assertEquals(there, back, tolerance);
    }
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void equalVectorsAreAtDistanceZero(
      @ForAll("kernelSets") KernelSet set,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll("scales") double scale,
      @ForAll long seed) {
    float[] vector = StoredVectors.random(new Random(seed), 1, dimension, scale)[0];
    for (Metric metric : new Metric[] {Metric.EUCLIDEAN, Metric.MANHATTAN}) {
      Kernel kernel = set.kernel(new RowLayout(metric, dimension));
      try (StoredVectors stored = StoredVectors.of(kernel, vector, vector, vector, vector)) {
        for (float score : stored.score(vector, 0, 1, 2, 3, 0)) {
          assertSameBits(0f, score);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void neverReturnsNegativeZero(KernelSet set, Metric metric) {
    Kernel kernel = set.kernel(new RowLayout(metric, 2));
    float[] query = {1f, 0f};
    float[][] vectors = {{0f, 1f}, {-0f, -1f}, {1f, -0f}, {1f, 0f}, {0f, 1f}};
    try (StoredVectors stored = StoredVectors.of(kernel, vectors)) {
      for (float score : stored.score(query, 0, 1, 2, 3, 4)) {
        assertTrue(Float.floatToRawIntBits(score) != Float.floatToRawIntBits(-0f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void writesOnlyTheScoresOfTheCount(KernelSet set, Metric metric) {
    Kernel kernel = set.kernel(new RowLayout(metric, 20));
    float[][] vectors = StoredVectors.random(new Random(1), 6, 20, 1);
    try (StoredVectors stored = StoredVectors.of(kernel, vectors)) {
      float[] preparedQuery = prepared(kernel, vectors[5]);
      float[] queryBefore = preparedQuery.clone();
      int[] ordinals = {0, 1, 2, 3, 4, -1};
      float[] scores = {7f, 7f, 7f, 7f, 7f, 7f};
      kernel.score(preparedQuery, stored.rows(), ordinals, 0, scores);
      assertArrayEquals(new float[] {7f, 7f, 7f, 7f, 7f, 7f}, scores);
      kernel.score(preparedQuery, stored.rows(), ordinals, 5, scores);
      assertArrayEquals(stored.score(vectors[5], 0, 1, 2, 3, 4), Arrays.copyOf(scores, 5));
      assertEquals(7f, scores[5]);
      assertArrayEquals(queryBefore, preparedQuery);
      assertArrayEquals(new int[] {0, 1, 2, 3, 4, -1}, ordinals);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void refusesQueriesAndRowsOfAnotherLayout(KernelSet set, Metric metric) {
    Kernel kernel = set.kernel(new RowLayout(metric, 16));
    Kernel longer = set.kernel(new RowLayout(metric, 17));
    try (StoredVectors stored = StoredVectors.of(kernel, new float[16]);
        StoredVectors other = StoredVectors.of(longer, new float[17])) {
      int[] ordinals = {0};
      float[] scores = new float[1];
      assertThrows(
          IllegalArgumentException.class,
          () -> kernel.score(new float[32], stored.rows(), ordinals, 1, scores));
      assertThrows(
          IllegalArgumentException.class,
          () -> kernel.score(new float[16], other.rows(), ordinals, 1, scores));
      assertThrows(
          IllegalArgumentException.class, () -> kernel.prepare(new float[15], new float[16]));
      assertThrows(
          IllegalArgumentException.class, () -> kernel.prepare(new float[16], new float[32]));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void refusesOrdinalsWithoutRow(KernelSet set, Metric metric) {
    Kernel kernel = set.kernel(new RowLayout(metric, 16));
    try (StoredVectors stored = StoredVectors.of(kernel, new float[16])) {
      for (int ordinal : new int[] {-1, Integer.MIN_VALUE, 4, Integer.MAX_VALUE}) {
        assertThrows(IndexOutOfBoundsException.class, () -> stored.score(oneFirst(16), ordinal));
        assertThrows(
            IndexOutOfBoundsException.class, () -> stored.score(oneFirst(16), 0, 0, 0, ordinal));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void preparesAQueryPaddedAndUnderCosineNormalised(KernelSet set, Metric metric) {
    Kernel kernel = set.kernel(new RowLayout(metric, 2));
    float[] preparedQuery = new float[16];
    Arrays.fill(preparedQuery, Float.NaN);
    kernel.prepare(new float[] {3f, 4f}, preparedQuery);
    float[] expected = new float[16];
    expected[0] = metric == Metric.COSINE ? 0.6f : 3f;
    expected[1] = metric == Metric.COSINE ? 0.8f : 4f;
    assertArrayEquals(expected, preparedQuery);
  }

  /**
   * Runs until compiled, then counts bytes. The interpreter does allocate vectors, so the kernel
   * gets many rounds to be compiled in, and has failed only if none of them is free of garbage.
   */
  @ParameterizedTest
  @MethodSource("kernels")
  void allocatesNothingOnceCompiled(KernelSet set, Metric metric) {
    int dimension = 72;
    Kernel kernel = set.kernel(new RowLayout(metric, dimension));
    float[][] vectors = StoredVectors.random(new Random(3), 7, dimension, 1);
    int[] ordinals = IntStream.range(0, vectors.length).toArray();
    try (StoredVectors stored = StoredVectors.of(kernel, vectors)) {
      float[] preparedQuery = prepared(kernel, vectors[0]);
      float[] scores = new float[vectors.length];
      long allocatedBytes = Long.MAX_VALUE;
      for (int round = 0; round < 300 && allocatedBytes > 0; round++) {
        allocatedBytes = allocatedByRound(kernel, preparedQuery, stored.rows(), ordinals, scores);
      }
      assertEquals(0, allocatedBytes);
    }
  }

  private static long allocatedByRound(
      Kernel kernel, float[] preparedQuery, VectorRows rows, int[] ordinals, float[] scores) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 2000; i++) {
      kernel.score(preparedQuery, rows, ordinals, ordinals.length, scores);
    }
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private static float[] prepared(Kernel kernel, float[] vector) {
    float[] preparedQuery = new float[kernel.layout().dimensionPadded()];
    kernel.prepare(vector, preparedQuery);
    return preparedQuery;
  }

  private static float[] oneFirst(int dimension) {
    float[] vector = new float[dimension];
    vector[0] = 1f;
    return vector;
  }

  private static void assertSameBits(float expected, float actual) {
    assertEquals(Float.floatToRawIntBits(expected), Float.floatToRawIntBits(actual));
  }
}
