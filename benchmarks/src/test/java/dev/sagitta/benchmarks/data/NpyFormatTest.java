package dev.sagitta.benchmarks.data;

import static dev.sagitta.benchmarks.data.TestFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NpyFormatTest {
  private static final HexFormat HEX = HexFormat.of();
  private static final String MAGIC = "934e554d5059";
  private static final String ONE_TO_FOUR = "0000803f" + "00000040" + "00004040" + "00008040";

  @TempDir Path directory;

  private Path npy(String... hex) throws IOException {
    return TestFiles.write(directory.resolve("a.npy"), hex);
  }

  private static String hex(String text) {
    return HEX.formatHex(text.getBytes(StandardCharsets.UTF_8));
  }

  private static String littleEndian(int number, int bytes) {
    return HEX.toHexDigits(Integer.reverseBytes(number)).substring(0, 2 * bytes);
  }

  /** A file of version 1.0 with this header. */
  private Path version1(String header, String elements) throws IOException {
    return npy(MAGIC, "0100", littleEndian(header.length(), 2), hex(header), elements);
  }

  private static String header(String type, String order, String shape) {
    return "{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n".formatted(type, order, shape);
  }

  /** As NumPy itself writes two vectors of two, with the header filled up to 128 bytes. */
  @Test
  void readsFloats() throws IOException {
    Path file =
        npy(
            MAGIC,
            "0100",
            "7600",
            hex("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }"),
            "20".repeat(58),
            "0a",
            ONE_TO_FOUR);
    assertArrayEquals(new float[][] {{1, 2}, {3, 4}}, TestFiles.read(file));
  }

  @Test
  void readsHalfFloats() throws IOException {
    Path file = version1(header("'<f2'", "False", "(1, 4)"), "003c" + "00c0" + "ff7b" + "0100");
    assertArrayEquals(new float[][] {{1, -2, 65_504, 0x1p-24f}}, TestFiles.read(file));
  }

  @Test
  void readsBytesWithAndWithoutSign() throws IOException {
    assertArrayEquals(
        new float[][] {{0, 127}, {128, 255}},
        TestFiles.read(version1(header("'|u1'", "False", "(2, 2)"), "007f80ff")));
    assertArrayEquals(
        new float[][] {{0, 127}, {-128, -1}},
        TestFiles.read(version1(header("'|i1'", "False", "(2, 2)"), "007f80ff")));
  }

  @Test
  void readsLaterVersions() throws IOException {
    String header = header("'|u1'", "False", "(1, 2)");
    for (String version : new String[] {"0200", "0300"}) {
      Path file = npy(MAGIC, version, littleEndian(header.length(), 4), hex(header), "0506");
      assertArrayEquals(new float[][] {{5, 6}}, TestFiles.read(file), version);
    }
  }

  @Test
  void refusesOtherTypes() throws IOException {
    String structured = "[('x', '<f4'), ('y', '<f4')]";
    for (String type :
        new String[] {"'<f8'", "'>f4'", "'>f2'", "'<i4'", "'|b1'", "'|O'", structured}) {
      assertRefused(
          version1(header(type, "False", "(2, 2)"), ONE_TO_FOUR),
          "elements of type '<f4', '<f2', '|u1' or '|i1', which a float holds exactly",
          type);
    }
  }

  @Test
  void refusesFortranOrder() throws IOException {
    assertRefused(
        version1(header("'<f4'", "True", "(2, 2)"), ONE_TO_FOUR), "fortran_order False", "True");
  }

  @Test
  void refusesShapesOfOtherThanTwoDimensions() throws IOException {
    for (String shape :
        new String[] {"(4,)", "()", "(2, 2, 1)", "(2, -2)", "(2, 1234567890123456789)"}) {
      assertRefused(
          version1(header("'<f4'", "False", shape), ONE_TO_FOUR),
          "a shape of two dimensions",
          shape);
    }
  }

  @Test
  void refusesSizesThatCannotBe() throws IOException {
    assertRefused(version1(header("'<f4'", "False", "(0, 2)"), ""), "1 to 2147483647 vectors", "0");
    assertRefused(
        version1(header("'|u1'", "False", "(2147483648, 1)"), "01"),
        "1 to 2147483647 vectors",
        "2147483648");
    assertRefused(
        version1(header("'<f4'", "False", "(2, 0)"), ""),
        "1 to 2147483647 elements of a vector",
        "0");
    assertRefused(
        version1(header("'|u1'", "False", "(1, 2147483648)"), "01"),
        "1 to 2147483647 elements of a vector",
        "2147483648");
  }

  @Test
  void refusesAShapeThatDoesNotFitTheFile() throws IOException {
    String header = header("'<f4'", "False", "(2, 2)");
    String expected = "2 vectors of 8 bytes from offset " + (10 + header.length()) + " on";
    assertRefused(version1(header, ONE_TO_FOUR.substring(2)), expected, "15 bytes");
    assertRefused(version1(header, ONE_TO_FOUR + "00"), expected, "17 bytes");
    assertRefused(version1(header, ONE_TO_FOUR + ONE_TO_FOUR), expected, "32 bytes");
    assertRefused(version1(header, ""), expected, "0 bytes");
  }

  /** 2147483647 vectors of 4 * 2147483647 bytes, which no long can count. */
  @Test
  void refusesAShapeOfMoreBytesThanCanBe() throws IOException {
    String header = header("'<f4'", "False", "(2147483647, 2147483647)");
    assertRefused(
        version1(header, ONE_TO_FOUR),
        "2147483647 vectors of 8589934588 bytes from offset " + (10 + header.length()) + " on",
        "16 bytes");
  }

  @Test
  void refusesAnotherMagic() throws IOException {
    assertRefused(
        npy("934e554d5058", "0100", "0000"), "NumPy's magic at offset 0", "something else");
  }

  @Test
  void refusesOtherVersions() throws IOException {
    for (String version : new String[] {"0.0", "1.1", "4.0", "255.0"}) {
      String[] numbers = version.split("\\.", -1);
      String bytes =
          littleEndian(Integer.parseInt(numbers[0]), 1)
              + littleEndian(Integer.parseInt(numbers[1]), 1);
      assertRefused(npy(MAGIC, bytes, "0000"), "version 1.0, 2.0 or 3.0", version);
    }
  }

  @Test
  void refusesAFileThatEndsBeforeItsVectors() throws IOException {
    assertRefused(npy(MAGIC, "01"), "8 bytes of the magic and the version at offset 0", "7 bytes");
    assertRefused(
        npy(MAGIC, "0100", "76"), "2 bytes of the header's length at offset 8", "1 bytes");
    assertRefused(
        npy(MAGIC, "0200", "760000"), "4 bytes of the header's length at offset 8", "3 bytes");
    assertRefused(
        npy(MAGIC, "0100", "7600", "7b"), "118 bytes of the header at offset 10", "1 bytes");
  }

  @Test
  void refusesAHeaderThatIsTooLong() throws IOException {
    assertRefused(npy(MAGIC, "0100", "0110"), "a header of at most 4096 bytes", "4097 bytes");
    assertRefused(
        npy(MAGIC, "0200", "ffffffff"), "a header of at most 4096 bytes", "4294967295 bytes");
  }
}
