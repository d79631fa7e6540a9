package dev.sagitta.distance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VectorValueTest {
  private static final short HALF_ONE = Float.floatToFloat16(1);

  @Test
  void knowsItsTypeAndDimension() {
    assertIs(ElementType.FLOAT32, 3, VectorValue.float32(1, 2, 3));
    assertIs(ElementType.FLOAT16, 2, VectorValue.float16(HALF_ONE, HALF_ONE));
    assertIs(ElementType.INT8, 2, VectorValue.int8((byte) 1, (byte) 2));
    assertIs(ElementType.BINARY, 16, VectorValue.binary((byte) 1, (byte) 2));
  }

  private static void assertIs(ElementType type, int dimension, VectorValue value) {
    assertEquals(type, value.elementType());
    assertEquals(dimension, value.dimension());
    assertEquals(type + "[" + dimension + "]", value.toString());
  }

  @Test
  void isEqualToAValueOfTheSameTypeAndBitsAlone() {
    List<VectorValue> values =
        List.of(
            VectorValue.float32(0f),
            VectorValue.float32(-0f),
            VectorValue.float32(0f, 0f),
            VectorValue.float16((short) 0),
            VectorValue.float16((short) 0x8000),
            VectorValue.int8((byte) 0),
            VectorValue.int8((byte) 1),
            VectorValue.binary((byte) 0),
            VectorValue.binary((byte) 1));
    for (int i = 0; i < values.size(); i++) {
      VectorValue copy = values.get(i).copy();
      assertEquals(copy, values.get(i));
      assertEquals(copy.hashCode(), values.get(i).hashCode());
      for (int j = 0; j < values.size(); j++) {
        if (i != j) {
          assertNotEquals(values.get(i), values.get(j));
        }
      }
    }
  }

  @Test
  void keepsTheArrayAndCopiesItWhenAsked() {
    float[] floats = {1};
    short[] halves = {HALF_ONE};
    byte[] bytes = {1};
    List<VectorValue> values =
        List.of(
            VectorValue.float32(floats),
            VectorValue.float16(halves),
            VectorValue.int8(bytes),
            VectorValue.binary(bytes));
    List<VectorValue> copies = values.stream().map(VectorValue::copy).toList();
    floats[0] = 2;
    halves[0] = 2;
    bytes[0] = 2;
    assertEquals(VectorValue.float32(2), values.get(0));
    for (int i = 0; i < values.size(); i++) {
      assertNotEquals(copies.get(i), values.get(i));
    }
  }

  @Test
  void givesItsElementsAsFloats() {
    float[] floats = {1, -0f};
    assertSame(floats, VectorValue.float32(floats).toFloats());
    assertArrayEquals(
        new float[] {1, -2, 0x1p-24f, -65_504},
        VectorValue.float16((short) 0x3C00, (short) 0xC000, (short) 1, (short) 0xFBFF).toFloats());
    assertArrayEquals(
        new float[] {-128, 0, 127}, VectorValue.int8((byte) -128, (byte) 0, (byte) 127).toFloats());
    assertArrayEquals(
        new float[] {1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
        VectorValue.binary((byte) 5, (byte) 0x80).toFloats());
  }

  @Property
  void everyHalfPrecisionNumberRoundsToItself(@ForAll short bits) {
    float number = Float.float16ToFloat(bits);
    if (Math.abs(number) <= VectorValue.FLOAT16_MAX) {
      assertEquals(VectorValue.float16(bits), VectorValue.roundedToFloat16(number));
    }
  }

  /** Eleven significant bits, and no more than half of the smallest number. */
  @Property
  void roundsToTheNearest(@ForAll @FloatRange(min = -65_504, max = 65_504) float number) {
    float rounded = VectorValue.roundedToFloat16(number).toFloats()[0];
    assertEquals(number, rounded, Math.max(Math.abs(number) * 0x1p-11f, 0x1p-25f));
  }

  @Test
  void roundsTiesToEvenAndWhatIsTooSmallToZero() {
    assertEquals(
        VectorValue.float16((short) 0x3C00, (short) 0x3C02, (short) 0, (short) 0x8000),
        VectorValue.roundedToFloat16(1 + 0x1p-11f, 1 + 0x3p-11f, 0x1p-25f, -0x1p-30f));
    assertEquals(
        VectorValue.float16((short) 0x7BFF), VectorValue.roundedToFloat16(Math.nextDown(65_520f)));
  }

  @ParameterizedTest
  @ValueSource(floats = {65_520, -65_520, 1e30f, Float.POSITIVE_INFINITY, Float.NaN})
  void refusesWhatDoesNotFitHalfPrecision(float number) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> VectorValue.roundedToFloat16(0, number));
    assertEquals(
        "element " + number + " at index 1 does not fit FLOAT16; allowed are -65504.0 to 65504.0",
        refused.getMessage());
  }

  @Test
  @SuppressWarnings("NullAway") // what callers without NullAway may do
  void refusesNull() {
    assertThrows(NullPointerException.class, () -> VectorValue.float32((float[]) null));
    assertThrows(NullPointerException.class, () -> VectorValue.float16((short[]) null));
    assertThrows(NullPointerException.class, () -> VectorValue.int8((byte[]) null));
    assertThrows(NullPointerException.class, () -> VectorValue.binary((byte[]) null));
  }
}
