package dev.sagitta.benchmarks.data;

import static dev.sagitta.benchmarks.data.TestFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FvecsWriterTest {
  @TempDir Path directory;

  /** All bits of all vectors, also of those that are no numbers. */
  private static int[][] bits(float[][] vectors) {
    int[][] bits = new int[vectors.length][vectors[0].length];
    for (int i = 0; i < bits.length; i++) {
      for (int j = 0; j < bits[i].length; j++) {
        bits[i][j] = Float.floatToRawIntBits(vectors[i][j]);
      }
    }
    return bits;
  }

  @Property(tries = 200)
  void whatItWroteIsReadBack(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 20) int count,
      @ForAll @IntRange(min = 1, max = 40) int dimension)
      throws IOException {
    Random random = new Random(seed);
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = Float.intBitsToFloat(random.nextInt());
      }
    }
    Path file = Files.createTempFile("vectors", ".fvecs");
    try {
      try (FvecsWriter writer = new FvecsWriter(file)) {
        for (float[] vector : vectors) {
          writer.append(vector);
        }
      }
      assertArrayEquals(bits(vectors), bits(TestFiles.read(file)));
    } finally {
      Files.delete(file);
    }
  }

  /** Other programs read the bytes. */
  @Test
  void writesTheBytesOfTheFormat() throws IOException {
    Path file = directory.resolve("a.fvecs");
    Files.writeString(file, "something longer than what replaces it");
    try (FvecsWriter writer = new FvecsWriter(file)) {
      writer.append(new float[] {1, -2});
      writer.append(new float[] {0, 0.5f});
    }
    assertEquals(
        "02000000" + "0000803f" + "000000c0" + "02000000" + "00000000" + "0000003f",
        HexFormat.of().formatHex(Files.readAllBytes(file)));
  }

  @Test
  void refusesVectorsOfOtherDimensionsAndWritesNothingOfThem() throws IOException {
    Path file = directory.resolve("a.fvecs");
    try (FvecsWriter writer = new FvecsWriter(file)) {
      assertEquals("vector has 0 elements; allowed are at least 1", refusal(writer, new float[0]));
      writer.append(new float[] {1, 2});
      assertEquals("vector has 1 elements; the first has 2", refusal(writer, new float[1]));
      assertEquals("vector has 3 elements; the first has 2", refusal(writer, new float[3]));
      writer.append(new float[] {3, 4});
    }
    assertArrayEquals(new float[][] {{1, 2}, {3, 4}}, TestFiles.read(file));
  }

  private static String refusal(FvecsWriter writer, float[] vector) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> writer.append(vector)).getMessage());
  }

  @Test
  void leavesAnEmptyFileIfThereIsNoVector() throws IOException {
    Path file = directory.resolve("a.fvecs");
    new FvecsWriter(file).close();
    assertRefused(file, "data", "an empty file");
  }
}
