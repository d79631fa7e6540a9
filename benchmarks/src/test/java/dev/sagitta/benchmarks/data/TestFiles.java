package dev.sagitta.benchmarks.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.function.Executable;

/** Files made byte by byte, and what is said when they are refused. */
final class TestFiles {
  private TestFiles() {}

  /** Writes bytes, given in hexadecimal. */
  static Path write(Path file, String... hex) throws IOException {
    return Files.write(file, bytes(hex));
  }

  /** Writes bytes, given in hexadecimal, gzipped. */
  static Path zip(Path file, String... hex) throws IOException {
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(bytes(hex));
    }
    return file;
  }

  private static byte[] bytes(String... hex) {
    return HexFormat.of().parseHex(String.join("", hex));
  }

  /** All vectors of a file. */
  static float[][] read(Path file) throws IOException {
    try (VectorSource source = VectorFiles.open(file)) {
      float[][] rows = new float[source.count()][];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = source.row(i);
        assertEquals(source.dimension(), rows[i].length);
      }
      return rows;
    }
  }

  /** Asserts that a file of vectors is refused, and what is said. */
  static void assertRefused(Path file, String expected, String found) {
    assertRefused(file, expected, found, () -> VectorFiles.open(file).close());
  }

  /** Asserts that a file is refused, and what is said. */
  static void assertRefused(Path file, String expected, String found, Executable reading) {
    assertEquals(
        "%s: expected %s, found %s".formatted(file, expected, found),
        assertThrows(IOException.class, reading).getMessage());
  }
}
