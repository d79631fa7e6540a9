package dev.sagitta;

import java.util.Optional;

/**
 * How far a collection knows which efSearch a target recall takes.
 *
 * @param state whether it does, and what searches with a target recall do if not
 * @param running whether it is being measured now, or waits in the middle while many records are
 *     linked
 * @param calibration what was measured last; empty if nothing was
 * @param error why the last attempt to measure failed, if it did; there will be another
 */
public record CalibrationStats(
    State state, boolean running, Optional<RecallCalibration> calibration, Optional<String> error) {

  /** Whether there is a calibration that holds. */
  public enum State {
    /**
     * The collection is so small that searches with a target recall scan it, which is exact and
     * costs no more.
     */
    NOT_NEEDED,
    /** Not calibrated yet: such searches use a cautious efSearch that knows nothing of the data. */
    NOT_CALIBRATED,
    /** Calibrated: such searches use the efSearch that was measured. */
    CALIBRATED,
    /**
     * The collection has changed much since it was calibrated: such searches use the larger of the
     * efSearch that was measured and the cautious one.
     */
    OUTDATED
  }
}
