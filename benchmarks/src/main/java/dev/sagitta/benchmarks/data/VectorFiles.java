package dev.sagitta.benchmarks.data;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Opens files of vectors. The end of a file's name tells its format:
 *
 * <pre>
 *   .fvecs              float32, each vector behind its dimension; see {@link VecsFormat}
 *   .bvecs              unsigned bytes, each vector behind its dimension
 *   .npy                NumPy's array of two dimensions; see {@link NpyFormat}
 *   .idx, idx3-ubyte    unsigned bytes in two or more dimensions; see {@link IdxFormat}
 *   .gz behind another  the same, gzipped
 * </pre>
 */
public final class VectorFiles {
  private static final String GZIPPED = ".gz";

  private VectorFiles() {}

  @FunctionalInterface
  private interface Format {
    /** Checks the bytes of a file and finds the vectors in them. */
    VectorLayout layout(FileBytes bytes) throws IOException;
  }

  /**
   * Opens a file. It is mapped, so it must not change until the source is closed; a gzipped one is
   * unpacked into memory, 2 GiB at most. Of each vector of an fvecs or bvecs file the dimension is
   * read and compared, which takes as long as reading that file.
   *
   * @throws IOException if there is no such file, or if it is not as its format says; the message
   *     names the file, what was expected and what was found
   */
  public static VectorSource open(Path file) throws IOException {
    boolean gzipped = file.toString().endsWith(GZIPPED);
    Format format = format(file, gzipped);
    FileBytes bytes = gzipped ? FileBytes.unzip(file, FileBytes.UNZIPPED_MAX) : FileBytes.map(file);
    try {
      return new FileVectors(bytes, format.layout(bytes));
    } catch (IOException | RuntimeException e) {
      bytes.close();
      throw e;
    }
  }

  /** Reads all vectors of a file into memory; see {@link #open}. */
  public static float[][] readAll(Path file) throws IOException {
    try (VectorSource source = open(file)) {
      float[][] vectors = new float[source.count()][];
      for (int i = 0; i < vectors.length; i++) {
        vectors[i] = source.row(i);
      }
      return vectors;
    }
  }

  private static Format format(Path file, boolean gzipped) throws IOException {
    String name = file.toString();
    if (gzipped) {
      name = name.substring(0, name.length() - GZIPPED.length());
    }
    if (name.endsWith(".fvecs")) {
      return bytes -> VecsFormat.layout(bytes, ElementFormat.FLOAT32);
    }
    if (name.endsWith(".bvecs")) {
      return bytes -> VecsFormat.layout(bytes, ElementFormat.UINT8);
    }
    if (name.endsWith(".npy")) {
      return NpyFormat::layout;
    }
    if (name.endsWith(".idx") || name.endsWith("idx3-ubyte")) {
      return IdxFormat::layout;
    }
    throw FileBytes.mismatch(
        file,
        "a name that ends in .fvecs, .bvecs, .npy, .idx or idx3-ubyte, or in one of them and .gz",
        "another");
  }
}
