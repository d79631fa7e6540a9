package dev.sagitta.engine;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Supplier;

/**
 * Keeps a few reusable work areas so that a search allocates none: as many as are in use at once,
 * up to a bound; more are made when all are lent, and dropped when they come back. Lock-free.
 */
final class ScratchPool<T> {
  private final AtomicReferenceArray<T> idle;
  private final Supplier<T> make;

  /**
   * An empty pool.
   *
   * @param kept how many idle areas are kept
   * @param make makes a new one
   */
  ScratchPool(int kept, Supplier<T> make) {
    this.idle = new AtomicReferenceArray<>(kept);
    this.make = make;
  }

  /** Lends an area to the calling thread until it gives it back. */
  T borrow() {
    int start = start();
    for (int i = 0; i < idle.length(); i++) {
      int place = (start + i) % idle.length();
      if (idle.getPlain(place) != null) {
        T area = idle.getAndSet(place, null);
        if (area != null) {
          return area;
        }
      }
    }
    return make.get();
  }

  /** Takes an area back. */
  void giveBack(T area) {
    int start = start();
    for (int i = 0; i < idle.length(); i++) {
      int place = (start + i) % idle.length();
      if (idle.getPlain(place) == null && idle.compareAndSet(place, null, area)) {
        return;
      }
    }
  }

  private int start() {
    return (int) Math.floorMod(Thread.currentThread().threadId(), (long) idle.length());
  }
}
