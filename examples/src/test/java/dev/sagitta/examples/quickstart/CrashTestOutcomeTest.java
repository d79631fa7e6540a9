package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.examples.quickstart.CrashTest.Outcome;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CrashTestOutcomeTest {
  @Test
  void isWholeIfAllThatWasAcknowledgedIsThereAndFound() {
    assertTrue(outcome(500, 500, 501).isWhole());
  }

  @Test
  void isNotWholeIfARecordIsMissing() {
    assertFalse(outcome(499, 500, 500).isWhole());
  }

  @Test
  void isNotWholeIfARecordIsNotFound() {
    assertFalse(outcome(500, 499, 500).isWhole());
  }

  private static Outcome outcome(int present, int found, long stored) {
    return new Outcome(500, present, found, stored, Duration.ofMillis(40));
  }
}
