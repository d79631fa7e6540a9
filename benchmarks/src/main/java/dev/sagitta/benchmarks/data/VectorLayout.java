package dev.sagitta.benchmarks.data;

import java.io.IOException;

/**
 * Where the vectors of a file are.
 *
 * @param elements how their elements are stored
 * @param count vectors, at least 1
 * @param dimension elements of each, at least 1
 * @param offset of the first vector's first element
 * @param strideBytes from a vector's first element to that of the next
 */
record VectorLayout(
    ElementFormat elements, int count, int dimension, long offset, long strideBytes) {

  /**
   * Vectors with nothing between them, which the file must end with.
   *
   * @param offset of the first
   */
  static VectorLayout dense(
      FileBytes bytes, ElementFormat elements, long count, long dimension, long offset)
      throws IOException {
    int vectors = bytes.checkedCount(count, "vectors");
    int length = bytes.checkedCount(dimension, "elements of a vector");
    long strideBytes = (long) length * elements.bytes();
    long found = bytes.size() - offset;
    // Not by a product, which could overflow.
    if (found % strideBytes != 0 || found / strideBytes != vectors) {
      throw bytes.mismatch(
          "%d vectors of %d bytes from offset %d on".formatted(vectors, strideBytes, offset),
          found + " bytes");
    }
    return new VectorLayout(elements, vectors, length, offset, strideBytes);
  }
}
