package dev.sagitta.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatenciesTest {
  private final Latencies latencies = new Latencies();

  @Test
  void answersTheTimeThatSoManyPercentDidNotExceed() {
    for (int millis = 200; millis >= 1; millis--) {
      latencies.add(Duration.ofMillis(millis));
    }

    assertEquals(Duration.ofMillis(100), latencies.percentile(50));
    assertEquals(Duration.ofMillis(198), latencies.percentile(99));
    assertEquals(Duration.ofMillis(200), latencies.percentile(100));
  }

  @Test
  void handsOnTheResultOfWhatItTimes() {
    assertEquals("result", latencies.time(() -> "result"));
  }

  @Test
  void hasNoPercentileOfNothing() {
    assertThrows(IllegalStateException.class, () -> latencies.percentile(50));
  }
}
