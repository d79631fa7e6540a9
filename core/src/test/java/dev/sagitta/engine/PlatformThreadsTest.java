package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PlatformThreadsTest {
  /** Else a collection would force nothing any more, and nobody would know. */
  @Test
  void aTimerGoesOnAfterAnError() throws InterruptedException {
    CountDownLatch ticks = new CountDownLatch(3);
    try (PlatformThreads threads = new PlatformThreads(1)) {
      EngineThreads.Timer timer =
          threads.every(
              Duration.ofMillis(1),
              () -> {
                ticks.countDown();
                if (ticks.getCount() == 2) {
                  throw new IllegalStateException("told to fail");
                }
                throw new LinkageError("told to fail");
              });
      assertTrue(ticks.await(1, TimeUnit.MINUTES));
      timer.cancel();
    }
  }
}
