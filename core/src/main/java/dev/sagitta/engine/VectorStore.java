package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.RowLayout;
import dev.sagitta.distance.kernel.VectorRows;
import dev.sagitta.engine.Extents.Extent;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The vectors of all slots, by ordinal: rows of equal length in extents that hold the same power of
 * two of rows.
 *
 * <p>Rows are written by the write lane before their sequence is published and never change.
 * Readers hold the epoch.
 */
final class VectorStore {
  /** The rows as kernels want them, and the array of extents that they were made of. */
  @SuppressWarnings("ArrayRecordComponent") // never changed, compared by identity
  private record Snapshot(Extent[] extents, VectorRows rows) {}

  private final RowLayout layout;
  private final int rowsPerExtentShift;
  private final Extents extents;
  private volatile Snapshot snapshot;

  /**
   * An empty store.
   *
   * @param rowsPerExtentShift log2 of the rows per extent
   * @param extents of {@code layout.rowBytes() << rowsPerExtentShift} bytes each
   */
  VectorStore(RowLayout layout, int rowsPerExtentShift, Extents extents) {
    this.layout = layout;
    this.rowsPerExtentShift = rowsPerExtentShift;
    this.extents = extents;
    this.snapshot = snapshotOf(extents.now());
  }

  /** Largest shift whose extent stays within a size; 0, one row, where none does. */
  static int rowsPerExtentShift(RowLayout layout, int extentBytesMax) {
    int rows = Math.max(1, extentBytesMax / layout.rowBytes());
    return 31 - Integer.numberOfLeadingZeros(rows);
  }

  RowLayout layout() {
    return layout;
  }

  Extents extents() {
    return extents;
  }

  /** Rows per extent. */
  int rowsPerExtent() {
    return 1 << rowsPerExtentShift;
  }

  /**
   * Makes the extent writable that a slot's vector goes to. Write lane only.
   *
   * @throws dev.sagitta.CorruptionException if a checkpoint stored it part full and it is damaged
   */
  void prepare(int slot) {
    extents.writable(slot >>> rowsPerExtentShift);
  }

  /** Stores a slot's vector. Write lane only. */
  void write(int slot, VectorValue vector) {
    MemorySegment extent = extents.writable(slot >>> rowsPerExtentShift);
    layout.write(vector, extent, offsetInExtent(slot));
  }

  /** Reads a slot's vector, bit for bit as it was given. */
  VectorValue read(int slot) {
    Extent extent = extents.now()[slot >>> rowsPerExtentShift];
    extents.ensureVerified(extent, offsetInExtent(slot), layout.rowBytes());
    return layout.read(extent.memory(), offsetInExtent(slot));
  }

  /** Where a slot's row differs from one of its vector; see {@link RowLayout#mismatch}. */
  long mismatch(int slot, MemorySegment row) {
    Extent extent = extents.now()[slot >>> rowsPerExtentShift];
    long offset = offsetInExtent(slot);
    extents.ensureVerified(extent, offset, layout.rowBytes());
    return layout.mismatch(extent.memory(), offset, row);
  }

  /** Makes sure that the rows of some slots are what was written. */
  void ensureVerified(int[] slots, int count) {
    Extent[] now = extents.now();
    for (int i = 0; i < count; i++) {
      Extent extent = now[slots[i] >>> rowsPerExtentShift];
      if (!extent.trusted()) {
        extents.ensureVerified(extent, offsetInExtent(slots[i]), layout.rowBytes());
      }
    }
  }

  /** All rows as kernels want them; of use while the caller holds the epoch. */
  @SuppressWarnings("ReferenceEquality") // the same array, not an equal one
  VectorRows rows() {
    Snapshot known = snapshot;
    Extent[] now = extents.now();
    if (known.extents() != now) {
      known = snapshotOf(now);
      snapshot = known;
    }
    return known.rows();
  }

  private Snapshot snapshotOf(Extent[] now) {
    MemorySegment[] memory = Arrays.stream(now).map(Extent::memory).toArray(MemorySegment[]::new);
    return new Snapshot(now, new VectorRows(memory, rowsPerExtentShift, layout.rowBytes()));
  }

  private long offsetInExtent(int slot) {
    return (long) (slot & (rowsPerExtent() - 1)) * layout.rowBytes();
  }
}
