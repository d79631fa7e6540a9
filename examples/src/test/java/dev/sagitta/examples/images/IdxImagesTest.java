package dev.sagitta.examples.images;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxImagesTest {
  private static final int MAGIC = 0x0803;

  @TempDir private Path directory;

  @Test
  void readsPicturesAsVectors() throws IOException {
    Path file = write(new int[] {MAGIC, 2, 1, 3}, 0, 51, 255, 255, 102, 0);
    IdxImages images = IdxImages.read(file);

    assertEquals(2, images.count());
    assertEquals(3, images.pixelsPerImage());
    assertArrayEquals(new float[] {0f, 0.2f, 1f}, images.vector(0));
    assertArrayEquals(new float[] {1f, 0.4f, 0f}, images.vector(1));
  }

  @Test
  void namesAFileThatIsMissing() {
    assertRefused(directory.resolve("absent.gz"), "absent.gz", "no such file");
  }

  @Test
  void namesAFileThatIsNotZipped() throws IOException {
    Path file = Files.writeString(directory.resolve("plain.gz"), "plain text");

    assertRefused(file, "plain.gz", "not gzipped");
  }

  @Test
  void tellsAWrongMagic() throws IOException {
    assertRefused(write(new int[] {0x0801, 2, 1, 3}), "images.gz", "0x00000801", "0x00000803");
  }

  @Test
  void tellsASizeThatCannotBe() throws IOException {
    assertRefused(write(new int[] {MAGIC, -1, 1, 3}), "number of pictures is -1");
    assertRefused(write(new int[] {MAGIC, 2, 5_000, 3}), "number of rows is 5000");
  }

  @Test
  void tellsAFileThatEndsTooEarly() throws IOException {
    assertRefused(write(new int[] {MAGIC, 2, 1, 3}, 0, 51), "ends too early");
  }

  private Path write(int[] header, int... pixels) throws IOException {
    Path file = directory.resolve("images.gz");
    try (DataOutputStream out =
        new DataOutputStream(new GZIPOutputStream(Files.newOutputStream(file)))) {
      for (int field : header) {
        out.writeInt(field);
      }
      for (int pixel : pixels) {
        out.writeByte(pixel);
      }
    }
    return file;
  }

  private static void assertRefused(Path file, String... parts) {
    IOException error = assertThrows(IOException.class, () -> IdxImages.read(file));
    String message = String.valueOf(error.getMessage());
    for (String part : parts) {
      assertTrue(message.contains(part), () -> "\"" + message + "\" tells " + part);
    }
  }
}
