package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The encoder; {@link CodeDistanceTest} has what kernels make of codes. */
final class CodeLayoutTest {
  /** As stated: half a step, and what floats round. */
  static double elementError(CodeLayout layout) {
    double end = Math.max(Math.abs(layout.min()), Math.abs(layout.max()));
    return 0.5 * layout.step() + 0x1p-21 * end;
  }

  /** A range of any size anywhere, down to one that floats hardly resolve. */
  static CodeLayout anyRange(Random random, Metric metric, int dimension) {
    float min;
    float max;
    do {
      float middle = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(-40, 15)));
      float half = (float) (random.nextDouble() * Math.pow(10, random.nextInt(-44, 15)));
      min = random.nextInt(3) == 0 ? -half : middle - half;
      max = random.nextInt(3) == 0 ? half : middle + half;
    } while (!(min < max));
    return new CodeLayout(metric, dimension, min, max);
  }

  @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
  void anElementWithinTheRangeIsOffByAtMostHalfAStepAndRounding(@ForAll long seed) {
    Trials.run(
        seed,
        random -> {
          float[] values = new float[200];
          CodeLayout layout = anyRange(random, Metric.EUCLIDEAN, values.length);
          for (int i = 0; i < values.length; i++) {
            values[i] = within(random, layout);
          }
          float[] decoded = decoded(layout, VectorValue.float32(values));
          double error = elementError(layout);
          for (int i = 0; i < values.length; i++) {
            assertEquals(values[i], decoded[i], error);
          }
        });
  }

  /** Somewhere in the range, or one of its ends. */
  static float within(Random random, CodeLayout layout) {
    return switch (random.nextInt(10)) {
      case 0 -> layout.min();
      case 1 -> layout.max();
      default -> {
        double min = layout.min();
        yield (float) (min + random.nextDouble() * (layout.max() - min));
      }
    };
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void coversTheRangeThatItIsMadeFor(@ForAll long seed) {
    Random random = new Random(seed);
    float min = (float) random.nextGaussian();
    float max = min + random.nextFloat() + Math.ulp(min);
    CodeLayout layout = new CodeLayout(Metric.EUCLIDEAN, 1, min, max);
    double rounding = 0x1p-21 * Math.max(Math.abs(min), Math.abs(max));
    assertEquals(min, layout.min(), rounding);
    assertEquals(max, layout.max(), rounding);
    assertEquals(((double) max - min) / 255, layout.step(), 0x1p-22 * layout.step());
  }

  @Test
  void anElementOutsideTheRangeIsTakenForItsEnd() {
    CodeLayout layout = new CodeLayout(Metric.EUCLIDEAN, 6, -1, 3);
    float[] values = {-1.1f, -1e15f, -Float.MAX_VALUE, 3.1f, 1e15f, Float.MAX_VALUE};
    float min = layout.min();
    float max = layout.max();
    assertArrayEquals(
        new float[] {min, min, min, max, max, max}, decoded(layout, VectorValue.float32(values)));
  }

  /** What a code stands for has that code, wherever floats tell steps apart. */
  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void whatACodeStandsForHasThatCode(@ForAll long seed) {
    Random random = new Random(seed);
    CodeLayout layout;
    do {
      layout = anyRange(random, Metric.MANHATTAN, 256);
    } while (elementError(layout) > 0.75 * layout.step());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment codes = arena.allocate(256, 64);
      for (int i = 0; i < 256; i++) {
        codes.set(ValueLayout.JAVA_BYTE, i, (byte) i);
      }
      MemorySegment again = arena.allocate(256, 64);
      layout.encode(VectorValue.float32(layout.decode(codes, 0)), again, 0);
      assertArrayEquals(bytes(codes), bytes(again), layout.toString());
    }
  }

  /** 256 steps upwards: a larger element never has a smaller code. */
  @Test
  void codesRiseWithElements() {
    CodeLayout layout = new CodeLayout(Metric.EUCLIDEAN, 1000, 10, 20);
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = 9 + i * 0.012f;
    }
    float[] decoded = decoded(layout, VectorValue.float32(values));
    float[] sorted = decoded.clone();
    Arrays.sort(sorted);
    assertArrayEquals(sorted, decoded);
    assertEquals(256, Arrays.stream(boxed(decoded)).distinct().count());
  }

  private static Float[] boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    Arrays.setAll(boxed, i -> values[i]);
    return boxed;
  }

  /** As pictured: codes, zeros to the next cache line, no norm; nothing beyond. */
  @Property
  void writesEveryByteOfItsRowAndNoOther(
      @ForAll @IntRange(min = 1, max = 200) int dimension, @ForAll Metric metric) {
    if (!metric.supports(ElementType.INT8)) {
      return;
    }
    CodeLayout layout = new CodeLayout(metric, dimension, -1, 1);
    int rowBytes = layout.rowBytes();
    assertEquals(Math.ceilDiv(dimension, 64) * 64, rowBytes);
    float[] values = new float[dimension];
    values[0] = 1;
    byte[] expected = new byte[3 * rowBytes];
    Arrays.fill(expected, 0, rowBytes, (byte) 0x55);
    Arrays.fill(expected, 2 * rowBytes, 3 * rowBytes, (byte) 0x55);
    expected[rowBytes] = 127;
    // Zero is half way between two codes.
    Arrays.fill(expected, rowBytes + 1, rowBytes + dimension, codeOfZero(layout));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment extent = arena.allocate(3L * rowBytes, 64).fill((byte) 0x55);
      layout.encode(VectorValue.float32(values), extent, rowBytes);
      assertArrayEquals(expected, bytes(extent), layout.toString());
    }
  }

  private static byte codeOfZero(CodeLayout layout) {
    float half = layout.min() + 127 * layout.step();
    return (byte) (Math.abs(half) <= Math.abs(half + layout.step()) ? -1 : 0);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void encodesEveryTypeOfNumberAsItsFloats(@ForAll ElementType elements, @ForAll long seed) {
    if (elements == ElementType.BINARY) {
      return;
    }
    Random random = new Random(seed);
    for (Metric metric : new Metric[] {Metric.EUCLIDEAN, Metric.COSINE}) {
      CodeLayout layout = new CodeLayout(metric, 50, -1, 1);
      VectorValue vector = OddVectors.next(random, elements, metric, 50);
      assertArrayEquals(
          decoded(layout, vector), decoded(layout, VectorValue.float32(vector.toFloats())));
    }
  }

  @Test
  void underCosineADirectionIsEncodedWhateverItsLength() {
    CodeLayout layout = new CodeLayout(Metric.COSINE, 2, -1, 1);
    float[] decoded = decoded(layout, VectorValue.float32(3, -4));
    assertArrayEquals(new float[] {0.6f, -0.8f}, decoded, (float) elementError(layout));
    assertArrayEquals(decoded, decoded(layout, VectorValue.float32(3e14f, -4e14f)));
    assertArrayEquals(decoded, decoded(layout, VectorValue.float32(3e-29f, -4e-29f)));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "1, 1",
    "1, -1",
    "NaN, 1",
    "0, NaN",
    "-Infinity, 0",
    "0, Infinity",
    "-3e38, 3e38"
  })
  void refusesRangesThatHaveNoSteps(float min, float max) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> new CodeLayout(Metric.EUCLIDEAN, 4, min, max));
    assertEquals(
        "min must be below max, and both from -1.0E15 to 1.0E15; was " + min + " to " + max,
        refused.getMessage());
  }

  @ParameterizedTest
  @EnumSource(names = {"HAMMING", "JACCARD"})
  void refusesMetricsOfBits(Metric metric) {
    assertThrows(IllegalArgumentException.class, () -> new CodeLayout(metric, 8, 0, 1));
  }

  @Test
  void refusesDimensionsOutsideTheirRange() {
    for (int dimension : new int[] {-1, 0, RowLayout.DIMENSION_MAX + 1}) {
      assertThrows(
          IllegalArgumentException.class, () -> new CodeLayout(Metric.COSINE, dimension, 0, 1));
    }
  }

  @Test
  void refusesVectorsOfAnotherDimensionAndBits() {
    CodeLayout layout = new CodeLayout(Metric.EUCLIDEAN, 8, 0, 1);
    PreparedQuery query = layout.newQuery();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(64, 64);
      for (VectorValue wrong :
          new VectorValue[] {VectorValue.binary((byte) 1), VectorValue.float32(1, 2)}) {
        String expected = "vector must have 8 numbers, was " + wrong;
        IllegalArgumentException refused =
            assertThrows(IllegalArgumentException.class, () -> layout.encode(wrong, row, 0));
        assertEquals(expected, refused.getMessage());
        refused = assertThrows(IllegalArgumentException.class, () -> layout.prepare(wrong, query));
        assertEquals(expected, refused.getMessage());
      }
    }
  }

  @Test
  void tellsItsRange() {
    CodeLayout layout = new CodeLayout(Metric.COSINE, 12, 0, 255);
    assertEquals("CodeLayout[COSINE, 12, 0.0 to 255.0]", layout.toString());
    assertEquals(1f, layout.step());
    assertEquals(ElementType.INT8, layout.elements());
    assertEquals(12, layout.dimension());
    assertTrue(layout.metric() == Metric.COSINE);
  }

  private static float[] decoded(CodeLayout layout, VectorValue vector) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(layout.rowBytes(), 64);
      layout.encode(vector, row, 0);
      return layout.decode(row, 0);
    }
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }
}
