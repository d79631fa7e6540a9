package dev.sagitta.engine;

import dev.sagitta.ClosedException;
import dev.sagitta.RecallCalibration;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

/**
 * Decides when checkpoints run, and runs them one at a time on the background thread: when the log
 * has outgrown what a checkpoint writes anew, on demand, and at close. One that fails leaves the
 * last manifest in force, and is tried again after a growing pause.
 */
final class Checkpoints {
  private static final Logger LOG = System.getLogger("dev.sagitta");
  private static final long HOLD_BACK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long PAUSE_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);
  private static final long PAUSE_NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

  /**
   * Of a log that is due, the lane forces about this part, 1 MiB, and what is forced ahead the
   * rest.
   */
  private static final int AHEAD_SHARE = 64;

  /** A step after a checkpoint. */
  private interface Tidying {
    void run() throws IOException;
  }

  private final CollectionState state;
  private final CollectionFiles files;
  private final CommitLog log;
  private final WriteLane lane;
  private final LinkedGraph graph;
  private final Reclaimer reclaimer;
  private final Executor background;
  private final LongSupplier nanoClock;
  private final long logBytesMin;

  /** Whether an automatic checkpoint is queued or running. */
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private volatile long pauseNanos;
  private volatile long resumeAtNanos;
  private volatile Optional<String> warning = Optional.empty();

  Checkpoints(
      CollectionState state,
      CollectionFiles files,
      CommitLog log,
      WriteLane lane,
      LinkedGraph graph,
      Reclaimer reclaimer,
      Executor background,
      LongSupplier nanoClock,
      long logBytesMin) {
    this.state = state;
    this.files = files;
    this.log = log;
    this.lane = lane;
    this.graph = graph;
    this.reclaimer = reclaimer;
    this.background = background;
    this.nanoClock = nanoClock;
    this.logBytesMin = logBytesMin;
  }

  /** Log size from which a checkpoint pays. */
  static long triggerBytes(CollectionFiles files, long logBytesMin) {
    return Math.max(logBytesMin, files.rewrittenBytes() / 2);
  }

  /** Starts a checkpoint in the background if the log has grown enough. */
  void startIfDue() {
    boolean due =
        log.bytes() > triggerBytes(files, logBytesMin)
            && graph.done()
            && (pauseNanos == 0 || nanoClock.getAsLong() - resumeAtNanos >= 0);
    if (due && scheduled.compareAndSet(false, true)) {
      try {
        background.execute(this::runScheduled);
      } catch (RuntimeException | Error e) {
        scheduled.set(false);
        throw e;
      }
    }
  }

  /**
   * Holds back a writer while a checkpoint is under way, or cannot be before the graph is loaded,
   * and the log grows faster than it: only checkpoints that fail may bring the log to its cap.
   */
  void holdBack() {
    while (log.halfFull() && (scheduled.get() || (!graph.done() && pauseNanos == 0))) {
      Waiting.pause(HOLD_BACK_NANOS);
    }
  }

  private void runScheduled() {
    try {
      run();
    } catch (IOException | RuntimeException | Error e) {
      LOG.log(Level.DEBUG, "checkpoint of " + files.directory() + " failed", e);
    } finally {
      scheduled.set(false);
    }
  }

  /** Runs a checkpoint and waits for it, if there is anything that the last one does not hold. */
  void runAndWait() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    try {
      background.execute(() -> runIfNeeded(done));
    } catch (RejectedExecutionException ended) {
      throw new ClosedException("collection in " + files.directory() + " is closed");
    }
    Waiting.on(done);
  }

  private void runIfNeeded(CompletableFuture<Void> done) {
    try {
      if (needed()) {
        run();
      }
      done.complete(null);
    } catch (IOException e) {
      done.completeExceptionally(Failures.translate("checkpoint of " + files.directory(), e));
    } catch (RuntimeException | Error e) {
      done.completeExceptionally(e);
    }
  }

  /**
   * Whether a checkpoint would store more operations, more links, or another calibration, than the
   * last one, or what that one did not store well.
   */
  private boolean needed() throws IOException {
    return state.published().sequence() > files.checkpointSequence()
        || files.checkpoint().pendingCount() > state.pending().size()
        || graph.warning().isPresent()
        || graph.calibrations().unstored()
        || state.vectors().extents().anyDamaged()
        || state.records().extents().anyDamaged();
  }

  private void run() throws IOException {
    try {
      CheckpointWriter.Point point = takePoint();
      Optional<RecallCalibration> calibration = graph.calibrations().current();
      CheckpointWriter writer = new CheckpointWriter(files, state, graph.get(), calibration);
      writer.write(point);
      graph.stored();
      graph.calibrations().stored(calibration);
      log.coveredBefore(point.firstLog());
      pauseNanos = 0;
      warning = Optional.empty();
      settle(writer);
    } catch (IOException | RuntimeException | Error e) {
      // First, because the rest may fail too, for want of memory perhaps.
      pauseNanos = Math.clamp(pauseNanos * 2, PAUSE_NANOS_MIN, PAUSE_NANOS_MAX);
      resumeAtNanos = nanoClock.getAsLong() + pauseNanos;
      warning = Optional.of("the last checkpoint failed and will be tried again: " + e);
      deleteUnlisted(e);
      throw e;
    }
  }

  /**
   * Frees what the checkpoint made superfluous, of each kind whatever becomes of the others, or one
   * file that can never be mapped would let memory and disk grow without bound.
   */
  private void settle(CheckpointWriter writer) {
    tidy(writer::seal);
    tidy(reclaimer::reclaim);
    tidy(files::deleteObsolete);
  }

  /** Takes a step after a checkpoint, which holds all the same if that fails. */
  private void tidy(Tidying step) {
    try {
      step.run();
    } catch (IOException | RuntimeException | Error e) {
      if (warning.isEmpty()) {
        warning = Optional.of("the last checkpoint holds, but what it replaced stays: " + e);
      }
      LOG.log(Level.DEBUG, "tidying up after a checkpoint of " + files.directory() + " failed", e);
    }
  }

  /** Deletes in the background what a verify had in use when a checkpoint would have deleted it. */
  void deleteSpared() {
    try {
      background.execute(this::deleteObsolete);
    } catch (RejectedExecutionException ended) {
      // The next checkpoint deletes it too.
    }
  }

  private void deleteObsolete() {
    try {
      files.deleteObsolete();
    } catch (IOException | RuntimeException | Error e) {
      LOG.log(Level.DEBUG, "tidying up after a verify of " + files.directory() + " failed", e);
    }
  }

  /** Deletes what a checkpoint wrote before it failed, so that attempts do not fill the disk. */
  private void deleteUnlisted(Throwable cause) {
    try {
      files.deleteObsolete();
    } catch (IOException | RuntimeException | Error e) {
      cause.addSuppressed(e);
    }
  }

  /** Rolls the log between two groups of writes, which wait meanwhile. */
  private CheckpointWriter.Point takePoint() {
    log.forceAhead(logBytesMin / AHEAD_SHARE);
    CheckpointWriter.Point[] point = new CheckpointWriter.Point[1];
    Waiting.on(
        lane.run(
            () -> {
              lane.requireWorking();
              long firstLog = log.roll();
              point[0] =
                  new CheckpointWriter.Point(state.published(), state.records().end(), firstLog);
            }));
    return point[0];
  }

  /** Why the last checkpoint failed, if it did. */
  Optional<String> warning() {
    return warning;
  }
}
