package dev.sagitta.engine;

import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Has the shared search threads help callers of one collection with their batches of searches.
 * Thread-safe.
 *
 * <p>No batch needs help to come to its end, so none waits for another. At most as many tasks run
 * or wait at once as there are search threads. A task does a few parts of one batch, the batches
 * taking turns, and then lets the task of another collection run. The monitor is held for a few
 * instructions, a few times per turn.
 */
final class SearchHelpers {
  private static final int PARTS_PER_TURN = 16;

  private final EngineThreads threads;

  /** Batches that are under way, the one whose turn it is first; guarded by this. */
  private final ArrayDeque<PartedWork> batches = new ArrayDeque<>();

  /** Tasks that run or wait for a thread; guarded by this. */
  private int tasks;

  /** Those of them that have not looked for a batch yet; guarded by this. */
  private int coming;

  SearchHelpers(EngineThreads threads) {
    this.threads = threads;
  }

  /** How many threads can help at once. */
  int count() {
    return threads.searcherCount();
  }

  /** Does a batch on this thread, with as much help as there is, until it is ended. */
  void run(PartedWork batch) {
    add(batch);
    try {
      signal(1);
      // The flag stays set, as the caller's own code may look at it.
      while (!Thread.currentThread().isInterrupted() && batch.doNext()) {}
      batch.stop();
    } catch (RuntimeException | Error e) {
      batch.fail(e);
    } finally {
      remove(batch);
    }
    batch.await();
  }

  private synchronized void add(PartedWork batch) {
    batches.add(batch);
  }

  private synchronized void remove(PartedWork batch) {
    batches.remove(batch);
  }

  /**
   * Starts as many tasks as there may be, and as there is work for.
   *
   * @param own parts that this thread is about to do itself
   */
  private void signal(int own) {
    while (reserve(own)) {
      try {
        threads.searchers().execute(this::turn);
      } catch (RejectedExecutionException closed) {
        // The caller goes on alone, and learns from its next search that the database is closed.
        giveUp();
        return;
      } catch (RuntimeException | Error e) {
        giveUp();
        throw e;
      }
    }
  }

  private synchronized boolean reserve(int own) {
    if (tasks >= count() || !moreThanComing(own)) {
      return false;
    }
    tasks++;
    coming++;
    return true;
  }

  /** Whether there are more parts to help with than tasks that are about to. */
  private boolean moreThanComing(int own) {
    long parts = -own;
    for (PartedWork batch : batches) {
      parts += batch.waiting();
      if (parts > coming) {
        return true;
      }
    }
    return false;
  }

  private synchronized void giveUp() {
    tasks--;
    coming--;
  }

  private void turn() {
    PartedWork batch = arrive();
    try {
      for (int i = 0; batch != null && i < PARTS_PER_TURN && batch.doNext(); i++) {}
    } finally {
      leave();
    }
    signal(0);
  }

  /** The batch whose turn it is, if there is one that has parts to be done. */
  private synchronized @Nullable PartedWork arrive() {
    coming--;
    for (int i = batches.size(); i > 0; i--) {
      PartedWork batch = batches.remove();
      batches.add(batch);
      if (batch.waiting() > 0) {
        return batch;
      }
    }
    return null;
  }

  private synchronized void leave() {
    tasks--;
  }
}
