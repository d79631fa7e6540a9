package dev.sagitta.benchmarks.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads and writes ivecs files: lists of int32, each behind its length. See {@link VecsFormat}. */
public final class IntLists {
  private IntLists() {}

  /**
   * Reads all lists of a file, which may be of different lengths, also empty.
   *
   * @throws IOException if there is no such file, if it is empty, or if it ends within a list; the
   *     message names the file, what was expected and what was found
   */
  public static int[][] read(Path file) throws IOException {
    try (FileBytes bytes = FileBytes.map(file)) {
      List<int[]> lists = new ArrayList<>();
      long offset = 0;
      while (offset < bytes.size()) {
        int length = VecsFormat.length(bytes, offset);
        long listBytes = VecsFormat.LENGTH_BYTES + (long) length * Integer.BYTES;
        bytes.require("a row", offset, listBytes);
        lists.add(bytes.int32s(offset + VecsFormat.LENGTH_BYTES, length));
        offset += listBytes;
      }
      return lists.toArray(int[][]::new);
    }
  }

  /**
   * Reads all lists of a file, which must be of one length.
   *
   * @throws IOException as {@link #read}, or if the lengths differ
   */
  public static int[][] readOfOneLength(Path file) throws IOException {
    int[][] lists = read(file);
    for (int i = 1; i < lists.length; i++) {
      if (lists[i].length != lists[0].length) {
        throw FileBytes.mismatch(
            file,
            "%d numbers in list %d, as in list 0".formatted(lists[0].length, i),
            Integer.toString(lists[i].length));
      }
    }
    return lists;
  }

  /**
   * Writes lists to a file, which is replaced if there is one.
   *
   * @throws IllegalArgumentException if there are no lists, since no file can say so
   */
  public static void write(Path file, int[][] lists) throws IOException {
    if (lists.length == 0) {
      throw new IllegalArgumentException("lists has length 0; allowed is at least 1");
    }
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
      for (int[] list : lists) {
        byte[] row = VecsFormat.newRow(list.length);
        VecsFormat.elements(row).asIntBuffer().put(list);
        out.write(row);
      }
    }
  }
}
