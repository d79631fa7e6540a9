package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Waiting on a thread whose interrupt flag is set. */
final class WaitingInterruptedTest {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  @AfterEach
  void clearTheFlag() {
    Thread.interrupted();
  }

  @Test
  void theTasksInAnExecutorsQueueRunBeforeItEnds() {
    ExecutorService executor = Executors.newSingleThreadExecutor();
    AtomicInteger interruptedTasks = new AtomicInteger();
    AtomicInteger done = new AtomicInteger();
    executor.execute(
        () -> {
          Waiting.pause(PAUSE_NANOS);
          interruptedTasks.addAndGet(Thread.interrupted() ? 1 : 0);
          done.incrementAndGet();
        });
    executor.execute(done::incrementAndGet);
    Thread.currentThread().interrupt();
    Waiting.forEnd(executor);
    assertEquals(2, done.get());
    assertEquals(0, interruptedTasks.get());
    assertTrue(executor.isTerminated());
    assertTrue(Thread.interrupted(), "interrupt flag");
  }

  @Test
  void aPauseIsNotSpentAtOnce() {
    int pauses = 10;
    Thread.currentThread().interrupt();
    long start = System.nanoTime();
    for (int i = 0; i < pauses; i++) {
      Waiting.pause(PAUSE_NANOS);
      assertTrue(Thread.currentThread().isInterrupted(), "interrupt flag");
    }
    long nanos = System.nanoTime() - start;
    // A pause may end early for no reason, but hardly all of them.
    assertTrue(nanos > PAUSE_NANOS, () -> pauses + " pauses took " + nanos + " ns");
  }
}
