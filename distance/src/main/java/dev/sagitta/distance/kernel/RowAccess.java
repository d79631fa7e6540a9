package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;

/**
 * How a loop gets at the row of an ordinal: by which memory, and from which offset in it. Records,
 * because C2 takes what a constant record gives for constants.
 */
sealed interface RowAccess {
  /** The fastest that the host allows. */
  static RowAccess fastest() {
    return nativeAccess() ? new ByAddress() : new ByExtent();
  }

  /** Whether the host allows native access to this module. */
  static boolean nativeAccess() {
    return RowAccess.class.getModule().isNativeAccessEnabled();
  }

  /**
   * Where the row of an ordinal starts in its {@link #memory}, in bytes.
   *
   * @throws IndexOutOfBoundsException if there is no such row, or later, when it is read
   */
  long locate(VectorRows rows, int ordinal);

  /** Memory that holds the row. */
  MemorySegment memory(VectorRows rows, int ordinal);

  /** What {@link #locate} gave, in a form that C2 knows the range of. */
  long offset(long located);

  /** The first byte of the row, to have its line read; 0 where that costs more than it gains. */
  byte readAhead(long located);

  /**
   * By the extent of the row. C2 asks every segment once per call, and every element of the first
   * step, what it is, whether it is alive and how long it is: about a hundred instructions a row.
   */
  record ByExtent() implements RowAccess {
    @Override
    public long locate(VectorRows rows, int ordinal) {
      return rows.offsetOf(ordinal);
    }

    @Override
    public MemorySegment memory(VectorRows rows, int ordinal) {
      return rows.extentOf(ordinal);
    }

    @Override
    public long offset(long located) {
      return located;
    }

    @Override
    public byte readAhead(long located) {
      return 0;
    }
  }

  /**
   * By its address, in one segment that is all memory: its length and its life are constants, so
   * that nothing is left to ask in the loop. That the row is inside its extent, {@link
   * VectorRows#addressOf} checks; that the extent is alive, nobody does: reading one that was freed
   * may end the JVM, where {@link ByExtent} throws. Takes native access.
   */
  record ByAddress() implements RowAccess {
    @SuppressWarnings("restricted") // made only where fastest found that this module may
    private static final MemorySegment ALL_MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** More than any address has; with a row's length added, still inside the segment. */
    private static final long ADDRESS_BITS = Long.MAX_VALUE >>> 1;

    @Override
    public long locate(VectorRows rows, int ordinal) {
      return rows.addressOf(ordinal);
    }

    @Override
    public MemorySegment memory(VectorRows rows, int ordinal) {
      return ALL_MEMORY;
    }

    @Override
    public long offset(long located) {
      return located & ADDRESS_BITS;
    }

    @Override
    public byte readAhead(long located) {
      return ALL_MEMORY.get(RowLayout.BYTE, offset(located));
    }
  }
}
