package dev.sagitta.benchmarks.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class GeneratedVectorsTest {
  @Test
  void areTheSameForTheSameSeed() {
    float[][] vectors = new GeneratedVectors(7, 5, 3).next(4);
    GeneratedVectors again = new GeneratedVectors(7, 5, 3);
    for (float[] vector : vectors) {
      assertEquals(5, vector.length);
      assertArrayEquals(vector, again.next());
    }
    assertNotEquals(
        Arrays.toString(vectors[0]), Arrays.toString(new GeneratedVectors(8, 5, 3).next()));
  }
}
