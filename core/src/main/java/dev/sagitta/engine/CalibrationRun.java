package dev.sagitta.engine;

import dev.sagitta.RecallCalibration;
import dev.sagitta.RecallTarget;
import dev.sagitta.engine.CollectionState.Published;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One calibration: draws a sample of the records, finds their true neighbours, and measures what
 * searches find of them. Everything is as of one sequence, so writes go on meanwhile. For the
 * background thread, step by step, each within the epoch and no longer than some milliseconds.
 *
 * <p>A record that is asked for is left out of the graph, not only of the results: its own links
 * lead to its neighbours, so a search that comes by it finds more than one for a new vector.
 */
final class CalibrationRun {
  private static final int QUERIES_MAX = 1_000;
  private static final int QUERIES_MIN = 200;

  /** Bytes of vectors that the exact pass scores, all queries together, unless they are too few. */
  private static final long SCORED_BYTES = 1L << 37;

  /** Bytes of queries that are in memory at once, unless they are too few. */
  private static final long QUERY_BYTES = 4 << 20;

  /** The k for which recall is measured. */
  private static final int[] KS = {10, 100};

  private final CollectionState state;
  private final Published at;
  private final StoredVectors vectors;
  private final SearchScratch scratch;
  private final CalibrationSample sample;
  private final List<RecallTarget> targets = new ArrayList<>();
  private @Nullable TrueNeighbours truth;
  private boolean truthFound;
  private @Nullable RecallMeasure measure;
  private int nextK;

  /**
   * A calibration of what is published now.
   *
   * @param scratch for this run alone
   */
  CalibrationRun(CollectionState state, StoredVectors vectors, SearchScratch scratch) {
    this.state = state;
    this.vectors = vectors;
    this.scratch = scratch;
    at = state.published();
    sample = new CalibrationSample(state.slots(), at, queryCount());
  }

  private int queryCount() {
    long rowBytes = state.vectors().layout().rowBytes();
    long affordable = Math.min(SCORED_BYTES / rowBytes / at.live(), QUERY_BYTES / rowBytes);
    return (int) Math.min(at.live(), Math.clamp(affordable, QUERIES_MIN, QUERIES_MAX));
  }

  /**
   * Whether the collection has changed so much meanwhile that this says little of it: as many
   * versions were stored as records lived when it began.
   */
  boolean overtaken() {
    return state.published().slotCount() - at.slotCount() >= at.live();
  }

  /** Does a little; whether there is more to do. */
  boolean step() {
    TrueNeighbours neighbours = truth;
    if (neighbours == null) {
      if (!sample.step()) {
        truth = new TrueNeighbours(state, at, vectors, sample.shuffled(), KS[KS.length - 1]);
      }
      return true;
    }
    if (!truthFound) {
      truthFound = !neighbours.step();
      return true;
    }
    RecallMeasure measuring = measure;
    if (measuring == null) {
      measure = new RecallMeasure(state, at, scratch, neighbours, KS[nextK++]);
      return true;
    }
    if (measuring.step()) {
      return true;
    }
    targets.addAll(measuring.targets());
    measure = null;
    return nextK < KS.length;
  }

  /** What was measured, once there is no more to do. */
  RecallCalibration result() {
    int queries = truth == null ? 0 : truth.count();
    return new RecallCalibration(at.live(), at.slotCount(), queries, targets);
  }
}
