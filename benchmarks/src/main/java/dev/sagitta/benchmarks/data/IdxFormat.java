package dev.sagitta.benchmarks.data;

import java.io.IOException;

/**
 * Layout of IDX files of unsigned bytes, as MNIST and its relatives come in:
 *
 * <pre>
 *   int32 big-endian     magic 0x00000800 + number of dimensions, here at least 2
 *   int32 for each       the dimensions' sizes
 *   bytes                the elements, the last dimension's closest together
 * </pre>
 *
 * The first dimension counts the vectors; the others together are a vector's elements.
 */
final class IdxFormat {
  private static final int MAGIC = 0x0800;
  private static final int DIMENSIONS_MIN = 2;
  private static final int DIMENSIONS_MAX = 0xff;

  private IdxFormat() {}

  /** Checks the header and finds the vectors behind it. */
  static VectorLayout layout(FileBytes bytes) throws IOException {
    bytes.require("the magic", 0, Integer.BYTES);
    int magic = bytes.int32BigEndian(0);
    int dimensions = magic - MAGIC;
    if (dimensions < DIMENSIONS_MIN || dimensions > DIMENSIONS_MAX) {
      throw bytes.mismatch(
          "magic 0x%08x to 0x%08x".formatted(MAGIC + DIMENSIONS_MIN, MAGIC + DIMENSIONS_MAX),
          "0x%08x".formatted(magic));
    }
    bytes.require("the sizes", Integer.BYTES, (long) dimensions * Integer.BYTES);
    int count = size(bytes, 0);
    int elements = 1;
    for (int i = 1; i < dimensions; i++) {
      elements = bytes.checkedCount((long) elements * size(bytes, i), "elements of a vector");
    }
    return VectorLayout.dense(
        bytes, ElementFormat.UINT8, count, elements, (1L + dimensions) * Integer.BYTES);
  }

  private static int size(FileBytes bytes, int dimension) throws IOException {
    return bytes.checkedCount(
        bytes.int32BigEndian((1L + dimension) * Integer.BYTES),
        "as the size of dimension " + dimension);
  }
}
