package dev.sagitta.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Work in numbered parts, of which several threads do one after another until none is left. The
 * first failure ends it: no more parts are begun.
 *
 * <p>Whoever waits for it waits only for parts that some thread is doing at the moment, never for a
 * thread to come.
 */
final class PartedWork {
  /** How a part is done. */
  interface Part {
    void run(int number);
  }

  private final int parts;
  private final Part part;

  /** The part that is begun next; {@link #parts} or more when there is none. */
  private final AtomicInteger next = new AtomicInteger();

  /** Parts that are neither done nor given up. */
  private final AtomicInteger left;

  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();

  /** Guarded by this. */
  private @Nullable Throwable failure;

  /**
   * Work of which nothing is done.
   *
   * @param parts how many there are, at least one
   * @param part how one is done, on any thread, several at once
   */
  PartedWork(int parts, Part part) {
    assert parts > 0;
    this.parts = parts;
    this.part = part;
    this.left = new AtomicInteger(parts);
  }

  /** How many parts nobody has begun. */
  int waiting() {
    return Math.max(0, parts - next.get());
  }

  /** Does the next part, if there is one. A failure is told by {@link #await}. */
  boolean doNext() {
    int number = next.getAndIncrement();
    if (number >= parts) {
      return false;
    }
    try {
      part.run(number);
    } catch (RuntimeException | Error e) {
      fail(e);
    } finally {
      settle(1);
    }
    return true;
  }

  /** Gives up the parts that nobody has begun. */
  void stop() {
    settle(parts - Math.min(next.getAndSet(parts), parts));
  }

  /** Stops because of an error, which is thrown by {@link #await}; the first, if there are more. */
  void fail(Throwable error) {
    synchronized (this) {
      Throwable first = failure;
      if (first == null) {
        failure = error;
      } else if (!first.equals(error)) {
        first.addSuppressed(error);
      }
    }
    stop();
  }

  private void settle(int count) {
    if (left.addAndGet(-count) == 0) {
      end();
    }
  }

  private synchronized void end() {
    if (failure == null) {
      ended.complete(true);
    } else {
      ended.completeExceptionally(failure);
    }
  }

  /**
   * Waits, without regard to interrupts, until no part is being done and none will be; throws the
   * first failure.
   */
  void await() {
    var _ = Waiting.on(ended);
  }
}
