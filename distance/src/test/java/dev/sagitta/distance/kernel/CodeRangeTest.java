package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CodeRangeTest {
  /** From 0 to 9,999, then one element far away. */
  private static List<VectorValue> outlier() {
    List<VectorValue> sample = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      sample.add(VectorValue.float32(2 * i, 2 * i + 1));
    }
    sample.add(VectorValue.float32(5_000, 1e6f));
    return sample;
  }

  @Test
  void coversTheSampleOrLeavesOutSomeAtBothEnds() {
    CodeRange range = CodeRange.of(Metric.EUCLIDEAN, outlier());
    CodeLayout all = range.codesWithout(0);
    assertEquals(0, all.min(), all.step());
    assertEquals(1e6f, all.max(), all.step());
    CodeLayout most = range.codes();
    assertEquals(1, most.min(), most.step());
    assertEquals(9_999, most.max(), most.step());
    CodeLayout half = range.codesWithout(0.5);
    assertEquals(2_500, half.min(), half.step());
    assertEquals(7_500, half.max(), half.step());
  }

  @Test
  void takesNormalisedElementsUnderCosine() {
    List<VectorValue> sample =
        List.of(VectorValue.float32(3, 4), VectorValue.int8((byte) -6, (byte) 8));
    CodeLayout codes = CodeRange.of(Metric.COSINE, sample).codes();
    assertEquals(-0.6f, codes.min(), 1e-6f);
    assertEquals(0.8f, codes.max(), 1e-6f);
  }

  @Test
  void leavesNoneOutWhereTheRestIsEqual() {
    float[] sparse = new float[20_000];
    sparse[7] = 5;
    CodeRange range = CodeRange.of(Metric.DOT_PRODUCT, List.of(VectorValue.float32(sparse)));
    assertEquals(5, range.codes().max(), 1e-3f);
  }

  @ParameterizedTest
  @ValueSource(floats = {0, 1, -1, 1e15f, -1e15f, Float.MIN_VALUE, -Float.MIN_VALUE})
  void hasARangeWhereAllAreEqual(float element) {
    CodeLayout codes =
        CodeRange.of(Metric.EUCLIDEAN, List.of(VectorValue.float32(element, element))).codes();
    assertTrue(codes.min() < codes.max());
    assertEquals(element, codes.min(), CodeLayoutTest.elementError(codes));
  }

  @Test
  void refusesSamplesWithoutARange() {
    refuses("a sample needs at least one vector", List.of());
    VectorValue bits = VectorValue.binary((byte) 1);
    refuses("a sample must have vectors of 8 numbers, has " + bits, List.of(bits));
    VectorValue longer = VectorValue.float32(1, 2, 3);
    refuses(
        "a sample must have vectors of 2 numbers, has " + longer,
        List.of(VectorValue.float32(1, 2), longer));
  }

  private static void refuses(String expected, List<VectorValue> sample) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> CodeRange.of(Metric.EUCLIDEAN, sample));
    assertEquals(expected, refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1, Double.NaN})
  void refusesSharesThatLeaveNothing(double share) {
    CodeRange range = CodeRange.of(Metric.EUCLIDEAN, outlier());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> range.codesWithout(share));
    assertEquals("share must be from 0 below 1, was " + share, refused.getMessage());
  }
}
