package dev.sagitta.hnsw;

import java.util.Arrays;

/**
 * The nearest nodes a walk has found, in one sorted array: candidates and results in one.
 *
 * <p>It holds up to {@code ef} accepted entries and the rejected ones nearer than the ef-th
 * accepted: a rejected node leads on, but is no result. Fewer than ef accepted ones leave it open
 * at the end, up to {@link #capacityFor}; then the farthest entry gives way, whatever it is. So a
 * filter that rejects more than 15 of 16 nodes near the query may leave fewer than ef results, and
 * a filter that rejects all ends the walk after that many expansions.
 *
 * <p>For one thread.
 */
final class Beam {
  private static final int REJECTED_PER_EF = 15;
  private static final int REJECTED_MAX = 1 << 16;

  private static final byte ACCEPTED = 1;
  private static final byte EXPANDED = 2;

  private long[] keys = {};
  private byte[] flags = {};
  private int capacity;
  private int ef;
  private int size;
  private int acceptedCount;

  /** No entry before this index is unexpanded. */
  private int next;

  /** The most entries, accepted and rejected, for an ef. */
  static int capacityFor(int ef) {
    return ef + Math.min(REJECTED_PER_EF * ef, REJECTED_MAX);
  }

  /** Empties the beam. */
  void reset(int efWanted) {
    resize(efWanted);
    size = 0;
    acceptedCount = 0;
    next = 0;
  }

  /** Keeps the nearest entries, up to the ef-th accepted, as unexpanded ones of a new walk. */
  void reopen(int efWanted, SlotFilter accept) {
    resize(efWanted);
    int kept = 0;
    acceptedCount = 0;
    next = 0;
    while (kept < size && kept < capacity && acceptedCount < ef) {
      boolean accepted = accept.accept(ordinal(kept));
      flags[kept++] = accepted ? ACCEPTED : 0;
      acceptedCount += accepted ? 1 : 0;
    }
    size = kept;
  }

  private void resize(int efWanted) {
    ef = efWanted;
    capacity = capacityFor(efWanted);
    if (keys.length <= capacity) {
      // One more than the capacity: an entry goes in before the last gives way.
      keys = Arrays.copyOf(keys, capacity + 1);
      flags = Arrays.copyOf(flags, capacity + 1);
    }
  }

  /** True if an entry with the key would get in. */
  boolean wants(long key) {
    boolean open = acceptedCount < ef && size < capacity;
    return open || key < keys[size - 1];
  }

  /** Adds an entry that is wanted and not in. */
  void add(long key, boolean accepted) {
    int index = -Arrays.binarySearch(keys, 0, size, key) - 1;
    System.arraycopy(keys, index, keys, index + 1, size - index);
    System.arraycopy(flags, index, flags, index + 1, size - index);
    keys[index] = key;
    flags[index] = accepted ? ACCEPTED : 0;
    acceptedCount += accepted ? 1 : 0;
    size++;
    next = Math.min(next, index);
    if (acceptedCount > ef || size > capacity) {
      dropLast();
    }
    while (acceptedCount == ef && !isAccepted(size - 1)) {
      size--;
    }
  }

  private void dropLast() {
    size--;
    acceptedCount -= isAccepted(size) ? 1 : 0;
  }

  /**
   * Marks the nearest unexpanded entry as expanded and gives its ordinal, or -1 if none is left.
   */
  int expandNext() {
    while (next < size && (flags[next] & EXPANDED) != 0) {
      next++;
    }
    if (next >= size) {
      return -1;
    }
    flags[next] |= EXPANDED;
    return ordinal(next);
  }

  /** The ordinal of the n-th entry behind the one expanded last, from 1 on; -1 if there is none. */
  int behind(int n) {
    return next + n < size ? ordinal(next + n) : -1;
  }

  /** Drops the rejected entries: what is left is the result. The walk is over. */
  void keepAccepted() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (isAccepted(i)) {
        keys[kept] = keys[i];
        flags[kept++] = ACCEPTED;
      }
    }
    size = kept;
  }

  int size() {
    return size;
  }

  long key(int index) {
    return keys[index];
  }

  int ordinal(int index) {
    return Keys.ordinal(keys[index]);
  }

  boolean isAccepted(int index) {
    return (flags[index] & ACCEPTED) != 0;
  }
}
