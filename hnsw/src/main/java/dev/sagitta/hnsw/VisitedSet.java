package dev.sagitta.hnsw;

import java.util.Arrays;

/**
 * The ordinals one walk has met: an open-addressing hash set that is emptied by counting an epoch.
 *
 * <p>Each slot holds (epoch, ordinal); a slot of another epoch is empty. Chosen over an array of
 * stamps by ordinal because its size follows the work of one search and not the number of records
 * (promise P9), and because the few thousand slots of a usual search stay in the nearest cache,
 * where an array over millions of ordinals would cost one miss per link.
 *
 * <p>For one thread. Grows as needed; what a rare huge walk made it grow to is given back.
 */
final class VisitedSet {
  private static final int INITIAL_SLOTS = 1 << 12;

  /** A table larger than this (2 MiB) is not kept for the next walk. */
  static final int KEPT_SLOTS_MAX = 1 << 18;

  /** 2^32 divided by the golden ratio: spreads consecutive ordinals. */
  private static final int SPREAD = 0x9E3779B9;

  private long[] slots = new long[INITIAL_SLOTS];
  private int shift = shiftFor(INITIAL_SLOTS);
  private int epoch;
  private int size;

  /** Room for {@link #add}. */
  private final int[] one = new int[1];

  VisitedSet() {
    this(1);
  }

  /** A set that begins with some epoch other than 0, which is that of slots never used. */
  VisitedSet(int firstEpoch) {
    epoch = firstEpoch;
  }

  void clear() {
    size = 0;
    if (slots.length > KEPT_SLOTS_MAX) {
      slots = new long[INITIAL_SLOTS];
      shift = shiftFor(INITIAL_SLOTS);
      epoch = 1;
    } else if (++epoch == 0) {
      Arrays.fill(slots, 0);
      epoch = 1;
    }
  }

  /** Adds an ordinal, or says false if it is in. */
  boolean add(int ordinal) {
    one[0] = ordinal;
    return addAll(one, 1, one, 0) == 1;
  }

  /**
   * Adds ordinals, and writes those that were not in behind others.
   *
   * <p>Whether one was in is a coin toss, which no processor predicts; so nothing branches on it.
   *
   * @param count of the ordinals
   * @param added has room for all of them behind the others; {@code ordinals} itself only if there
   *     are no others
   * @return how many there are in {@code added} now
   */
  int addAll(int[] ordinals, int count, int[] added, int others) {
    while (size + count > slots.length / 2) {
      grow();
    }
    long[] table = slots;
    int end = others;
    for (int i = 0; i < count; i++) {
      int ordinal = ordinals[i];
      long entry = ((long) epoch << 32) | Integer.toUnsignedLong(ordinal);
      int slot = (ordinal * SPREAD) >>> shift;
      long there = table[slot];
      while (there != entry && (int) (there >>> 32) == epoch) {
        slot = (slot + 1) & (table.length - 1);
        there = table[slot];
      }
      table[slot] = entry;
      added[end] = ordinal;
      end += there == entry ? 0 : 1;
    }
    size += end - others;
    return end;
  }

  private void grow() {
    long[] old = slots;
    slots = new long[2 * old.length];
    shift = shiftFor(slots.length);
    int mask = slots.length - 1;
    for (long entry : old) {
      if ((int) (entry >>> 32) == epoch) {
        int slot = ((int) entry * SPREAD) >>> shift;
        while (slots[slot] != 0) {
          slot = (slot + 1) & mask;
        }
        slots[slot] = entry;
      }
    }
  }

  private static int shiftFor(int slotCount) {
    return Integer.SIZE - Integer.numberOfTrailingZeros(slotCount);
  }
}
