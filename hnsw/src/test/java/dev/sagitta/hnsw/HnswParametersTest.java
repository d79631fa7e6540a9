package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HnswParametersTest {
  @ParameterizedTest
  @CsvSource({"2, 1", "128, 4096"})
  void acceptsTheEndsOfItsRanges(int m, int efConstruction) {
    assertEquals(m, new HnswParameters(m, efConstruction).m());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 200, m 1",
    "129, 200, m 129",
    "16, 0, efConstruction 0",
    "16, 4097, efConstruction 4097"
  })
  void namesTheValueThatIsOutOfRange(int m, int efConstruction, String named) {
    var e =
        assertThrows(IllegalArgumentException.class, () -> new HnswParameters(m, efConstruction));
    assertTrue(String.valueOf(e.getMessage()).startsWith(named), e.getMessage());
  }
}
