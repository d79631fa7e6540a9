package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RaceReportTest {
  private static Outcome outcome(Contestant contestant, double recall, double qps) {
    Sweep sweep =
        new Sweep(
            List.of(
                new SweepPoint(10, recall, qps, qps, qps, 1, 1),
                new SweepPoint(20, recall + 0.05, qps / 2, qps / 2, qps / 2, 1, 1)));
    TimeSpan never = new TimeSpan(Instant.EPOCH, Instant.EPOCH);
    return new Outcome(
        contestant,
        sweep,
        Map.of(),
        MemoryFigures.of(List.of()),
        2,
        0,
        new Outcome.Origin("", "", "", never, never));
  }

  private final Outcome sagitta = outcome(Contestant.SAGITTA, 0.90, 6_000);

  @Test
  void comparesWithTheFastest() {
    Outcome slow = outcome(Contestant.LUCENE, 0.90, 2_000);
    Outcome fast = outcome(Contestant.VOYAGER, 0.90, 3_000);

    assertEquals("2.00", RaceReport.ratio(sagitta, List.of(slow, fast), 0.90));
  }

  /** Else a peer would be left out because it is too good. */
  @Test
  void whoHasMoreRecallAtItsNarrowestCountsWithTheSpeedThere() {
    Outcome slow = outcome(Contestant.LUCENE, 0.90, 2_000);
    Outcome above = outcome(Contestant.VOYAGER, 0.93, 4_000);

    assertEquals("at most 1.50", RaceReport.ratio(sagitta, List.of(slow, above), 0.90));
    assertEquals("at least 2.00", RaceReport.ratio(above, List.of(slow), 0.90));
    assertEquals(
        "about 0.67",
        RaceReport.ratio(above, List.of(outcome(Contestant.LUCENE, 0.92, 6_000)), 0.90));
  }

  @Test
  void whoDoesNotReachTheRecallIsNotCompared() {
    Outcome never = outcome(Contestant.LUCENE, 0.80, 9_000);

    assertEquals("-", RaceReport.ratio(sagitta, List.of(never), 0.90));
  }
}
