package dev.sagitta.engine;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits for engine threads. */
final class Waiting {
  private Waiting() {}

  /**
   * Waits for a result without regard to interrupts; the thread's interrupt flag is as before
   * afterwards. An unchecked error of the task is thrown here as it is.
   */
  static <T> T on(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof RuntimeException runtime) {
        throw runtime;
      }
      if (cause instanceof Error error) {
        throw error;
      }
      throw e;
    }
  }

  /**
   * Ends an executor once all its tasks have run, those in its queue too. ({@code close()} would
   * throw the queue away when the caller is interrupted.)
   */
  static void forEnd(ExecutorService executor) {
    executor.shutdown();
    boolean interrupted = false;
    boolean ended = false;
    while (!ended) {
      try {
        ended = executor.awaitTermination(1, TimeUnit.DAYS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits for a time, also on a thread whose interrupt flag is set, which would else not wait. */
  static void pause(long nanos) {
    long end = System.nanoTime() + nanos;
    boolean interrupted = false;
    do {
      // Again after each time, because an interrupt leaves a permit with which the next park ends.
      interrupted |= Thread.interrupted();
      LockSupport.parkNanos(end - System.nanoTime());
    } while (System.nanoTime() - end < 0);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** A time in nanoseconds; the longest or shortest there is for one that no long can hold. */
  static long saturatedNanos(Duration time) {
    try {
      return time.toNanos();
    } catch (ArithmeticException tooLong) {
      return time.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
    }
  }
}
