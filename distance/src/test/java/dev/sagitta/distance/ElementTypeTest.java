package dev.sagitta.distance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ElementTypeTest {
  @ParameterizedTest
  @CsvSource({"FLOAT32, 32, 4096", "FLOAT16, 16, 2048", "INT8, 8, 1024", "BINARY, 1, 128"})
  void saysHowMuchAVectorTakes(ElementType type, int bits, int bytesOf1024) {
    assertEquals(bits, type.bits());
    assertEquals(bytesOf1024, type.bytes(1024));
  }

  @Test
  void bitsAloneMustFillWholeBytes() {
    for (ElementType type : ElementType.values()) {
      for (int dimension = 1; dimension <= 24; dimension++) {
        assertEquals(type != ElementType.BINARY || dimension % 8 == 0, type.allows(dimension));
      }
    }
  }
}
