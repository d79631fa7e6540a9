package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

final class RowLayoutTest {
  @Provide
  Arbitrary<Kind> kinds() {
    return KernelSets.kinds();
  }

  @Property
  void padsToWholeCacheLinesAndAddsOneForTheNormOfCosine(
      @ForAll("kinds") Kind kind,
      @ForAll @IntRange(min = 1, max = RowLayout.DIMENSION_MAX) int dimension) {
    int allowed = kind.allowed(dimension);
    RowLayout layout = kind.layout(allowed);
    int elementBytes = kind.elements().bytes(allowed);
    int normBytes = kind.metric() == Metric.COSINE ? 64 : 0;
    assertEquals(Math.ceilDiv(elementBytes, 64) * 64 + normBytes, layout.rowBytes());
    assertEquals(allowed, layout.dimension());
    assertEquals(kind.metric(), layout.metric());
    assertEquals(kind.elements(), layout.elements());
    assertEquals(
        "RowLayout[%s, %s, %d]".formatted(kind.elements(), kind.metric(), allowed),
        layout.toString());
  }

  /** Any bits at all, NaN among them: what is stored is not looked at. */
  @Property
  void readsBackTheBitsThatWereWritten(
      @ForAll("kinds") Kind kind,
      @ForAll @IntRange(min = 1, max = 100) int dimension,
      @ForAll long seed) {
    RowLayout layout = kind.layout(kind.allowed(dimension));
    byte[] bytes = new byte[kind.elements().bytes(layout.dimension())];
    new Random(seed).nextBytes(bytes);
    VectorValue vector = vector(kind.elements(), bytes);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment extent = arena.allocate(3L * layout.rowBytes(), 64);
      layout.write(vector, extent, layout.rowBytes());
      assertArrayEquals(
          bytes, bytes(extent.asSlice(layout.rowBytes(), bytes.length)), layout::toString);
      layout.write(layout.read(extent, layout.rowBytes()), extent, 0);
      assertArrayEquals(bytes, bytes(extent.asSlice(0, bytes.length)), layout::toString);
    }
  }

  /** The vector whose little-endian bytes these are. */
  private static VectorValue vector(ElementType elements, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    return switch (elements) {
      case FLOAT32 -> {
        int[] bits = new int[bytes.length / Float.BYTES];
        buffer.asIntBuffer().get(bits);
        float[] values = new float[bits.length];
        MemorySegment.ofArray(values).copyFrom(MemorySegment.ofArray(bits));
        yield VectorValue.float32(values);
      }
      case FLOAT16 -> {
        short[] bits = new short[bytes.length / Short.BYTES];
        buffer.asShortBuffer().get(bits);
        yield VectorValue.float16(bits);
      }
      case INT8 -> VectorValue.int8(bytes);
      case BINARY -> VectorValue.binary(bytes);
    };
  }

  /** As pictured: elements, zeros, under cosine the inverse norm, zeros; nothing beyond. */
  @Property
  void writesEveryByteOfItsRowAndNoOther(
      @ForAll("kinds") Kind kind, @ForAll @IntRange(min = 1, max = 300) int dimension) {
    RowLayout layout = kind.layout(kind.allowed(dimension));
    int rowBytes = layout.rowBytes();
    int elementBytes = kind.elements().bytes(layout.dimension());
    byte[] elements = new byte[elementBytes];
    // A number of norm two: what is set last is the highest byte of a float16 or float32.
    switch (kind.elements()) {
      case FLOAT32 -> elements[3] = 0x40;
      case FLOAT16 -> elements[1] = 0x40;
      case INT8, BINARY -> elements[0] = 2;
    }
    ByteBuffer expected = ByteBuffer.allocate(3 * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < expected.capacity(); i++) {
      expected.put(i, (byte) (i < rowBytes || i >= 2 * rowBytes ? 0x55 : 0));
    }
    expected.put(rowBytes, elements);
    if (kind.metric() == Metric.COSINE) {
      expected.putFloat(2 * rowBytes - 64, 0.5f);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment extent = arena.allocate(3L * rowBytes, 64).fill((byte) 0x55);
      layout.write(vector(kind.elements(), elements), extent, rowBytes);
      assertArrayEquals(expected.array(), bytes(extent), layout::toString);
    }
  }

  private static byte[] bytes(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_BYTE);
  }

  @Test
  void normCountsEveryElementOnce() {
    for (int dimension = 1; dimension <= 40; dimension++) {
      float[] floats = new float[dimension];
      short[] halves = new short[dimension];
      byte[] bytes = new byte[dimension];
      double squares = 0;
      for (int i = 0; i < dimension; i++) {
        floats[i] = i + 1;
        halves[i] = Float.floatToFloat16(i + 1);
        bytes[i] = (byte) -(i + 1);
        squares += (i + 1.0) * (i + 1.0);
      }
      // Whole numbers this small are summed exactly in any order.
      assertEquals(Math.sqrt(squares), RowLayout.norm(VectorValue.float32(floats)));
      assertEquals(Math.sqrt(squares), RowLayout.norm(VectorValue.float16(halves)));
      assertEquals(Math.sqrt(squares), RowLayout.norm(VectorValue.int8(bytes)));
    }
  }

  @Test
  void normNeitherOverflowsNorUnderflows() {
    assertEquals(5, RowLayout.norm(VectorValue.float32(3f, -4f)));
    assertEquals(0, RowLayout.norm(VectorValue.float32(0f, -0f)));
    assertEquals(Float.MIN_VALUE, RowLayout.norm(VectorValue.float32(Float.MIN_VALUE)));
    assertEquals(Float.MAX_VALUE, RowLayout.norm(VectorValue.float32(Float.MAX_VALUE)));
    byte[] lowest = new byte[RowLayout.DIMENSION_MAX];
    Arrays.fill(lowest, Byte.MIN_VALUE);
    assertEquals(128 * 256, RowLayout.norm(VectorValue.int8(lowest)));
  }

  @Test
  void bitsHaveNoNorm() {
    VectorValue bits = VectorValue.binary((byte) 1);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> RowLayout.norm(bits));
    assertEquals("a binary vector has no norm: BINARY[8]", refused.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "FLOAT32, COSINE, 0, ''",
    "FLOAT32, COSINE, -1, ''",
    "INT8, MANHATTAN, 65537, ''",
    "FLOAT16, EUCLIDEAN, -2147483648, ''",
    "BINARY, HAMMING, 0, ' and a multiple of 8'",
    "BINARY, HAMMING, 12, ' and a multiple of 8'",
    "BINARY, JACCARD, 65544, ' and a multiple of 8'"
  })
  void refusesDimensionsThatItCannotHave(
      ElementType elements, Metric metric, int dimension, String also) {
    IllegalArgumentException refused =
        assertThrows(
            IllegalArgumentException.class, () -> new RowLayout(elements, metric, dimension));
    assertEquals(
        "dimension must be 1 to 65536" + also + ", was " + dimension, refused.getMessage());
  }

  @ParameterizedTest
  @EnumSource
  void refusesMetricsThatDoNotCompareItsElements(Metric metric) {
    for (ElementType elements : ElementType.values()) {
      if (!metric.supports(elements)) {
        IllegalArgumentException refused =
            assertThrows(IllegalArgumentException.class, () -> new RowLayout(elements, metric, 8));
        assertEquals("metric " + metric + " does not compare " + elements, refused.getMessage());
      }
    }
  }

  @Test
  void refusesVectorsOfAnotherDimensionOrType() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(64, 64);
      for (ElementType elements : ElementType.values()) {
        Metric metric = elements == ElementType.BINARY ? Metric.HAMMING : Metric.EUCLIDEAN;
        RowLayout layout = new RowLayout(elements, metric, 16);
        for (ElementType type : ElementType.values()) {
          VectorValue longer = OddVectors.ordinary(new Random(1), type, 24, 1)[0];
          IllegalArgumentException refused =
              assertThrows(IllegalArgumentException.class, () -> layout.write(longer, row, 0));
          assertEquals(
              type == elements
                  ? "vector must have dimension 16, had 24"
                  : "elements must be " + elements + ", were " + type,
              refused.getMessage());
        }
      }
    }
  }

  @Test
  void refusesRowsThatDoNotFit() {
    RowLayout layout = new RowLayout(ElementType.FLOAT32, Metric.COSINE, 3);
    VectorValue vector = VectorValue.float32(1f, 2f, 3f);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment tooShort = arena.allocate(64, 64);
      assertThrows(IndexOutOfBoundsException.class, () -> layout.write(vector, tooShort, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> layout.read(tooShort, 64));
    }
  }

  @Property(tries = 300)
  void findsTheByteInWhichAStoredRowDiffers(
      @ForAll("kinds") Kind kind,
      @ForAll @IntRange(min = 1, max = 100) int dimension,
      @ForAll long seed) {
    Random random = new Random(seed);
    RowLayout layout = kind.layout(kind.allowed(dimension));
    VectorValue vector =
        OddVectors.next(random, kind.elements(), kind.metric(), layout.dimension());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(layout.rowBytes(), 64);
      MemorySegment stored = arena.allocate(64L + layout.rowBytes(), 64);
      layout.write(vector, row, 0);
      layout.write(vector, stored, 64);
      assertEquals(-1, layout.mismatch(stored, 64, row));
      int at = random.nextInt(layout.rowBytes());
      int norm = kind.metric() == Metric.COSINE ? layout.rowBytes() - 64 : layout.rowBytes();
      if (at < norm || at >= norm + Float.BYTES) {
        byte wrong = (byte) (stored.get(ValueLayout.JAVA_BYTE, 64L + at) ^ 1 << random.nextInt(8));
        stored.set(ValueLayout.JAVA_BYTE, 64L + at, wrong);
        assertEquals(at, layout.mismatch(stored, 64, row));
      }
    }
  }

  @Test
  void aNormMayHaveBeenSummedInAnotherOrder() {
    RowLayout layout = new RowLayout(ElementType.FLOAT32, Metric.COSINE, 17);
    int norm = 32 * Float.BYTES;
    float[] values = new float[17];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(layout.rowBytes(), 64);
      MemorySegment stored = arena.allocate(64 + layout.rowBytes(), 64);
      layout.write(VectorValue.float32(values), row, 0);
      layout.write(VectorValue.float32(values), stored, 64);
      float right = row.get(RowLayout.FLOAT, norm);
      for (int ulps = -4; ulps <= 4; ulps++) {
        stored.set(RowLayout.FLOAT, 64 + norm, right + ulps * Math.ulp(right));
        assertEquals(-1, layout.mismatch(stored, 64, row));
      }
      for (float wrong : new float[] {right + 9 * Math.ulp(right), Float.NaN, -right, 0}) {
        stored.set(RowLayout.FLOAT, 64 + norm, wrong);
        assertEquals(norm, layout.mismatch(stored, 64, row) & -4, "value " + wrong);
      }
      // What is behind a norm that passes is still compared.
      stored.set(RowLayout.FLOAT, 64 + norm, Math.nextUp(right));
      stored.set(RowLayout.FLOAT, 64 + 40 * Float.BYTES, 1f);
      assertEquals(40 * Float.BYTES, layout.mismatch(stored, 64, row) & -4);
    }
  }
}
