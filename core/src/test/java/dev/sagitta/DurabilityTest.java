package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DurabilityTest {
  private static final int SEEDS = 8;

  private static void upsert(VectorCollection plane, int count) {
    for (int id = 0; id < count; id++) {
      plane.upsert(id, new float[] {id, 1}, Payload.of("n", (long) id));
    }
  }

  @Test
  void isSyncUnlessSaidOtherwise() {
    assertEquals(Durability.sync(), DatabaseOptions.defaults().durability());
  }

  @Test
  void takesItsWholeRange() {
    assertEquals(
        new Durability.Interval(Duration.ofMillis(1), 4_096),
        Durability.interval(Duration.ofMillis(1), 4_096));
    assertEquals(
        new Durability.Interval(Duration.ofHours(1), 1L << 30),
        Durability.interval(Duration.ofHours(1), 1L << 30));
  }

  @Test
  void syncSurvivesPowerLoss() {
    for (int seed = 0; seed < SEEDS; seed++) {
      try (SimulatedDatabase simulated = new SimulatedDatabase()) {
        upsert(simulated.plane(), 5);
        assertEquals(5, simulated.plane().stats().durableSequence());
        simulated.crash(seed);
        assertEquals(5, simulated.plane().count());
      }
    }
  }

  @Test
  void everyLevelSurvivesTheDeathOfTheProcess() {
    for (Durability level :
        new Durability[] {
          Durability.sync(), Durability.os(), Durability.interval(Duration.ofHours(1), 1 << 20)
        }) {
      try (SimulatedDatabase simulated = new SimulatedDatabase().durability(level)) {
        upsert(simulated.plane(), 5);
        simulated.kill();
        assertEquals(5, simulated.plane().count());
      }
    }
  }

  /** Else the tests of this class could not fail. */
  @Test
  void osMayLoseWhatWasNotForced() {
    long lost = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      try (SimulatedDatabase simulated = new SimulatedDatabase().durability(Durability.os())) {
        upsert(simulated.plane(), 50);
        assertEquals(0, simulated.plane().stats().durableSequence());
        simulated.crash(seed);
        long left = simulated.plane().count();
        for (long id = 0; id < left; id++) {
          assertTrue(simulated.plane().contains(id), "a prefix of what was written");
        }
        lost += 50 - left;
      }
    }
    assertTrue(lost > 0);
  }

  @Test
  void flushKeepsEverythingAtEveryLevel() {
    for (Durability level :
        new Durability[] {Durability.os(), Durability.interval(Duration.ofHours(1), 1 << 20)}) {
      for (int seed = 0; seed < SEEDS; seed++) {
        try (SimulatedDatabase simulated = new SimulatedDatabase().durability(level)) {
          upsert(simulated.plane(), 5);
          simulated.plane().flush();
          assertEquals(5, simulated.plane().stats().durableSequence());
          simulated.crash(seed);
          assertEquals(5, simulated.plane().count());
        }
      }
    }
  }

  @Test
  void flushKeepsWhatAProcessThatDiedLeft() {
    for (int seed = 0; seed < SEEDS; seed++) {
      try (SimulatedDatabase simulated = new SimulatedDatabase().durability(Durability.os())) {
        upsert(simulated.plane(), 5);
        simulated.kill();
        VectorCollection plane = simulated.plane();
        assertEquals(0, plane.stats().durableSequence());
        plane.flush();
        assertEquals(5, plane.stats().durableSequence());
        simulated.crash(seed);
        assertEquals(5, simulated.plane().count());
      }
    }
  }

  @Test
  void flushOfNothingNewWritesNothing() {
    try (SimulatedDatabase simulated = new SimulatedDatabase()) {
      upsert(simulated.plane(), 5);
      simulated.reopen();
      VectorCollection plane = simulated.plane();
      String digest = simulated.files().digest();
      plane.flush();
      assertEquals(digest, simulated.files().digest());
    }
  }

  @Test
  void checkpointAndCloseKeepEverything() {
    for (int seed = 0; seed < SEEDS; seed++) {
      try (SimulatedDatabase simulated = new SimulatedDatabase().durability(Durability.os())) {
        upsert(simulated.plane(), 5);
        simulated.plane().checkpoint();
        simulated.crash(seed);
        assertEquals(5, simulated.plane().count());
        upsert(simulated.plane(), 9);
        simulated.reopen();
        simulated.crash(seed);
        assertEquals(9, simulated.plane().count());
      }
    }
  }

  @Test
  void intervalForcesWhenItsTimeHasPassed() throws InterruptedException {
    try (SimulatedDatabase simulated =
        new SimulatedDatabase().durability(Durability.interval(Duration.ofMillis(1), 1 << 20))) {
      VectorCollection plane = simulated.plane();
      upsert(plane, 5);
      long deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
      while (plane.stats().durableSequence() < 5) {
        assertTrue(System.nanoTime() - deadline < 0, "not forced within a minute");
        Thread.sleep(1);
      }
      simulated.crash(1);
      assertEquals(5, simulated.plane().count());
    }
  }

  @Test
  void intervalForcesAfterItsBytes() {
    try (SimulatedDatabase simulated =
        new SimulatedDatabase().durability(Durability.interval(Duration.ofHours(1), 4_096))) {
      VectorCollection plane = simulated.plane();
      plane.upsert(1, new float[2], Payload.empty());
      assertEquals(0, plane.stats().durableSequence());
      plane.upsert(2, new float[2], Payload.of("b", new byte[5_000]));
      assertEquals(2, plane.stats().durableSequence());
      simulated.crash(3);
      assertEquals(2, simulated.plane().count());
    }
  }
}
