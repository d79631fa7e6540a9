package dev.sagitta.benchmarks.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes an fvecs file, vector by vector. See {@link VecsFormat}. For one thread.
 *
 * <p>The file is whole once this is closed. Closed without a vector it is empty, and {@link
 * VectorFiles#open} refuses it.
 */
public final class FvecsWriter implements AutoCloseable {
  private final OutputStream out;

  /** Elements of every vector; 0 until there is one. */
  private int dimension;

  /** The vector that is being written, behind the dimension. */
  private byte[] row = {};

  /** Makes a file, which is replaced if there is one. */
  public FvecsWriter(Path file) throws IOException {
    out = new BufferedOutputStream(Files.newOutputStream(file));
  }

  /**
   * Appends a vector, which is copied.
   *
   * @throws IllegalArgumentException if it has no elements, or not as many as the first
   */
  public void append(float[] vector) throws IOException {
    if (vector.length == 0) {
      throw new IllegalArgumentException("vector has 0 elements; allowed are at least 1");
    }
    if (dimension == 0) {
      dimension = vector.length;
      row = VecsFormat.newRow(dimension);
    }
    if (vector.length != dimension) {
      throw new IllegalArgumentException(
          "vector has %d elements; the first has %d".formatted(vector.length, dimension));
    }
    VecsFormat.elements(row).asFloatBuffer().put(vector);
    out.write(row);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
