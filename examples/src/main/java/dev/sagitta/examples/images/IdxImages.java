package dev.sagitta.examples.images;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Grey pictures of one size, read from a gzipped IDX file as MNIST and its relatives come in:
 *
 * <pre>
 *   int32 big-endian   magic 0x00000803: unsigned bytes in three dimensions
 *   int32              number of pictures
 *   int32              rows of a picture
 *   int32              columns of a picture
 *   bytes              the pixels, picture by picture and row by row; 0 is black
 * </pre>
 */
final class IdxImages {
  private static final int MAGIC = 0x0803;
  private static final int IMAGES_MAX = 1_000_000;
  private static final int SIDE_MAX = 1_024;

  private final int count;
  private final int rows;
  private final int columns;
  private final byte[] pixels;

  private IdxImages(int count, int rows, int columns, byte[] pixels) {
    this.count = count;
    this.rows = rows;
    this.columns = columns;
    this.pixels = pixels;
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it is missing or not such a file; the message names it and says why
   */
  static IdxImages read(Path file) throws IOException {
    if (!Files.isRegularFile(file)) {
      throw new NoSuchFileException(file.toString(), null, "there is no such file");
    }
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))))) {
      return read(in, file);
    } catch (EOFException e) {
      throw new IOException(file + " ends too early", e);
    } catch (ZipException e) {
      throw new IOException(file + " is not gzipped: " + e.getMessage(), e);
    }
  }

  private static IdxImages read(DataInputStream in, Path file) throws IOException {
    int magic = in.readInt();
    if (magic != MAGIC) {
      throw new IOException(
          "%s is no IDX file of pictures: its magic is 0x%08x, not 0x%08x"
              .formatted(file, magic, MAGIC));
    }
    int count = checked("number of pictures", in.readInt(), IMAGES_MAX, file);
    int rows = checked("number of rows", in.readInt(), SIDE_MAX, file);
    int columns = checked("number of columns", in.readInt(), SIDE_MAX, file);
    byte[] pixels = new byte[Math.multiplyExact(count, rows * columns)];
    in.readFully(pixels);
    return new IdxImages(count, rows, columns, pixels);
  }

  private static int checked(String what, int value, int max, Path file) throws IOException {
    if (value < 1 || value > max) {
      throw new IOException("%s: the %s is %d, not 1 to %d".formatted(file, what, value, max));
    }
    return value;
  }

  /** How many pictures there are. */
  int count() {
    return count;
  }

  /** How many pixels a picture has. */
  int pixelsPerImage() {
    return rows * columns;
  }

  /** A picture as a vector: its pixels row by row, from 0 for black to 1 for white. */
  float[] vector(int image) {
    float[] vector = new float[pixelsPerImage()];
    int start = image * vector.length;
    for (int i = 0; i < vector.length; i++) {
      vector[i] = Byte.toUnsignedInt(pixels[start + i]) / 255f;
    }
    return vector;
  }

  /** A picture as a picture. */
  GreyImage image(int image) {
    byte[] copy = new byte[pixelsPerImage()];
    System.arraycopy(pixels, image * copy.length, copy, 0, copy.length);
    return new GreyImage(columns, copy);
  }
}
