package dev.sagitta.engine;

import dev.sagitta.CalibrationStats;
import dev.sagitta.CalibrationStats.State;
import dev.sagitta.ClosedException;
import dev.sagitta.RecallCalibration;
import dev.sagitta.engine.CollectionState.Published;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a collection is calibrated, and has it done on the background thread: once the
 * linkers have caught up, if there is no calibration or the collection has changed much since.
 *
 * <p>A timer ticks; at each tick the background thread works for at most half of the time to the
 * next, in slices of some milliseconds, between which it does whatever else waits for it, such as a
 * checkpoint or closing. A slice is within the epoch.
 */
final class Calibrator {
  private static final Logger LOG = System.getLogger("dev.sagitta");

  /** How often it is looked whether there is something to do, or to go on with. */
  static final Duration TICK = Duration.ofMillis(500);

  private static final long TURN_NANOS = TICK.toNanos() / 2;
  private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** Pause after an attempt that failed, by damage perhaps. */
  private static final long RETRY_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** Linkers have caught up if no more records wait for them; while many are written, more do. */
  private static final int QUEUED_MAX = 32;

  private final CollectionState state;
  private final LinkedGraph graph;
  private final StoredVectors vectors;
  private final WalkVectors walk;
  private final Epoch epoch;
  private final Executor background;
  private final LongSupplier nanoClock;
  private final TopHits.TieBreak tieBreak;

  /** What is under way; of the background thread. */
  private @Nullable CalibrationRun run;

  private volatile boolean running;
  private volatile boolean stopped;

  /** When the next attempt may begin, if {@link #error} is there. */
  private volatile long resumeAtNanos;

  private volatile Optional<String> error = Optional.empty();

  Calibrator(
      CollectionState state,
      LinkedGraph graph,
      StoredVectors vectors,
      WalkVectors walk,
      Epoch epoch,
      Executor background,
      LongSupplier nanoClock,
      TopHits.TieBreak tieBreak) {
    this.state = state;
    this.graph = graph;
    this.vectors = vectors;
    this.walk = walk;
    this.epoch = epoch;
    this.background = background;
    this.nanoClock = nanoClock;
    this.tieBreak = tieBreak;
  }

  /** What is to be done at each tick. */
  Runnable ticks() {
    return new Repeated(() -> !stopped && (running || due()), this::turn);
  }

  /** Else it would take time from the linkers, for what they make outdated. */
  private boolean caughtUp() {
    return state.pending().queued() <= QUEUED_MAX;
  }

  private boolean due() {
    Published now = state.published();
    return graph.loaded()
        && stateOf(now) != State.NOT_NEEDED
        && stateOf(now) != State.CALIBRATED
        && now.live() > 1
        && caughtUp()
        && (error.isEmpty() || nanoClock.getAsLong() - resumeAtNanos >= 0);
  }

  private State stateOf(Published now) {
    Optional<RecallCalibration> known = graph.calibrations().current();
    if (now.slotCount() <= EfSearches.SCANNED_SLOTS_MAX) {
      return State.NOT_NEEDED;
    }
    if (known.isEmpty()) {
      return State.NOT_CALIBRATED;
    }
    return Calibrations.outdated(known.get(), now) ? State.OUTDATED : State.CALIBRATED;
  }

  private CompletableFuture<Void> turn() {
    CompletableFuture<Void> end = new CompletableFuture<>();
    long endNanos = nanoClock.getAsLong() + TURN_NANOS;
    background.execute(() -> slice(endNanos, end));
    return end;
  }

  private void slice(long endNanos, CompletableFuture<Void> end) {
    try {
      long sliceEndNanos = nanoClock.getAsLong() + SLICE_NANOS;
      boolean more;
      do {
        more = !stopped && step();
      } while (more && nanoClock.getAsLong() - sliceEndNanos < 0);
      if (more && nanoClock.getAsLong() - endNanos < 0) {
        background.execute(() -> slice(endNanos, end));
        return;
      }
    } catch (ClosedException closed) {
      stopped = true;
    } catch (RuntimeException | Error e) {
      // Damage or want of memory: searches go on, and so does what is known already.
      LOG.log(Level.DEBUG, "calibrating failed and will be tried again", e);
      resumeAtNanos = nanoClock.getAsLong() + RETRY_NANOS;
      error = Optional.of(e.toString());
      finish();
    }
    end.complete(null);
  }

  /** Does a little; whether there is more to do. */
  private boolean step() {
    int ticket = epoch.enter();
    try {
      CalibrationRun current = run;
      if (current == null) {
        if (!due()) {
          return false;
        }
        run =
            new CalibrationRun(
                state,
                vectors,
                new SearchScratch(state, graph, vectors, walk, nanoClock, tieBreak));
        running = true;
        return true;
      }
      if (current.overtaken()) {
        finish();
        return false;
      }
      if (!caughtUp()) {
        return false;
      }
      if (current.step()) {
        return true;
      }
      graph.calibrations().measured(current.result());
      error = Optional.empty();
      finish();
      return false;
    } finally {
      epoch.exit(ticket);
    }
  }

  private void finish() {
    run = null;
    running = false;
  }

  /** What is known, and what is being done. */
  CalibrationStats stats() {
    return new CalibrationStats(
        stateOf(state.published()), running, graph.calibrations().current(), error);
  }

  /** Ends it; the step that is under way ends within milliseconds. */
  void stop() {
    stopped = true;
  }
}
