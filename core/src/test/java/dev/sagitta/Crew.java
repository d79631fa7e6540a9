package dev.sagitta;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Threads that each do some work again and again until they are told to stop, or one fails. */
final class Crew {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration PAUSE = Duration.ofNanos(10_000);

  /** How often is looked whether enough is done. */
  private static final Duration LOOK = Duration.ofMillis(20);

  /** A piece of work, done again and again by one thread. */
  interface Work {
    void once(SplittableRandom random) throws Exception;
  }

  /** Ends a thread's work without failure. */
  private static final class Ended extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Ended(Throwable cause) {
      super(cause);
    }
  }

  private final SplittableRandom seeds;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final CountDownLatch stop = new CountDownLatch(1);
  private final AtomicLong done = new AtomicLong();

  Crew(long seed) {
    seeds = new SplittableRandom(seed);
  }

  /** Starts a thread. */
  Crew start(Thread.Builder builder, Work work) {
    SplittableRandom random = seeds.split();
    threads.add(builder.start(() -> run(work, random)));
    return this;
  }

  /** Starts a thread that may also end with a certain error. */
  Crew startUntil(Class<? extends Throwable> end, Thread.Builder builder, Work work) {
    return start(
        builder,
        random -> {
          try {
            work.once(random);
          } catch (RuntimeException e) {
            if (!end.isInstance(e)) {
              throw e;
            }
            throw new Ended(e);
          }
        });
  }

  private void run(Work work, SplittableRandom random) {
    try {
      while (stop.getCount() > 0) {
        work.once(random);
        done.incrementAndGet();
        if (Thread.currentThread().isVirtual()) {
          // Virtual threads that never wait, or only yield to each other, keep those that were
          // woken by other threads from running for as long as they go on.
          Thread.sleep(PAUSE);
        }
      }
    } catch (Ended expected) {
      // This thread's work is done.
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      stop.countDown();
    }
  }

  /** Lets them work for a time, or until one fails. */
  Crew workFor(Duration time) throws InterruptedException {
    stop.await(time.toNanos(), TimeUnit.NANOSECONDS);
    return this;
  }

  /** Lets them work until enough is done, or one fails, or a time is over that is long enough. */
  Crew workUntil(BooleanSupplier enough) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (stop.getCount() > 0 && !enough.getAsBoolean() && System.nanoTime() < end) {
      workFor(LOOK);
    }
    return this;
  }

  /** Stops them all; fails if one has failed or does not come to its end. How much was done. */
  long stop() throws InterruptedException {
    stop.countDown();
    return awaitEnd();
  }

  /** Waits until all have come to their end by themselves; fails as {@link #stop} does. */
  long awaitEnd() throws InterruptedException {
    for (Thread thread : threads) {
      if (!thread.join(PATIENCE)) {
        AssertionError hanging = new AssertionError("hangs: " + thread);
        hanging.setStackTrace(thread.getStackTrace());
        throw hanging;
      }
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("a thread failed: " + failed, failed);
    }
    return done.get();
  }
}
