package dev.sagitta.benchmarks.data;

import static dev.sagitta.benchmarks.data.TestFiles.assertRefused;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.ZipException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileBytesTest {
  @TempDir Path directory;

  private Path zipped() throws IOException {
    return TestFiles.zip(directory.resolve("a.gz"), "0001020304");
  }

  private static void unzip(Path file, int bytesMax) throws IOException {
    FileBytes.unzip(file, bytesMax).close();
  }

  @Test
  void unpacksAsManyBytesAsAllowedAndNoMore() throws IOException {
    Path file = zipped();
    try (FileBytes bytes = FileBytes.unzip(file, 5)) {
      assertEquals(5, bytes.size());
      assertEquals(4, bytes.uint8(4));
    }
    assertRefused(file, "at most 4 bytes when unpacked", "more", () -> unzip(file, 4));
  }

  @Test
  void refusesWhatIsNotZipped() throws IOException {
    Path file = TestFiles.write(directory.resolve("plain.gz"), "00010203040506070809");
    assertRefused(
        file,
        "a whole gzip file",
        "java.util.zip.ZipException: Not in GZIP format",
        () -> unzip(file, 5));
    IOException error = assertThrows(IOException.class, () -> unzip(file, 5));
    assertInstanceOf(ZipException.class, error.getCause());
  }

  @Test
  void refusesWhatEndsTooEarlyWhereverThatIs() throws IOException {
    byte[] whole = Files.readAllBytes(zipped());
    for (int length = 0; length < whole.length; length++) {
      Path file = Files.write(directory.resolve("cut.gz"), Arrays.copyOf(whole, length));
      IOException error = assertThrows(IOException.class, () -> unzip(file, 5));
      assertInstanceOf(EOFException.class, error.getCause());
    }
  }

  @Test
  void refusesWhatItsChecksumDoesNotFit() throws IOException {
    byte[] bytes = Files.readAllBytes(zipped());
    bytes[bytes.length - 8] ^= 1;
    Path file = Files.write(directory.resolve("bad.gz"), bytes);
    IOException error = assertThrows(IOException.class, () -> unzip(file, 5));
    assertInstanceOf(ZipException.class, error.getCause());
  }
}
