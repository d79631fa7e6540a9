package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class WaitingTest {
  @Test
  void throwsUncheckedErrorsAsTheyAre() {
    RuntimeException exception = new IllegalStateException("test");
    assertSame(
        exception,
        assertThrows(
            RuntimeException.class, () -> Waiting.on(CompletableFuture.failedFuture(exception))));
    Error error = new AssertionError("test");
    assertSame(
        error, assertThrows(Error.class, () -> Waiting.on(CompletableFuture.failedFuture(error))));
    assertInstanceOf(
        IOException.class,
        assertThrows(
                CompletionException.class,
                () -> Waiting.on(CompletableFuture.failedFuture(new IOException("test"))))
            .getCause());
  }

  @Test
  void waitsOnThroughInterruptsAndLeavesTheFlag() throws InterruptedException {
    CompletableFuture<String> future = new CompletableFuture<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread waiter =
        Thread.ofPlatform()
            .start(
                () -> {
                  if (Waiting.on(future).equals("done")) {
                    flag.set(Thread.currentThread().isInterrupted());
                  }
                });
    waiter.interrupt();
    waiter.join(30);
    assertTrue(waiter.isAlive());
    future.complete("done");
    waiter.join();
    assertTrue(flag.get());
  }

  @Test
  void lettingAnExecutorEndRunsItsQueueAndIgnoresInterrupts() throws InterruptedException {
    AtomicInteger run = new AtomicInteger();
    AtomicBoolean flag = new AtomicBoolean();
    CountDownLatch gate = new CountDownLatch(1);
    try (ExecutorService executor = Executors.newSingleThreadExecutor()) {
      executor.execute(() -> Waiting.on(CompletableFuture.runAsync(() -> await(gate))));
      for (int i = 0; i < 3; i++) {
        executor.execute(run::incrementAndGet);
      }
      Thread waiter =
          Thread.ofPlatform()
              .start(
                  () -> {
                    Waiting.forEnd(executor);
                    flag.set(Thread.currentThread().isInterrupted());
                  });
      waiter.interrupt();
      waiter.join(30);
      assertTrue(waiter.isAlive());
      gate.countDown();
      waiter.join();
      assertEquals(3, run.get());
      assertTrue(executor.isTerminated());
      assertTrue(flag.get());
    }
  }

  private static void await(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void pausesAlsoWhenInterrupted() {
    Thread.currentThread().interrupt();
    long begun = System.nanoTime();
    for (int i = 0; i < 5; i++) {
      Waiting.pause(1_000_000);
    }
    assertTrue(System.nanoTime() - begun >= 5_000_000);
    assertTrue(Thread.interrupted());
  }

  @Test
  void saturatesTimesThatNoLongCanHold() {
    assertEquals(5, Waiting.saturatedNanos(Duration.ofNanos(5)));
    assertEquals(-5, Waiting.saturatedNanos(Duration.ofNanos(-5)));
    assertEquals(Long.MAX_VALUE, Waiting.saturatedNanos(Duration.ofNanos(Long.MAX_VALUE)));
    assertEquals(Long.MAX_VALUE, Waiting.saturatedNanos(Duration.ofSeconds(Long.MAX_VALUE)));
    assertEquals(Long.MIN_VALUE, Waiting.saturatedNanos(Duration.ofSeconds(Long.MIN_VALUE)));
    assertTrue(Waiting.saturatedNanos(Duration.ofDays(106_751)) < Long.MAX_VALUE);
  }
}
