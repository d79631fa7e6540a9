package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How much a pace lets through, by a clock that the test moves. */
final class PaceTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /** A clock that begins close to where it overflows. */
  private long now = Long.MAX_VALUE - SECOND;

  @Test
  void letsWorkThroughOnceItsTimeHasPassed() {
    var pace = new Pace(1_000, () -> now);
    assertTrue(pace.due());
    // Twice what a second may have; the first burst of 250 is given.
    pace.spend(2_250);
    assertFalse(pace.due());
    now += 2 * SECOND + SECOND / 4 - 1;
    assertFalse(pace.due());
    now += 1;
    assertTrue(pace.due());
  }

  @Test
  void makesUpForNoMoreThanABurst() {
    var pace = new Pace(1_000, () -> now);
    now += 100 * SECOND;
    int through = 0;
    while (pace.due()) {
      pace.spend(10);
      through += 10;
    }
    assertTrue(through >= 250 && through <= 260, through + " bytes at once");
  }

  /** In every stretch of time, whenever somebody asks, and however much is spent at once. */
  @Test
  void neverLetsThroughMoreThanTheRate() {
    long seed = Long.getLong("sagitta.seed", 7);
    System.out.println("PaceTest seed " + seed);
    var random = new SplittableRandom(seed);
    for (int round = 0; round < 200; round++) {
      long rate = 1 + random.nextLong(1L << random.nextInt(1, 33));
      var pace = new Pace(rate, () -> now);
      long begun = now;
      long through = 0;
      long largest = 0;
      for (int i = 0; i < 300; i++) {
        now += random.nextLong(SECOND);
        for (int j = 0; j < 50 && pace.due(); j++) {
          long bytes = 1 + random.nextLong(1 << 16);
          pace.spend(bytes);
          through += bytes;
          largest = Math.max(largest, bytes);
        }
        double seconds = (double) (now - begun) / SECOND + Pace.BURST_MILLIS / 1e3;
        double most = rate * seconds + largest + 1;
        assertTrue(
            through <= most,
            "-Dsagitta.seed=%d: %d bytes in %f s at %d".formatted(seed, through, seconds, rate));
      }
    }
  }
}
