package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every kernel beside the values of its scores. */
final class KernelTest {
  private static final int DIMENSION_MAX = 600;

  @Provide
  Arbitrary<KernelSet> kernelSets() {
    return KernelSets.arbitrary();
  }

  @Provide
  Arbitrary<Kind> kinds() {
    return KernelSets.kinds();
  }

  static Stream<Arguments> kernels() {
    return Stream.of(KernelSets.FAST, KernelSets.EMULATED)
        .flatMap(sets -> sets.stream())
        .flatMap(
            set -> Kind.ALL.stream().map(kind -> Arguments.of(Named.of(set.name(), set), kind)));
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void aScoreDoesNotDependOnTheOtherRowsOfTheCall(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("kinds") Kind kind,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll @IntRange(min = 1, max = 17) int count,
      @ForAll long seed) {
    int allowed = kind.allowed(dimension);
    Trials.run(
        seed,
        random -> {
          VectorValue[] vectors =
              OddVectors.next(random, kind.elements(), kind.metric(), allowed, 9);
          VectorValue query = OddVectors.ordinary(random, kind.elements(), allowed, 1)[0];
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(allowed), vectors)) {
            int[] ordinals = random.ints(count, 0, vectors.length).toArray();
            float[] together = stored.score(query, ordinals);
            for (int i = 0; i < count; i++) {
              assertSameBits(stored.score(query, ordinals[i])[0], together[i]);
            }
          }
        });
  }

  /** Every FLOAT16 and INT8 is a float, so a query of them is that of its floats. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void aQueryOfTheRowsOwnTypeScoresAsItsFloatsDo(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("kinds") Kind kind,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    if (kind.elements() == ElementType.BINARY) {
      return;
    }
    Trials.run(
        seed,
        random -> {
          VectorValue[] vectors =
              OddVectors.next(random, kind.elements(), kind.metric(), dimension, 6);
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(dimension), vectors)) {
            PreparedQuery own = stored.prepared(vectors[0]);
            PreparedQuery floats = stored.prepared(VectorValue.float32(vectors[0].toFloats()));
            assertArrayEquals(bits(own.floats), bits(floats.floats));
            assertArrayEquals(
                bits(stored.score(vectors[0], stored.ordinals())),
                bits(stored.score(VectorValue.float32(vectors[0].toFloats()), stored.ordinals())));
          }
        });
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void aStoredRowMakesTheQueryOfItsVectorUpToTheRoundingOfItsNorm(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("kinds") Kind kind,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    int allowed = kind.allowed(dimension);
    Trials.run(
        seed,
        random -> {
          VectorValue[] vectors =
              OddVectors.next(random, kind.elements(), kind.metric(), allowed, 6);
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(allowed), vectors)) {
            PreparedQuery given = stored.prepared(vectors[5]);
            PreparedQuery row = stored.preparedStored(5);
            assertArrayEquals(given.words, row.words);
            for (int i = 0; i < given.floats.length; i++) {
              // The float closest to a number of which one is off by half a last place.
              float ulps = kind.metric() == Metric.COSINE ? 2 * Math.ulp(given.floats[i]) : 0;
              assertEquals(given.floats[i], row.floats[i], ulps);
            }
          }
        });
  }

  /** One query serves many vectors, one after the other: nothing of those before stays. */
  @ParameterizedTest
  @MethodSource("kernels")
  void preparingOverwritesTheQuery(KernelSet set, Kind kind) {
    Random random = new Random(5);
    VectorValue[] vectors = OddVectors.ordinary(random, kind.elements(), 24, 4);
    try (StoredVectors stored = StoredVectors.of(set, kind.layout(24), vectors)) {
      PreparedQuery query = stored.prepared(vectors[0]);
      stored.kernel().prepare(vectors[1], query);
      assertSameQuery(stored.prepared(vectors[1]), query);
      stored.kernel().prepareStored(stored.rows(), 2, query);
      assertSameQuery(stored.preparedStored(2), query);
      stored.kernel().prepare(vectors[3], query);
      assertSameQuery(stored.prepared(vectors[3]), query);
    }
  }

  private static void assertSameQuery(PreparedQuery expected, PreparedQuery actual) {
    assertArrayEquals(bits(expected.floats), bits(actual.floats));
    assertArrayEquals(expected.words, actual.words);
  }

  @Test
  void aQueryIsPaddedAndUnderCosineNormalised() {
    VectorValue vector = VectorValue.float32(3f, 4f);
    for (Metric metric : new Metric[] {Metric.COSINE, Metric.DOT_PRODUCT}) {
      Kernel kernel = new ScalarKernels().kernel(new RowLayout(ElementType.FLOAT32, metric, 2));
      PreparedQuery query = kernel.newQuery();
      kernel.prepare(vector, query);
      float[] expected = new float[16];
      expected[0] = metric == Metric.COSINE ? 0.6f : 3f;
      expected[1] = metric == Metric.COSINE ? 0.8f : 4f;
      assertArrayEquals(expected, query.floats);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void neverReturnsNegativeZero(KernelSet set, Kind kind) {
    VectorValue[] vectors = zeroProducts(kind.elements());
    try (StoredVectors stored =
        StoredVectors.of(set, kind.layout(vectors[0].dimension()), vectors)) {
      for (VectorValue query : vectors) {
        for (float score : stored.score(query, stored.ordinals())) {
          assertTrue(Float.floatToRawIntBits(score) != Float.floatToRawIntBits(-0f));
        }
      }
    }
  }

  /** Vectors of which many have a product, a difference or an intersection of nothing. */
  private static VectorValue[] zeroProducts(ElementType elements) {
    float[][] values = {{1, 0}, {0, 1}, {-0f, -1}, {1, -0f}, {-1, 0}};
    VectorValue[] vectors = new VectorValue[values.length];
    for (int i = 0; i < vectors.length; i++) {
      byte first = (byte) values[i][0];
      byte second = (byte) values[i][1];
      vectors[i] =
          switch (elements) {
            case FLOAT32 -> VectorValue.float32(values[i]);
            case FLOAT16 -> VectorValue.roundedToFloat16(values[i]);
            case INT8 -> VectorValue.int8(first, second);
            case BINARY -> VectorValue.binary(first, second);
          };
    }
    return vectors;
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void writesOnlyTheScoresOfTheCount(KernelSet set, Kind kind) {
    // More than twice as many as are summed together.
    int most = 2 * PreparedQuery.ROWS_TOGETHER + 6;
    VectorValue[] vectors = OddVectors.ordinary(new Random(1), kind.elements(), 40, most + 1);
    try (StoredVectors stored = StoredVectors.of(set, kind.layout(40), vectors)) {
      PreparedQuery query = stored.prepared(vectors[most]);
      float[] expected = stored.score(vectors[most], stored.ordinals());
      int[] ordinals = stored.ordinals();
      for (int count = 0; count <= most; count++) {
        float[] scores = new float[most + 1];
        Arrays.fill(scores, 7f);
        // Nothing that is not asked for may be looked up either.
        Arrays.fill(ordinals, count, ordinals.length, -1);
        stored.kernel().score(query, stored.rows(), ordinals, count, scores);
        float[] all = Arrays.copyOf(expected, most + 1);
        Arrays.fill(all, count, all.length, 7f);
        assertArrayEquals(bits(all), bits(scores));
        ordinals = stored.ordinals();
      }
      assertSameQuery(stored.prepared(vectors[most]), query);
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void refusesAnotherKernelsQueryAndRowsOfAnotherLength(KernelSet set, Kind kind) {
    RowLayout layout = kind.layout(16);
    VectorValue vector = OddVectors.ordinary(new Random(1), kind.elements(), 16, 1)[0];
    VectorValue longVector = OddVectors.ordinary(new Random(1), kind.elements(), 1024, 1)[0];
    try (StoredVectors stored = StoredVectors.of(set, layout, vector);
        StoredVectors twin = StoredVectors.of(set, kind.layout(16), vector);
        StoredVectors longer = StoredVectors.of(set, kind.layout(1024), longVector)) {
      Kernel kernel = stored.kernel();
      PreparedQuery query = stored.prepared(vector);
      PreparedQuery others = twin.prepared(vector);
      int[] ordinals = {0};
      float[] scores = new float[1];
      assertRefused("another kernel", () -> kernel.prepare(vector, others));
      assertRefused("another kernel", () -> kernel.prepareStored(stored.rows(), 0, others));
      assertRefused(
          "another kernel", () -> kernel.score(others, stored.rows(), ordinals, 1, scores));
      String length = "rows must be " + layout.rowBytes() + " bytes long, were ";
      assertRefused(length, () -> kernel.score(query, longer.rows(), ordinals, 1, scores));
      assertRefused(length, () -> kernel.prepareStored(longer.rows(), 0, query));
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void refusesVectorsOfAnotherDimensionOrAnUnsuitableType(KernelSet set, Kind kind) {
    Kernel kernel = set.kernel(kind.layout(16));
    PreparedQuery query = kernel.newQuery();
    for (ElementType type : ElementType.values()) {
      VectorValue wrong = OddVectors.ordinary(new Random(1), type, 8, 1)[0];
      VectorValue right = OddVectors.ordinary(new Random(1), type, 16, 1)[0];
      boolean floats = type == ElementType.FLOAT32 && kind.elements() != ElementType.BINARY;
      if (type == kind.elements() || floats) {
        assertRefused("dimension 16, had 8", () -> kernel.prepare(wrong, query));
        kernel.prepare(right, query);
      } else {
        assertRefused(
            "elements must be " + kind.elements() + ", were " + type,
            () -> kernel.prepare(right, query));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("kernels")
  void refusesOrdinalsWithoutARowAndArraysThatAreTooShort(KernelSet set, Kind kind) {
    VectorValue vector = OddVectors.ordinary(new Random(1), kind.elements(), 16, 1)[0];
    try (StoredVectors stored = StoredVectors.of(set, kind.layout(16), vector)) {
      for (int ordinal : new int[] {-1, Integer.MIN_VALUE, 4, Integer.MAX_VALUE}) {
        for (int before = 0; before < 9; before++) {
          int[] ordinals = new int[before + 1];
          ordinals[before] = ordinal;
          assertThrows(IndexOutOfBoundsException.class, () -> stored.score(vector, ordinals));
        }
        assertThrows(IndexOutOfBoundsException.class, () -> stored.preparedStored(ordinal));
      }
      PreparedQuery query = stored.prepared(vector);
      for (int count = 1; count < 10; count++) {
        int few = count - 1;
        int[] ordinals = new int[count];
        float[] scores = new float[count];
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> stored.kernel().score(query, stored.rows(), new int[few], few + 1, scores));
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> stored.kernel().score(query, stored.rows(), ordinals, few + 1, new float[few]));
      }
    }
  }

  private static void assertRefused(String reason, Runnable call) {
    IllegalArgumentException refused = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(String.valueOf(refused.getMessage()).contains(reason), refused::getMessage);
  }

  private static int[] bits(float[] floats) {
    int[] bits = new int[floats.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(floats[i]);
    }
    return bits;
  }

  private static void assertSameBits(float expected, float actual) {
    assertEquals(Float.floatToRawIntBits(expected), Float.floatToRawIntBits(actual));
  }
}
