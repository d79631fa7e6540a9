package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class RowLayoutTest {
  @Property
  void padsToWholeCacheLinesAndAddsOneForTheNormOfCosine(
      @ForAll Metric metric,
      @ForAll @IntRange(min = 1, max = RowLayout.DIMENSION_MAX) int dimension) {
    RowLayout layout = new RowLayout(metric, dimension);
    assertEquals(0, layout.dimensionPadded() % 16);
    assertTrue(layout.dimensionPadded() >= dimension);
    assertTrue(layout.dimensionPadded() < dimension + 16);
    int normBytes = metric == Metric.COSINE ? 64 : 0;
    assertEquals(4 * layout.dimensionPadded() + normBytes, layout.rowBytes());
    assertEquals(dimension, layout.dimension());
    assertEquals(metric, layout.metric());
  }

  @Property
  void readsBackTheBitsThatWereWritten(
      @ForAll Metric metric, @ForAll @Size(min = 1, max = 100) int[] bits) {
    float[] vector = new float[bits.length];
    MemorySegment.ofArray(vector).copyFrom(MemorySegment.ofArray(bits));
    RowLayout layout = new RowLayout(metric, bits.length);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment extent = arena.allocate(3L * layout.rowBytes(), 64);
      layout.write(vector, extent, layout.rowBytes());
      float[] target = new float[bits.length];
      layout.read(extent, layout.rowBytes(), target);
      int[] targetBits = new int[bits.length];
      MemorySegment.ofArray(targetBits).copyFrom(MemorySegment.ofArray(target));
      assertArrayEquals(bits, targetBits);
    }
  }

  @Property
  void writesEveryByteOfItsRowAndNoOther(
      @ForAll Metric metric, @ForAll @IntRange(min = 1, max = 100) int dimension) {
    RowLayout layout = new RowLayout(metric, dimension);
    long rowBytes = layout.rowBytes();
    float[] vector = new float[dimension];
    vector[0] = 2f;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment extent = arena.allocate(3 * rowBytes, 64).fill((byte) 0x55);
      layout.write(vector, extent, rowBytes);
      for (long at = 0; at < 3 * rowBytes; at += 4) {
        boolean ours = at >= rowBytes && at < 2 * rowBytes;
        float value = extent.get(ValueLayout.JAVA_FLOAT, at);
        assertEquals(ours ? expectedFloat(layout, at - rowBytes) : bitsOf55(), value);
      }
    }
  }

  /** The row of the vector 2, 0, 0, ... float by float. */
  private static float expectedFloat(RowLayout layout, long offset) {
    if (offset == 0) {
      return 2f;
    }
    boolean isNorm = layout.metric() == Metric.COSINE && offset == 4L * layout.dimensionPadded();
    return isNorm ? 0.5f : 0f;
  }

  private static float bitsOf55() {
    return Float.intBitsToFloat(0x55555555);
  }

  @Test
  void storesLittleEndian() {
    RowLayout layout = new RowLayout(Metric.EUCLIDEAN, 1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(64, 64);
      layout.write(new float[] {Float.intBitsToFloat(0x01020304)}, row, 0);
      byte[] bytes = row.asSlice(0, 4).toArray(ValueLayout.JAVA_BYTE);
      assertArrayEquals(new byte[] {4, 3, 2, 1}, bytes);
    }
  }

  @Test
  void normCountsEveryComponentOnce() {
    for (int dimension = 1; dimension <= 40; dimension++) {
      float[] vector = new float[dimension];
      double squares = 0;
      for (int i = 0; i < dimension; i++) {
        vector[i] = i + 1;
        squares += (i + 1.0) * (i + 1.0);
      }
      // Whole numbers this small are summed exactly in any order.
      assertEquals(Math.sqrt(squares), RowLayout.norm(vector), "dimension " + dimension);
    }
  }

  @Test
  void normNeitherOverflowsNorUnderflows() {
    assertEquals(5, RowLayout.norm(new float[] {3f, -4f}));
    assertEquals(0, RowLayout.norm(new float[] {0f, -0f}));
    assertEquals(Float.MIN_VALUE, RowLayout.norm(new float[] {Float.MIN_VALUE}));
    assertEquals(Float.MAX_VALUE, RowLayout.norm(new float[] {Float.MAX_VALUE}));
  }

  @Test
  void refusesDimensionsOutsideItsRange() {
    for (int dimension : new int[] {Integer.MIN_VALUE, -1, 0, RowLayout.DIMENSION_MAX + 1}) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> new RowLayout(Metric.COSINE, dimension));
      assertEquals("dimension must be 1 to 65536, was " + dimension, refused.getMessage());
    }
  }

  @Test
  void refusesVectorsOfAnotherLength() {
    RowLayout layout = new RowLayout(Metric.EUCLIDEAN, 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment row = arena.allocate(64, 64);
      for (int length : new int[] {0, 2, 4}) {
        float[] vector = new float[length];
        IllegalArgumentException refused =
            assertThrows(IllegalArgumentException.class, () -> layout.write(vector, row, 0));
        assertEquals("vector must have length 3, had " + length, refused.getMessage());
        assertThrows(IllegalArgumentException.class, () -> layout.read(row, 0, vector));
      }
    }
  }

  @Test
  void refusesRowsThatDoNotFit() {
    RowLayout layout = new RowLayout(Metric.COSINE, 3);
    float[] vector = {1f, 2f, 3f};
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment tooShort = arena.allocate(64, 64);
      assertThrows(IndexOutOfBoundsException.class, () -> layout.write(vector, tooShort, 0));
      assertThrows(IndexOutOfBoundsException.class, () -> layout.read(tooShort, 64, vector));
    }
  }

  @Test
  void aNormMayHaveBeenSummedInAnotherOrderAndNothingElseMayDiffer() {
    RowLayout layout = new RowLayout(Metric.COSINE, 17);
    float[] vector = new float[17];
    for (int i = 0; i < vector.length; i++) {
      vector[i] = i + 1;
    }
    try (Arena arena = Arena.ofShared()) {
      MemorySegment row = arena.allocate(layout.rowBytes(), 64);
      MemorySegment stored = arena.allocate(64 + layout.rowBytes(), 64);
      layout.write(vector, row, 0);
      layout.write(vector, stored, 64);
      assertEquals(-1, layout.mismatch(stored, 64, row));
      for (int offset = 0; offset < layout.rowBytes(); offset += Float.BYTES) {
        float right = stored.get(RowLayout.COMPONENT, 64 + offset);
        stored.set(RowLayout.COMPONENT, 64 + offset, right + Math.ulp(right));
        long expected = offset == 32 * 4 ? -1 : offset;
        long different = layout.mismatch(stored, 64, row);
        assertEquals(expected, different < 0 ? different : different & -4);
        for (float wrong : new float[] {right + 9 * Math.ulp(right), Float.NaN, 2 * right + 1}) {
          stored.set(RowLayout.COMPONENT, 64 + offset, wrong);
          assertEquals(offset, layout.mismatch(stored, 64, row) & -4, "value " + wrong);
        }
        stored.set(RowLayout.COMPONENT, 64 + offset, right);
      }
      stored.set(RowLayout.COMPONENT, 64 + 32 * 4, Math.nextUp(layout.inverseNorm(row, 0)));
      stored.set(RowLayout.COMPONENT, 64 + 40 * 4, 1f);
      assertEquals(40 * 4, layout.mismatch(stored, 64, row) & -4);
    }
  }
}
