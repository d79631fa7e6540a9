package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HashedVectorTest {
  @Test
  void dependsOnTheTermsAlone() {
    assertArrayEquals(unitVectorOf("read", "line"), unitVectorOf("read", "line"));
  }

  @Test
  void tellsTermsApart() {
    assertFalse(Arrays.equals(unitVectorOf("read"), unitVectorOf("line")));
  }

  @Test
  void hasLengthOne() {
    double squares = 0;
    for (float element : unitVectorOf("read", "line", "file")) {
      squares += element * element;
    }
    assertEquals(1, squares, 1e-5);
  }

  private static float[] unitVectorOf(String... terms) {
    HashedVector vector = new HashedVector(Embedder.DIMENSION);
    for (String term : terms) {
      vector.add(term, 1);
    }
    return vector.toUnitVector();
  }
}
