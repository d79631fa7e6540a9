package dev.sagitta.engine;

import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

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
 * <p>Slots that could not be linked are set aside: searches scan them too, but they no longer wait
 * in the ring, until they are queued again.
 *
 * <p>All changes take a lock, held for a few instructions. Searches take none: {@link #copy} reads
 * the ring, then checks that no entry it read can have been overwritten and no slot been set aside
 * or queued again meanwhile, and reads again if so. The order that searches rely on: an entry is
 * added before its sequence is published, and completed after all links of its slot are.
 */
final class PendingSlots {
  /** Marks a linked entry that waits for older ones to be linked. */
  private static final int LINKED = -1;

  private static final int CAPACITY_MIN = 1 << 10;

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

  /** Slots set aside; replaced, never changed in place; guarded by lock, read by searches. */
  private volatile int[] aside = {};

  /** Adds a slot at the end. */
  void add(int slot) {
    lock.lock();
    try {
      queued.incrementAndGet();
      int[] entries = ring;
      // One place stays free, so that a search that is overtaken by a lap sees tail - first reach
      // the capacity before the entry it reads is overwritten.
      if (tail - head == entries.length - 1) {
        entries = grow();
      }
      VarHandle.storeStoreFence();
      long end = tail;
      entries[index(entries, end)] = slot;
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

  /** Sets a claimed entry's slot aside, because linking it failed; how many are aside now. */
  int setAside(long entry) {
    lock.lock();
    try {
      int[] more = Arrays.copyOf(aside, aside.length + 1);
      more[aside.length] = ring[index(ring, entry)];
      aside = more;
      complete(entry);
      return more.length;
    } finally {
      lock.unlock();
    }
  }

  /** Queues again all slots that were set aside. */
  void queueAside() {
    lock.lock();
    try {
      for (int slot : aside) {
        add(slot);
      }
      aside = new int[0];
    } finally {
      lock.unlock();
    }
  }

  /** How many slots are set aside. */
  int aside() {
    return aside.length;
  }

  /** How many slots wait to be linked or are being linked. */
  int queued() {
    return queued.get();
  }

  /** How many slots are pending: those queued and those set aside. */
  int size() {
    return queued() + aside.length;
  }

  /**
   * Copies the pending slots; one that is being set aside or queued again may be there twice.
   * Lock-free.
   *
   * @param copy the target; a larger one is returned if it is too small
   * @param length receives the number of slots at index 0
   */
  @SuppressWarnings("ReferenceEquality") // the same arrays, not equal ones
  int[] copy(int[] copy, int[] length) {
    int[] target = copy;
    while (true) {
      int[] more = aside;
      int[] entries = ring;
      long first = head;
      long end = tail;
      if (end - first >= entries.length) {
        continue;
      }
      long most = end - first + more.length;
      if (most > target.length) {
        target = new int[(int) Math.min(Integer.MAX_VALUE - 8, 2 * most)];
      }
      System.arraycopy(more, 0, target, 0, more.length);
      int count = more.length;
      for (long n = first; n < end; n++) {
        int slot = entries[index(entries, n)];
        if (slot != LINKED) {
          target[count++] = slot;
        }
      }
      VarHandle.loadLoadFence();
      if (tail - first < entries.length && ring == entries && aside == more) {
        length[0] = count;
        return target;
      }
    }
  }

  /**
   * Waits until all that is queued now is linked or set aside, at most for a time, and not when
   * linking has ended; whether it is.
   */
  boolean awaitLinked(long nanos, BooleanSupplier ended) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long end = tail;
      long left = nanos;
      while (head < end) {
        if (left <= 0 || ended.getAsBoolean()) {
          return false;
        }
        left = linked.awaitNanos(left);
      }
      return true;
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
