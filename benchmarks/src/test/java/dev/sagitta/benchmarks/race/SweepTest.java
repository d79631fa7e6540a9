package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class SweepTest {
  private static SweepPoint point(int ef, double recall, double qps) {
    return new SweepPoint(ef, recall, qps, qps, qps, 1e6 / qps, 2e6 / qps);
  }

  private final Sweep sweep =
      new Sweep(List.of(point(40, 0.97, 2_500), point(10, 0.90, 10_000), point(20, 0.94, 5_000)));

  @Test
  void interpolatesLinearlyInRecallAndInTheLogarithmOfTheSpeed() {
    assertEquals(10_000 / Math.sqrt(2), sweep.qpsAt(0.92).orElseThrow(), 1e-6);
    assertEquals(10_000, sweep.qpsAt(0.90).orElseThrow(), 1e-6);
    assertEquals(2_500, sweep.qpsAt(0.97).orElseThrow(), 1e-6);
  }

  @Test
  void extrapolatesNothing() {
    assertEquals(OptionalDouble.empty(), sweep.qpsAt(0.89));
    assertEquals(OptionalDouble.empty(), sweep.qpsAt(0.98));
    assertTrue(sweep.beginsAbove(0.89));
    assertFalse(sweep.beginsAbove(0.98));
  }

  @Test
  void takesEqualRecallsAsTheyCome() {
    Sweep flat = new Sweep(List.of(point(10, 0.95, 900), point(20, 0.95, 700)));

    assertEquals(900, flat.qpsAt(0.95).orElseThrow(), 1e-6);
  }

  /** Recall of a graph may dip where an ef is little above another. */
  @Test
  void ofARecallThatDipsTheFirstRiseCounts() {
    Sweep dips =
        new Sweep(
            List.of(
                point(10, 0.94, 1_000),
                point(20, 0.96, 900),
                point(30, 0.94, 800),
                point(40, 0.96, 700)));

    assertEquals(Math.sqrt(1_000 * 900), dips.qpsAt(0.95).orElseThrow(), 1e-6);
  }

  /** Else one table would have the speed of the dip, and the other that of the narrowest. */
  @Test
  void whatBeginsAboveARecallHasNoSpeedThereThoughItDipsBelow() {
    Sweep dips =
        new Sweep(List.of(point(10, 0.96, 900), point(20, 0.94, 800), point(30, 0.97, 700)));

    assertTrue(dips.beginsAbove(0.95));
    assertEquals(OptionalDouble.empty(), dips.qpsAt(0.95));
  }

  @Test
  void findsTheFirstPointThatReachesARecall() {
    assertEquals(20, sweep.firstAt(0.91).orElseThrow().ef());
    assertTrue(sweep.firstAt(0.98).isEmpty());
  }
}
