package dev.sagitta.hnsw;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A fixed number of ints off-heap, zero at first. For one thread; lives as long as its arena. */
final class IntTable {
  private final MemorySegment ints;
  private final long length;

  IntTable(Arena arena, long length) {
    this.length = length;
    ints = arena.allocate(length * Integer.BYTES, Integer.BYTES);
  }

  int get(long index) {
    return ints.getAtIndex(ValueLayout.JAVA_INT, index);
  }

  void set(long index, int value) {
    ints.setAtIndex(ValueLayout.JAVA_INT, index, value);
  }

  /** Adds one, unless the index lies beyond the table. */
  void increment(long index) {
    if (index >= 0 && index < length) {
      set(index, get(index) + 1);
    }
  }
}
