package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;

/**
 * A snapshot of where the rows of all ordinals are: a table of extents, each holding the same power
 * of two of rows. Immutable, so all threads share it; whoever adds or swaps an extent makes a new
 * snapshot and publishes it.
 *
 * <pre>
 *   ordinal = | extent index : high bits | row in the extent : low rowsPerExtentShift bits |
 *   extents[extent index]: row 0, row 1, ... each rowBytes long, the first at byte 0
 * </pre>
 *
 * <p>Extents are native memory and not mapped: one implementation class of {@link MemorySegment},
 * because a kernel that has met two is half as fast, and one that has met heap segments too six
 * times slower. They start on a cache line. An extent may be shorter than its share of ordinals, so
 * that the last one can be small and a released one empty ({@link MemorySegment#NULL}); scoring an
 * ordinal beyond its end is an {@link IndexOutOfBoundsException}.
 *
 * <p>Does not own the memory: it must stay open until no reader uses the snapshot, and be that of
 * an arena which is closed explicitly, since a kernel that reads by address keeps no segment alive.
 */
public final class VectorRows {
  /** The largest shift: one extent for all ordinals. */
  public static final int ROWS_PER_EXTENT_SHIFT_MAX = 30;

  private static final long ORDINALS_MAX = 1L << (Integer.SIZE - 1);

  private final MemorySegment[] extents;
  private final int rowsPerExtentShift;
  private final int rowMask;
  private final int rowBytes;

  /** By extent index. */
  private final long[] addresses;

  /** By extent index, where the last row in it can start. */
  private final long[] lastRows;

  /**
   * Makes a snapshot. Costs one pass over the extents.
   *
   * @param extents by extent index, their rows starting at byte 0 (slice a file's header off); the
   *     array is copied, the segments are kept
   * @param rowsPerExtentShift log2 of the rows of an extent, 0 to {@link
   *     #ROWS_PER_EXTENT_SHIFT_MAX}
   * @param rowBytes from one row to the next, see {@link RowLayout#rowBytes}
   * @throws IllegalArgumentException if an extent is on the heap, mapped or not aligned to 64
   *     bytes, if a number is outside its range, or there are more extents than ordinals can tell
   */
  public VectorRows(MemorySegment[] extents, int rowsPerExtentShift, int rowBytes) {
    if (rowsPerExtentShift < 0 || rowsPerExtentShift > ROWS_PER_EXTENT_SHIFT_MAX) {
      throw new IllegalArgumentException(
          "rowsPerExtentShift must be 0 to "
              + ROWS_PER_EXTENT_SHIFT_MAX
              + ", was "
              + rowsPerExtentShift);
    }
    if (rowBytes <= 0 || rowBytes % RowFormat.ALIGNMENT_BYTES != 0) {
      throw new IllegalArgumentException(
          "rowBytes must be a positive multiple of "
              + RowFormat.ALIGNMENT_BYTES
              + ", was "
              + rowBytes);
    }
    long extentsMax = ORDINALS_MAX >>> rowsPerExtentShift;
    if (extents.length > extentsMax) {
      throw new IllegalArgumentException(
          "extents must be at most " + extentsMax + ", were " + extents.length);
    }
    this.extents = extents.clone();
    this.rowsPerExtentShift = rowsPerExtentShift;
    this.rowMask = (1 << rowsPerExtentShift) - 1;
    this.rowBytes = rowBytes;
    addresses = new long[this.extents.length];
    lastRows = new long[this.extents.length];
    for (int i = 0; i < this.extents.length; i++) {
      MemorySegment extent = this.extents[i];
      if (!extent.isNative() || extent.isMapped()) {
        throw new IllegalArgumentException("an extent must be native, not mapped, was " + extent);
      }
      if (extent.address() % RowFormat.ALIGNMENT_BYTES != 0) {
        throw new IllegalArgumentException(
            "an extent must be aligned to " + RowFormat.ALIGNMENT_BYTES + " bytes, was " + extent);
      }
      addresses[i] = extent.address();
      lastRows[i] = extent.byteSize() - rowBytes;
    }
  }

  /** The bytes from one row to the next. */
  public int rowBytes() {
    return rowBytes;
  }

  /**
   * The extent that holds the row of an ordinal.
   *
   * @throws IndexOutOfBoundsException if the ordinal is negative or belongs to no extent
   */
  public MemorySegment extentOf(int ordinal) {
    // A negative ordinal is an index beyond the most extents there can be.
    return extents[ordinal >>> rowsPerExtentShift];
  }

  /** Where the row of an ordinal starts in {@link #extentOf}, in bytes. */
  public long offsetOf(int ordinal) {
    return (long) (ordinal & rowMask) * rowBytes;
  }

  /**
   * The address of the row of an ordinal.
   *
   * @throws IndexOutOfBoundsException if the ordinal is negative or its row is not in an extent
   */
  long addressOf(int ordinal) {
    int extent = ordinal >>> rowsPerExtentShift;
    long offset = offsetOf(ordinal);
    if (offset > lastRows[extent]) {
      throw new IndexOutOfBoundsException("row " + ordinal + " is beyond the end of its extent");
    }
    return addresses[extent] + offset;
  }
}
