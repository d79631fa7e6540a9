package dev.sagitta.engine;

import dev.sagitta.RecallCalibration;
import dev.sagitta.engine.CollectionState.Published;
import java.util.Optional;

/**
 * What is known of a graph's recall: the last calibration, and whether a checkpoint holds it.
 * Written by the background thread, read by all.
 */
final class Calibrations {
  private volatile Optional<RecallCalibration> current = Optional.empty();
  private volatile Optional<RecallCalibration> stored = Optional.empty();

  /** Takes what the checkpoint's links came with. */
  void read(Optional<RecallCalibration> calibration) {
    stored = calibration;
    current = calibration;
  }

  /** Takes a new one. */
  void measured(RecallCalibration calibration) {
    current = Optional.of(calibration);
  }

  /** Says what the last checkpoint has stored. */
  void stored(Optional<RecallCalibration> calibration) {
    stored = calibration;
  }

  /** Whether a checkpoint would store another than the last one. */
  boolean unstored() {
    return !current.equals(stored);
  }

  /** The last one. */
  Optional<RecallCalibration> current() {
    return current;
  }

  /**
   * Whether a calibration says little of a collection by now: it has stored as many versions since
   * as there were records then, so that it doubled or every record was replaced, or half of them
   * are gone.
   */
  static boolean outdated(RecallCalibration calibration, Published now) {
    return now.slotCount() - calibration.slots() >= calibration.records()
        || 2 * now.live() <= calibration.records();
  }
}
