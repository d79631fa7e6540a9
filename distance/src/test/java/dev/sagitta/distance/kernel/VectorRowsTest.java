package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VectorRowsTest {
  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  @Test
  void findsExtentAndOffsetOfAnOrdinal() {
    MemorySegment[] extents = {extent(4 * 128), extent(4 * 128), extent(128)};
    VectorRows rows = new VectorRows(extents, 2, 128);
    assertEquals(128, rows.rowBytes());
    for (int ordinal = 0; ordinal < 9; ordinal++) {
      assertSame(extents[ordinal / 4], rows.extentOf(ordinal));
      assertEquals(ordinal % 4 * 128L, rows.offsetOf(ordinal));
      assertEquals(extents[ordinal / 4].address() + ordinal % 4 * 128L, rows.addressOf(ordinal));
    }
  }

  @Test
  void findsRowsBeyondTwoGigabytes() {
    VectorRows rows = new VectorRows(new MemorySegment[] {extent(64)}, 30, 4096);
    assertEquals(4096L * ((1 << 30) - 1), rows.offsetOf((1 << 30) - 1));
  }

  @Test
  void refusesOrdinalsThatBelongToNoExtent() {
    for (int shift : new int[] {0, 2, VectorRows.ROWS_PER_EXTENT_SHIFT_MAX}) {
      VectorRows rows = new VectorRows(new MemorySegment[] {extent(64)}, shift, 64);
      assertThrows(IndexOutOfBoundsException.class, () -> rows.extentOf(1 << shift));
      assertThrows(IndexOutOfBoundsException.class, () -> rows.extentOf(-1));
      assertThrows(IndexOutOfBoundsException.class, () -> rows.addressOf(1 << shift));
      assertThrows(IndexOutOfBoundsException.class, () -> rows.addressOf(-1));
      assertThrows(IndexOutOfBoundsException.class, () -> rows.addressOf(Integer.MIN_VALUE));
    }
  }

  @Test
  void givesNoAddressBeyondTheEndOfAnExtent() {
    VectorRows rows = new VectorRows(new MemorySegment[] {extent(128 + 64), extent(4 * 64)}, 2, 64);
    long unused = rows.addressOf(2);
    IndexOutOfBoundsException refused =
        assertThrows(IndexOutOfBoundsException.class, () -> rows.addressOf(3));
    assertEquals("row 3 is beyond the end of its extent", refused.getMessage());
  }

  @Test
  void staysAsItIsWhenTheCallersArrayChanges() {
    MemorySegment first = extent(64);
    MemorySegment[] extents = {first};
    VectorRows rows = new VectorRows(extents, 0, 64);
    extents[0] = extent(64);
    assertSame(first, rows.extentOf(0));
  }

  @Test
  void holdsAReleasedExtentAsAnEmptyOne() {
    VectorRows rows = new VectorRows(new MemorySegment[] {MemorySegment.NULL, extent(64)}, 0, 64);
    assertEquals(0, rows.extentOf(0).byteSize());
    assertThrows(IndexOutOfBoundsException.class, () -> rows.addressOf(0));
  }

  @Test
  void refusesHeapSegments() {
    assertRefused("native", MemorySegment.ofArray(new long[64]));
  }

  @Test
  void refusesMappedSegments(@TempDir Path directory) throws IOException {
    Path file = Files.write(directory.resolve("vectors-1.ext"), new byte[4096]);
    try (FileChannel channel = FileChannel.open(file)) {
      assertRefused(
          "not mapped", channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
    }
  }

  @Test
  void refusesExtentsThatDoNotStartOnACacheLine() {
    assertRefused("aligned to 64", extent(128).asSlice(32, 64));
  }

  @Test
  void refusesNumbersOutsideTheirRange() {
    MemorySegment[] none = {};
    for (int shift : new int[] {-1, 31, 128}) {
      assertThrows(IllegalArgumentException.class, () -> new VectorRows(none, shift, 64));
    }
    for (int rowBytes : new int[] {Integer.MIN_VALUE, -64, 0, 4, 65}) {
      assertThrows(IllegalArgumentException.class, () -> new VectorRows(none, 4, rowBytes));
    }
  }

  @Test
  void refusesMoreExtentsThanOrdinalsCanTell() {
    MemorySegment[] extents = {extent(64), extent(64), extent(64)};
    VectorRows rows = new VectorRows(Arrays.copyOf(extents, 2), 30, 64);
    assertThrows(IndexOutOfBoundsException.class, () -> rows.extentOf(Integer.MIN_VALUE));
    assertThrows(IllegalArgumentException.class, () -> new VectorRows(extents, 30, 64));
  }

  private void assertRefused(String reason, MemorySegment extent) {
    MemorySegment[] extents = {extent(64), extent};
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new VectorRows(extents, 0, 64));
    assertTrue(String.valueOf(refused.getMessage()).contains(reason), refused::getMessage);
  }

  private MemorySegment extent(long bytes) {
    return arena.allocate(bytes, RowFormat.ALIGNMENT_BYTES);
  }
}
