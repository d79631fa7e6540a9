package dev.sagitta.benchmarks.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Layout of fvecs, bvecs and ivecs files, which are rows without anything between or around them:
 *
 * <pre>
 *   int32 little-endian   number of elements
 *   elements              float32 or int32, little-endian, or unsigned bytes
 * </pre>
 *
 * In files of vectors all rows have the same number of elements.
 */
final class VecsFormat {
  /** Of the number of elements, with which each row begins. */
  static final int LENGTH_BYTES = Integer.BYTES;

  private VecsFormat() {}

  /** Checks that all rows are whole and have as many elements as the first. */
  static VectorLayout layout(FileBytes bytes, ElementFormat elements) throws IOException {
    int dimension = bytes.checkedCount(length(bytes, 0), "elements of a vector");
    long rowBytes = LENGTH_BYTES + (long) dimension * elements.bytes();
    int count = bytes.checkedCount(Math.ceilDiv(bytes.size(), rowBytes), "vectors");
    for (long offset = 0; offset < bytes.size(); offset += rowBytes) {
      int length = length(bytes, offset);
      if (length != dimension) {
        throw bytes.mismatch(
            "%d elements in the row at offset %d, as in the first".formatted(dimension, offset),
            Integer.toString(length));
      }
      bytes.require("a row", offset, rowBytes);
    }
    return new VectorLayout(elements, count, dimension, LENGTH_BYTES, rowBytes);
  }

  /** The number of elements of the row at an offset, at least 0. */
  static int length(FileBytes bytes, long offset) throws IOException {
    bytes.require("a row's length", offset, LENGTH_BYTES);
    int length = bytes.int32(offset);
    if (length < 0) {
      throw bytes.mismatch(
          "a row's length, at least 0, at offset " + offset, Integer.toString(length));
    }
    return length;
  }

  /** A row of elements of 4 bytes: its length is there, its elements are yet to be put. */
  static byte[] newRow(int length) {
    byte[] row = new byte[Math.addExact(LENGTH_BYTES, Math.multiplyExact(length, Integer.BYTES))];
    ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).putInt(length);
    return row;
  }

  /** Where the elements of a row go, from the buffer's position on. */
  static ByteBuffer elements(byte[] row) {
    return ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).position(LENGTH_BYTES);
  }
}
