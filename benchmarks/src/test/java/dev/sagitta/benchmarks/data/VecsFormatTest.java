package dev.sagitta.benchmarks.data;

import static dev.sagitta.benchmarks.data.TestFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VecsFormatTest {
  private static final String ONE = "0000803f";
  private static final String MINUS_TWO = "000000c0";

  @TempDir Path directory;

  private Path fvecs(String... hex) throws IOException {
    return TestFiles.write(directory.resolve("a.fvecs"), hex);
  }

  private Path bvecs(String... hex) throws IOException {
    return TestFiles.write(directory.resolve("a.bvecs"), hex);
  }

  @Test
  void readsFloats() throws IOException {
    Path file = fvecs("02000000", ONE, MINUS_TWO, "02000000", MINUS_TWO, "00000000");
    assertArrayEquals(new float[][] {{1, -2}, {-2, 0}}, TestFiles.read(file));
  }

  @Test
  void readsBytesAsUnsigned() throws IOException {
    Path file = bvecs("03000000", "007fff", "03000000", "010280");
    assertArrayEquals(new float[][] {{0, 127, 255}, {1, 2, 128}}, TestFiles.read(file));
  }

  @Test
  void refusesRowsOfDifferentDimensions() throws IOException {
    assertRefused(
        fvecs("02000000", ONE, ONE, "01000000", ONE),
        "2 elements in the row at offset 12, as in the first",
        "1");
    assertRefused(
        bvecs("02000000", "0102", "02000000", "0102", "03000000", "010203"),
        "2 elements in the row at offset 12, as in the first",
        "3");
  }

  @Test
  void refusesAFileThatEndsWithinARow() throws IOException {
    assertRefused(
        fvecs("02000000", ONE, ONE, "02000000", ONE, "0000"),
        "12 bytes of a row at offset 12",
        "10 bytes");
    assertRefused(bvecs("02000000", "01"), "6 bytes of a row at offset 0", "5 bytes");
  }

  @Test
  void refusesAFileThatEndsWithinALength() throws IOException {
    assertRefused(
        bvecs("02000000", "0102", "020000"), "4 bytes of a row's length at offset 6", "3 bytes");
    assertRefused(fvecs("02"), "4 bytes of a row's length at offset 0", "1 bytes");
  }

  @Test
  void refusesDimensionsThatCannotBe() throws IOException {
    assertRefused(fvecs("00000000"), "1 to 2147483647 elements of a vector", "0");
    assertRefused(fvecs("ffffffff"), "a row's length, at least 0, at offset 0", "-1");
    assertRefused(fvecs("ffffff7f", ONE), "8589934592 bytes of a row at offset 0", "8 bytes");
  }
}
