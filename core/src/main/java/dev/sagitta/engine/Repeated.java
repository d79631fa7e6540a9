package dev.sagitta.engine;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * What a timer begins again and again, to be done on another thread: each time it is due, but not
 * before it has ended, so that ticks do not queue up behind one that waits for its turn or takes
 * long. Thread-safe.
 */
final class Repeated implements Runnable {
  private final BooleanSupplier due;
  private final Supplier<CompletableFuture<Void>> begin;
  private final AtomicBoolean begun = new AtomicBoolean();

  /**
   * Something to be done.
   *
   * @param due whether there is anything to do
   * @param begin has it done; the future ends with it, whatever becomes of it
   */
  Repeated(BooleanSupplier due, Supplier<CompletableFuture<Void>> begin) {
    this.due = due;
    this.begin = begin;
  }

  @Override
  public void run() {
    if (due.getAsBoolean() && begun.compareAndSet(false, true)) {
      try {
        var _ = begin.get().whenComplete((done, failed) -> begun.set(false));
      } catch (RuntimeException | Error e) {
        begun.set(false);
        throw e;
      }
    }
  }
}
