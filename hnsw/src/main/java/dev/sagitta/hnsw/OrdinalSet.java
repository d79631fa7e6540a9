package dev.sagitta.hnsw;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A set of ordinals in a fixed range, a bit each, off-heap. For one thread; lives as long as its
 * arena.
 */
public final class OrdinalSet {
  private final MemorySegment bits;
  private final long ordinalEnd;
  private int size;

  /** An empty set that can hold the ordinals in [0, ordinalEnd). */
  public OrdinalSet(Arena arena, long ordinalEnd) {
    this.ordinalEnd = ordinalEnd;
    bits = arena.allocate((ordinalEnd + Byte.SIZE - 1) / Byte.SIZE);
  }

  /** Adds an ordinal; false if it is in or out of the range. */
  public boolean add(int ordinal) {
    if (ordinal >= ordinalEnd || contains(ordinal)) {
      return false;
    }
    int index = ordinal >>> 3;
    int value = bits.get(ValueLayout.JAVA_BYTE, index) | 1 << (ordinal & 7);
    bits.set(ValueLayout.JAVA_BYTE, index, (byte) value);
    size++;
    return true;
  }

  /** Whether an ordinal, which is not negative, is in the set. */
  public boolean contains(int ordinal) {
    return ordinal < ordinalEnd
        && (bits.get(ValueLayout.JAVA_BYTE, ordinal >>> 3) >>> (ordinal & 7) & 1) != 0;
  }

  /** How many ordinals are in the set. */
  public int size() {
    return size;
  }
}
