package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.CalibrationStats.State;
import dev.sagitta.RecallCalibration;
import dev.sagitta.RecallTarget;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.CollectionState.Published;
import dev.sagitta.hnsw.GraphInserter;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** When a collection is calibrated, and what it asks then; on one thread. */
final class CalibratorTest {
  private static final int COUNT = 2_500;

  private final CollectionParts parts;
  private final Random random = new Random(5);
  private final Deque<Runnable> background = new ArrayDeque<>();
  private final Calibrator calibrator;
  private final Runnable ticks;
  private long nowNanos;
  private boolean broken;

  CalibratorTest() throws IOException {
    parts = CollectionParts.create();
    parts.loadGraph();
    calibrator =
        new Calibrator(
            parts.state,
            parts.graph,
            parts.vectors,
            parts.walk,
            parts.epoch,
            background::add,
            () -> {
              // As long as a slice, so that each does one step.
              nowNanos += TimeUnit.MILLISECONDS.toNanos(10);
              return nowNanos;
            },
            (slot, other) -> {
              if (broken) {
                throw new IllegalStateException("broken");
              }
              return slot < other;
            });
    ticks = calibrator.ticks();
  }

  @AfterEach
  void close() {
    parts.close();
  }

  /** Stores records and publishes them; all but some of them are linked. */
  private void store(int count, int unlinked) {
    int first = parts.state.slots().count();
    for (int slot = first; slot < first + count; slot++) {
      parts.state.apply(
          slot + 1L,
          CollectionParts.upsert("id-" + slot, random.nextFloat(), random.nextFloat(), 0));
    }
    parts.state.publish();
    link(count - unlinked);
  }

  private void link(int count) {
    GraphInserter inserter = new GraphInserter(parts.graph.get());
    for (int i = 0; i < count; i++) {
      long entry = parts.state.pending().claim();
      inserter.insert(parts.state.pending().slot(entry));
      parts.state.pending().complete(entry);
    }
  }

  /** Ticks until nothing more is done; how many slices that took. */
  private int run() {
    int slices = 0;
    for (int idle = 0; idle < 2; idle++) {
      ticks.run();
      while (!background.isEmpty()) {
        background.remove().run();
        slices++;
        idle = 0;
      }
    }
    return slices;
  }

  private State state() {
    return calibrator.stats().state();
  }

  @Test
  void beginsWhenThereIsSomethingToMeasureAndTheLinkersHaveCaughtUp() {
    store(EfSearches.SCANNED_SLOTS_MAX, 0);
    assertEquals(State.NOT_NEEDED, state());
    assertEquals(0, run());
    store(100, 100);
    assertEquals(State.NOT_CALIBRATED, state());
    assertEquals(0, run(), "too many are pending");
    link(100);
    int slices = run();
    assertTrue(slices > 50, slices + " slices");
    assertEquals(State.CALIBRATED, state());
    assertFalse(calibrator.stats().running());
    assertTrue(parts.graph.calibrations().unstored());
    assertEquals(0, run(), "once is enough");
    store(EfSearches.SCANNED_SLOTS_MAX + 100, 0);
    assertEquals(State.OUTDATED, state());
    assertTrue(run() > 0);
    assertEquals(State.CALIBRATED, state());
  }

  @Test
  void theSameCollectionIsMeasuredAlike() {
    store(COUNT, 0);
    assertTrue(run() > 0);
    RecallCalibration first = calibrator.stats().calibration().orElseThrow();
    assertEquals(COUNT, first.records());
    assertEquals(1_000, first.queries());
    assertEquals(16, first.targets().size());
    var again =
        new CalibrationRun(
            parts.state,
            parts.vectors,
            new SearchScratch(
                parts.state,
                parts.graph,
                parts.vectors,
                parts.walk,
                () -> 0,
                (slot, other) -> slot < other));
    boolean more = true;
    while (more) {
      more = again.step();
    }
    assertEquals(first, again.result());
  }

  @Test
  void efSearchGrowsWithTheTarget() {
    store(COUNT, 0);
    assertTrue(run() > 0);
    List<RecallTarget> targets = calibrator.stats().calibration().orElseThrow().targets();
    for (int i = 1; i < targets.size(); i++) {
      if (targets.get(i).k() == targets.get(i - 1).k()) {
        int before = targets.get(i - 1).efSearch().orElse(Integer.MAX_VALUE);
        assertTrue(targets.get(i).efSearch().orElse(Integer.MAX_VALUE) >= before, "" + targets);
        assertTrue(targets.get(i).measuredRecall() >= targets.get(i - 1).measuredRecall());
      }
    }
  }

  @Test
  void aFailureIsToldAndTriedAgainLater() {
    // Equal vectors, so that hits are ordered by id.
    for (int slot = 0; slot < COUNT; slot++) {
      parts.state.apply(slot + 1L, CollectionParts.upsert("id-" + slot, 1));
    }
    parts.state.publish();
    link(COUNT);
    broken = true;
    assertTrue(run() > 0);
    assertEquals(State.NOT_CALIBRATED, state());
    assertEquals(
        "java.lang.IllegalStateException: broken", calibrator.stats().error().orElseThrow());
    broken = false;
    assertEquals(0, run());
    nowNanos += TimeUnit.MINUTES.toNanos(10);
    assertTrue(run() > 0);
    assertEquals(State.CALIBRATED, state());
    assertTrue(calibrator.stats().error().isEmpty());
  }

  @Test
  void whatWritesHaveOvertakenIsGivenUpAndBegunAnew() {
    store(COUNT, 0);
    ticks.run();
    background.remove().run();
    assertTrue(calibrator.stats().running());
    store(COUNT, COUNT);
    while (!background.isEmpty()) {
      background.remove().run();
    }
    assertFalse(calibrator.stats().running());
    assertEquals(State.NOT_CALIBRATED, state());
    assertEquals(0, run(), "too many are pending");
    link(COUNT);
    assertTrue(run() > 0);
    assertEquals(2 * COUNT, calibrator.stats().calibration().orElseThrow().records());
  }

  @Test
  void waitsInTheMiddleWhileManyAreToBeLinked() {
    store(COUNT, 0);
    ticks.run();
    background.remove().run();
    store(33, 33);
    for (int tick = 0; tick < 3; tick++) {
      while (!background.isEmpty()) {
        background.remove().run();
      }
      assertTrue(calibrator.stats().running());
      assertEquals(State.NOT_CALIBRATED, state());
      ticks.run();
      assertEquals(1, background.size());
    }
    link(33);
    assertTrue(run() > 0);
    assertEquals(COUNT, calibrator.stats().calibration().orElseThrow().records());
  }

  @Test
  void whenItIsStoppedTheNextSliceDoesNothing() {
    store(COUNT, 0);
    ticks.run();
    background.remove().run();
    assertTrue(calibrator.stats().running());
    calibrator.stop();
    assertEquals(1, background.size());
    background.remove().run();
    assertEquals(0, run());
    assertEquals(State.NOT_CALIBRATED, state());
  }

  @Test
  void aClosedEpochEndsIt() {
    store(COUNT, 0);
    ticks.run();
    background.remove().run();
    parts.epoch.close();
    background.remove().run();
    assertEquals(0, run());
    assertTrue(calibrator.stats().error().isEmpty());
  }

  @Test
  void drawsEveryLiveRecordAlikeAndNoneTwice() {
    store(300, 0);
    for (int slot = 0; slot < 200; slot++) {
      parts.state.apply(301L + slot, CollectionParts.delete("id-" + slot));
    }
    parts.state.publish();
    int[] drawn = new int[300];
    for (long seed = 0; seed < 2_000; seed++) {
      // The sequence is the seed; all that died did so before.
      Published at = new Published(501 + seed, 300, 100);
      var sample = new CalibrationSample(parts.state.slots(), at, 10);
      assertFalse(sample.step());
      int[] slots = sample.shuffled();
      assertEquals(10, Arrays.stream(slots).distinct().count());
      for (int slot : slots) {
        drawn[slot]++;
      }
    }
    assertEquals(0, Arrays.stream(drawn, 0, 200).sum());
    // 200 each on average, with a standard deviation of 13.4.
    for (int slot = 200; slot < 300; slot++) {
      assertTrue(Math.abs(drawn[slot] - 200) < 70, slot + " drawn " + drawn[slot] + " times");
    }
    var all = new CalibrationSample(parts.state.slots(), new Published(501, 300, 100), 100);
    assertFalse(all.step());
    assertArrayEquals(
        IntStream.range(200, 300).toArray(), Arrays.stream(all.shuffled()).sorted().toArray());
  }

  @Test
  void theTrueNeighboursOfARecordAreThoseOfAScanWithoutIt() {
    store(COUNT, 0);
    int[] queries = IntStream.range(0, 50).map(i -> i * 37).toArray();
    Published at = parts.state.published();
    var truth = new TrueNeighbours(parts.state, at, parts.vectors, queries, 20);
    boolean more = true;
    while (more) {
      more = truth.step();
    }
    var scratch =
        new SearchScratch(
            parts.state,
            parts.graph,
            parts.vectors,
            parts.walk,
            () -> 0,
            (slot, other) -> slot < other);
    for (int query = 0; query < queries.length; query++) {
      VectorValue vector = parts.state.vectors().read(queries[query]);
      assertEquals(at, scratch.beginScan());
      TopHits expected = scratch.searchExact(vector, 21);
      assertEquals(queries[query], expected.slot(0));
      for (int rank = 0; rank < 20; rank++) {
        assertEquals(expected.slot(rank + 1), truth.nearest(query).slot(rank));
        assertEquals(expected.score(rank + 1), truth.nearest(query).score(rank));
      }
    }
  }
}
