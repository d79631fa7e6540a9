package dev.sagitta.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Frees off-heap memory that readers may still be looking at. Memory is retired by whoever unlinked
 * it and freed later by {@link #reclaim}, which runs on the background thread: closing a shared
 * arena stalls every thread for a moment, so it is done rarely and for many at once.
 */
final class Reclaimer {
  private final Epoch epoch;
  private List<Runnable> retired = new ArrayList<>();

  Reclaimer(Epoch epoch) {
    this.epoch = epoch;
  }

  /** Hands over what frees memory that no new reader can reach. */
  synchronized void retire(Runnable free) {
    retired.add(free);
  }

  /** Waits for the readers that may use retired memory, and frees it. */
  void reclaim() {
    List<Runnable> free;
    synchronized (this) {
      free = retired;
      retired = new ArrayList<>();
    }
    if (!free.isEmpty()) {
      epoch.awaitReaders();
      Closing.all(free);
    }
  }
}
