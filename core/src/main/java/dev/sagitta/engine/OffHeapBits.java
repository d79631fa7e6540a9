package dev.sagitta.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A set of small integers in off-heap memory, one bit each. Not thread-safe. */
final class OffHeapBits {
  private final MemorySegment words;

  /** An empty set of integers below a bound, in the arena's memory. */
  OffHeapBits(Arena arena, long bound) {
    words = arena.allocate(Math.max(1, Math.ceilDiv(bound, Long.SIZE)) * Long.BYTES, Long.BYTES);
  }

  void set(long index) {
    long word = index >>> 6;
    words.setAtIndex(
        ValueLayout.JAVA_LONG, word, words.getAtIndex(ValueLayout.JAVA_LONG, word) | 1L << index);
  }

  boolean get(long index) {
    return (words.getAtIndex(ValueLayout.JAVA_LONG, index >>> 6) & 1L << index) != 0;
  }
}
