package dev.sagitta.engine;

import dev.sagitta.SalvageProgress;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;

/**
 * Has the progress of an engine thread reported on the thread of the caller, who waits for it: the
 * callback is the caller's code, and an interrupt in it must not close the files of the engine. Of
 * one thread that works and one that waits; for one use.
 *
 * <p>The thread that works waits for every report, so that what the callback throws ends the work
 * where it is.
 */
final class CallerProgress {
  /** A report that is to be made; without progress, the end. */
  private record Handed(Optional<SalvageProgress> progress, CompletableFuture<Boolean> taken) {}

  private final Consumer<SalvageProgress> callback;

  /** Holds one report at most, and the end. */
  private final BlockingQueue<Handed> handed = new LinkedBlockingQueue<>();

  /** Set by the waiting thread when it is interrupted. */
  private volatile boolean interrupted;

  CallerProgress(Consumer<SalvageProgress> callback) {
    this.callback = callback;
  }

  /** Whether the thread that waits was interrupted. */
  boolean interrupted() {
    return interrupted;
  }

  /** By the thread that works: has progress reported; what the callback throws is thrown here. */
  void hand(SalvageProgress progress) {
    CompletableFuture<Boolean> taken = new CompletableFuture<>();
    handed.add(new Handed(Optional.of(progress), taken));
    var _ = Waiting.on(taken);
  }

  /** By the thread that works, at last. */
  void end() {
    handed.add(new Handed(Optional.empty(), new CompletableFuture<>()));
  }

  /**
   * By the thread that waits: reports until the end, and nothing more once it is interrupted. Its
   * flag is set again afterwards.
   */
  void reportUntilEnd() {
    boolean ended = false;
    while (!ended) {
      try {
        Handed next = handed.take();
        ended = next.progress().isEmpty();
        next.progress().ifPresent(progress -> report(progress, next.taken()));
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void report(SalvageProgress progress, CompletableFuture<Boolean> taken) {
    try {
      if (!interrupted) {
        callback.accept(progress);
      }
      // Seen before the other thread goes on, so that it goes no further.
      if (Thread.interrupted()) {
        interrupted = true;
      }
      taken.complete(true);
    } catch (RuntimeException | Error e) {
      taken.completeExceptionally(e);
    }
  }
}
