package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.RecallCalibration;
import dev.sagitta.RecallTarget;
import dev.sagitta.SearchRequest;
import dev.sagitta.engine.CollectionState.Published;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class EfSearchesTest {
  private static final int SLOTS = 1_000_000;
  private static final RecallCalibration CALIBRATION =
      new RecallCalibration(
          SLOTS,
          SLOTS,
          500,
          List.of(
              new RecallTarget(10, 0.9, OptionalInt.of(20), 0.91, 500, true),
              new RecallTarget(10, 0.99, OptionalInt.of(110), 0.991, 500, true),
              new RecallTarget(100, 0.9, OptionalInt.of(200), 0.91, 500, true),
              new RecallTarget(100, 0.99, OptionalInt.of(10_000), 0.98, 500, false)));

  private final Calibrations calibrations = new Calibrations();
  private final EfSearches efSearches = new EfSearches(calibrations);

  private static Published slots(int count) {
    return new Published(1, count, count);
  }

  private int of(int k, double target, Published now) {
    return efSearches.of(
        SearchRequest.builder(new float[1], k).targetRecall(target).build(), now, k);
  }

  private int of(int k, double target) {
    return of(k, target, slots(SLOTS));
  }

  @Test
  void aRequestMayChooseByItselfOrLeaveItToTheDefault() {
    calibrations.measured(CALIBRATION);
    for (int slots : new int[] {0, 10, SLOTS}) {
      Published now = slots(slots);
      assertEquals(256, efSearches.of(SearchRequest.of(new float[1], 10), now, 10));
      assertEquals(300, efSearches.of(SearchRequest.of(new float[1], 300), now, 300));
      assertEquals(622, efSearches.of(SearchRequest.of(new float[1], 300), now, 622));
      SearchRequest.Builder expert = SearchRequest.builder(new float[1], 10);
      assertEquals(12, efSearches.of(expert.efSearch(12).build(), now, 32));
      assertEquals(10, efSearches.of(expert.efSearch(3).build(), now, 32));
    }
  }

  @Test
  void withoutACalibrationItIsCautious() {
    assertEquals(256, of(10, 0.5));
    assertEquals(256, of(50, 0.95));
    assertEquals(512, of(1, 0.96));
    assertEquals(1_024, of(10, 0.99));
    assertEquals(2_048, of(10, 0.995));
    assertEquals(4_096, of(10, 0.999));
    assertEquals(512, of(100, 0.95));
    assertEquals(8_192, of(100, 0.999));
    assertEquals(10_000, of(1_000, 0.999));
    assertEquals(10_000, of(10_000, 0.5));
  }

  @Test
  void whatCostsNoMoreThanAScanIsAScan() {
    assertEquals(EfSearches.SCAN, of(10, 0.5, slots(2_048)));
    assertEquals(256, of(10, 0.5, slots(2_049)));
    assertEquals(EfSearches.SCAN, of(10, 0.98, slots(4_095)));
    assertEquals(512, of(10, 0.98, slots(4_096)));
    assertEquals(EfSearches.SCAN, of(10_000, 0.5, slots(79_999)));
    assertEquals(10_000, of(10_000, 0.5, slots(80_000)));
  }

  @Test
  void takesTheNextHigherTarget() {
    calibrations.measured(CALIBRATION);
    assertEquals(20, of(10, 0.5));
    assertEquals(20, of(10, 0.9));
    assertEquals(110, of(10, 0.91));
    assertEquals(110, of(10, 0.99));
    assertEquals(10_000, of(10, 0.995), "beyond what was measured");
    assertEquals(10_000, of(100, 0.99), "not reached");
  }

  @Test
  void goesBetweenAndBeyondTheMeasuredK() {
    calibrations.measured(CALIBRATION);
    assertEquals(20, of(1, 0.9));
    assertEquals(23, of(11, 0.9));
    assertEquals(111, of(55, 0.9));
    assertEquals(199, of(99, 0.9));
    assertEquals(200, of(100, 0.9));
    assertEquals(2_000, of(1_000, 0.9));
    assertEquals(10_000, of(10_000, 0.9));
  }

  @Test
  void anOutdatedCalibrationIsTakenWithCaution() {
    calibrations.measured(CALIBRATION);
    Published grown = new Published(9, 2 * SLOTS, SLOTS);
    assertTrue(Calibrations.outdated(CALIBRATION, grown));
    assertEquals(256, of(10, 0.9, grown));
    assertEquals(10_000, of(100, 0.99, grown));
    assertFalse(Calibrations.outdated(CALIBRATION, new Published(9, 2 * SLOTS - 1, SLOTS)));
    assertTrue(Calibrations.outdated(CALIBRATION, new Published(9, SLOTS, SLOTS / 2)));
    assertFalse(Calibrations.outdated(CALIBRATION, new Published(9, SLOTS, SLOTS / 2 + 1)));
  }

  @Test
  void whatWasScannedIsScannedUntilItIsTooMuch() {
    calibrations.measured(
        new RecallCalibration(
            50_000,
            50_000,
            500,
            List.of(
                new RecallTarget(10, 0.9, OptionalInt.of(50), 0.91, 500, true),
                new RecallTarget(100, 0.9, OptionalInt.empty(), 1, 500, true))));
    assertEquals(50, of(10, 0.9, slots(50_000)));
    assertEquals(52, of(10, 0.9, slots(60_000)), "a quarter of the growth more");
    assertEquals(EfSearches.SCAN, of(11, 0.9, slots(60_000)));
    assertEquals(EfSearches.SCAN, of(100, 0.9, slots(99_999)));
    assertEquals(10_000, of(100, 0.9, slots(100_000)));
  }

  @Test
  void knowsWhetherACheckpointHoldsIt() {
    assertFalse(calibrations.unstored());
    calibrations.measured(CALIBRATION);
    assertTrue(calibrations.unstored());
    calibrations.stored(calibrations.current());
    assertFalse(calibrations.unstored());
  }
}
