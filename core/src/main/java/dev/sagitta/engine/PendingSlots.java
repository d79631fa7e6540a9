package dev.sagitta.engine;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * The slots that are stored but not yet linked, in the order in which they came: a queue for the
 * linkers and at the same time a list that every search scans exactly.
 *
 * <p>Entries have running numbers; entry n stands at {@code n % capacity} of a ring.
 *
 * <pre>
 *      head             claimed           tail
 *       |                  |               |
 *   ... x L x x L L x x x  c c c c c c c c c      x being linked, L linked, c not claimed yet
 * </pre>
 *
 * <p>Slots that could not be linked are set aside, up to a bound: searches scan them too, but they
 * no longer wait in the ring, until they are queued again or dropped.
 *
 * <p>All changes take a lock, held for a few instructions. Searches take none: {@link #copy} reads
 * the ring, then checks that no entry it read can have been overwritten and that what is set aside
 * has not changed meanwhile, and reads again if so. The order that searches rely on: an entry is
 * added before its sequence is published, and completed after all links of its slot are.
 */
final class PendingSlots {
  /** Marks a linked entry that waits for older ones to be linked. */
  private static final int LINKED = -1;

  private static final int CAPACITY_MIN = 1 << 10;

  /** Every search scans what is set aside. */
  static final int ASIDE_MAX = 1_000;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition linked = lock.newCondition();

  /** Entries; plain stores, made visible by the volatile write of the tail that follows. */
  private volatile int[] ring = new int[CAPACITY_MIN];

  /** First entry that is not linked; guarded by lock, read by searches. */
  private volatile long head;

  /** Behind the last entry; guarded by lock, read by searches. */
  private volatile long tail;

  /** First entry that no linker took; guarded by lock. */
  private long claimed;

  /** Entries in the ring that are not linked. */
  private final AtomicInteger queued = new AtomicInteger();

  /** Slots set aside, there from the beginning because memory may be what is short. */
  private final int[] aside = new int[ASIDE_MAX];

  /** How many slots are set aside; guarded by lock, read by searches. */
  private volatile int asideCount;

  /** Odd while what is set aside is being changed; guarded by lock, read by searches. */
  private volatile long asideStamp;

  /** How often slots were queued again; guarded by lock. */
  private long queuedAgain;

  /** Adds a slot at the end. */
  void add(int slot) {
    lock.lock();
    try {
      int[] entries = ring;
      // One place stays free, so that a search that is overtaken by a lap sees tail - first reach
      // the capacity before the entry it reads is overwritten.
      if (tail - head == entries.length - 1) {
        entries = grow();
      }
      VarHandle.storeStoreFence();
      long end = tail;
      entries[index(entries, end)] = slot;
      queued.incrementAndGet();
      tail = end + 1;
    } finally {
      lock.unlock();
    }
  }

  private int[] grow() {
    int[] old = ring;
    int[] grown = new int[Math.multiplyExact(old.length, 2)];
    for (long n = head; n < tail; n++) {
      grown[index(grown, n)] = old[index(old, n)];
    }
    ring = grown;
    return grown;
  }

  /** Takes the oldest entry that no one has taken; its number, or -1 if there is none. */
  long claim() {
    lock.lock();
    try {
      return claimed < tail ? claimed++ : -1;
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is an entry that no one has taken. */
  boolean unclaimed() {
    lock.lock();
    try {
      return claimed < tail;
    } finally {
      lock.unlock();
    }
  }

  /** The slot of a claimed entry. */
  int slot(long entry) {
    lock.lock();
    try {
      return ring[index(ring, entry)];
    } finally {
      lock.unlock();
    }
  }

  /** Says that all links of a claimed entry's slot are published. */
  void complete(long entry) {
    lock.lock();
    try {
      queued.decrementAndGet();
      int[] entries = ring;
      // A search that reads the mark by a race must see the links too.
      VarHandle.releaseFence();
      entries[index(entries, entry)] = LINKED;
      long first = head;
      while (first < claimed && entries[index(entries, first)] == LINKED) {
        first++;
      }
      if (first != head) {
        head = first;
        linked.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sets a claimed entry's slot aside, because linking it failed. Allocates nothing.
   *
   * @return false if too many are aside already; then it stays claimed
   */
  boolean setAside(long entry) {
    lock.lock();
    try {
      int count = asideCount;
      if (count == ASIDE_MAX) {
        return false;
      }
      long stamp = asideStamp;
      asideStamp = stamp + 1;
      VarHandle.storeStoreFence();
      aside[count] = ring[index(ring, entry)];
      asideCount = count + 1;
      asideStamp = stamp + 2;
      complete(entry);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Queues again all slots that were set aside, but drops those for which no reader can ask any
   * more.
   */
  void queueAside(IntPredicate dropped) {
    lock.lock();
    try {
      for (int left = asideCount - 1; left >= 0; left--) {
        if (!dropped.test(aside[left])) {
          // In both places for a moment rather than in none.
          add(aside[left]);
        }
        long stamp = asideStamp;
        asideStamp = stamp + 1;
        asideCount = left;
        asideStamp = stamp + 2;
      }
      queuedAgain++;
      linked.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The slots that are set aside now. */
  int[] asideSlots() {
    lock.lock();
    try {
      return Arrays.copyOf(aside, asideCount);
    } finally {
      lock.unlock();
    }
  }

  /** How many slots are set aside. */
  int aside() {
    return asideCount;
  }

  /** How many slots wait to be linked or are being linked. */
  int queued() {
    return queued.get();
  }

  /** How many slots are pending: those queued and those set aside. */
  int size() {
    return queued() + asideCount;
  }

  /**
   * Copies the pending slots; one that is being set aside or queued again may be there twice.
   * Lock-free.
   *
   * @param copy the target; a larger one is returned if it is too small
   * @param length receives the number of slots at index 0
   */
  @SuppressWarnings("ReferenceEquality") // the same ring, not an equal one
  int[] copy(int[] copy, int[] length) {
    int[] target = copy;
    while (true) {
      long stamp = asideStamp;
      int more = asideCount;
      int[] entries = ring;
      long first = head;
      long end = tail;
      if (end - first >= entries.length || (stamp & 1) != 0) {
        continue;
      }
      long most = end - first + more;
      if (most > target.length) {
        target = new int[(int) Math.min(Integer.MAX_VALUE - 8, 2 * most)];
      }
      System.arraycopy(aside, 0, target, 0, more);
      int count = more;
      for (long n = first; n < end; n++) {
        int slot = entries[index(entries, n)];
        if (slot != LINKED) {
          target[count++] = slot;
        }
      }
      VarHandle.loadLoadFence();
      if (tail - first < entries.length && ring == entries && asideStamp == stamp) {
        length[0] = count;
        return target;
      }
    }
  }

  /**
   * Waits until all that is pending now is linked or set aside, at most for a time, and not when
   * linking has ended; whether all of it is linked.
   */
  boolean awaitLinked(long nanos, BooleanSupplier ended) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long end = tail;
      long seen = queuedAgain;
      long left = nanos;
      while (head < end) {
        if (left <= 0 || ended.getAsBoolean()) {
          return false;
        }
        left = linked.awaitNanos(left);
        if (queuedAgain != seen) {
          seen = queuedAgain;
          end = tail;
        }
      }
      return asideCount == 0;
    } finally {
      lock.unlock();
    }
  }

  /** Lets all waiters look again, because no more will be linked. */
  void wake() {
    lock.lock();
    try {
      linked.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private static int index(int[] entries, long number) {
    return (int) number & entries.length - 1;
  }
}
