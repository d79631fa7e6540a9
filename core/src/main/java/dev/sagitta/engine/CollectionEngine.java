package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.CollectionFailedException;
import dev.sagitta.CollectionStats;
import dev.sagitta.Durability;
import dev.sagitta.RecordId;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.UpsertProgress;
import dev.sagitta.VectorRecord;
import dev.sagitta.VerifyLevel;
import dev.sagitta.VerifyProgress;
import dev.sagitta.VerifyReport;
import dev.sagitta.WriteBatch;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.KernelChoice;
import dev.sagitta.distance.kernel.Kernels;
import dev.sagitta.hnsw.HnswParameters;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One open collection: puts the parts together, opens and closes them in order, and routes calls to
 * them.
 *
 * <p>Threads: callers read on their own threads, inside the epoch; everything that writes goes
 * through the write lane; the background thread opens, checkpoints, calibrates and frees; linkers
 * link.
 */
public final class CollectionEngine {
  private static final Logger LOG = System.getLogger("dev.sagitta");

  /** How often records that could not be linked are tried again. */
  private static final Duration RETRY = Duration.ofSeconds(10);

  private final String name;
  private final StoredConfig config;
  private final EngineThreads threads;
  private final Pins pins;
  private final Epoch epoch;
  private final ExecutorService laneThread;
  private final ExecutorService background;
  private final Arena arena;
  private final CollectionFiles files;
  private final CollectionState state;
  private final KernelChoice kernel;
  private final WalkVectors walk;
  private final CodeTraining training;
  private final LinkedGraph graph;
  private final Linkers linkers;
  private final CommitLog log;
  private final WriteLane lane;
  private final Checkpoints checkpoints;
  private final Reclaimer reclaimer;
  private final Searches searches;
  private final BatchSearches batches;
  private final Reads reads;
  private final Writes writes;
  private final CollectionScrub scrub;
  private final Calibrator calibrator;
  private final EngineThreads.@Nullable Timer forceTimer;
  private final EngineThreads.Timer retryTimer;
  private final Repeated trainOnce;
  private final EngineThreads.Timer calibrationTimer;

  /** Guarded by this. */
  private boolean closed;

  private Optional<RuntimeException> notForced = Optional.empty();

  private CollectionEngine(
      String name,
      Path directory,
      Environment environment,
      Durability durability,
      Pins pins,
      Epoch epoch,
      ExecutorService background)
      throws IOException {
    this.name = name;
    this.pins = pins;
    this.epoch = epoch;
    this.background = background;
    Tuning tuning = environment.tuning();
    threads = environment.threads();
    reclaimer = new Reclaimer(epoch);
    files = CollectionFiles.load(environment.files(), directory, pins);
    config = files.config();
    // Beside recovery, because the first choice in a JVM takes as long as reading 100,000 slots.
    CompletableFuture<KernelChoice> choice =
        CompletableFuture.supplyAsync(() -> Kernels.select(config.layout()), threads.readers());
    arena = Arena.ofShared();
    Recovery recovery = new Recovery(files, config, arena, reclaimer, threads.readers());
    try {
      state = recovery.recover();
      kernel = Waiting.on(choice);
    } catch (IOException | RuntimeException | Error e) {
      recovery.close();
      reclaimer.reclaim();
      arena.close();
      throw e;
    }
    StoredVectors vectors = new StoredVectors(state.vectors(), kernel.kernel());
    HnswParameters parameters =
        new HnswParameters(config.config().m(), config.config().efConstruction());
    walk = new WalkVectors(vectors);
    graph = new LinkedGraph(parameters, walk, threads::pause);
    training = new CodeTraining(state, vectors, walk, graph, epoch, reclaimer, tuning.codedBytes());
    LongSupplier logBytesMax =
        () -> tuning.logCapFactor() * Checkpoints.triggerBytes(files, tuning.checkpointLogBytes());
    log = new CommitLog(files, durability, logBytesMax);
    laneThread = threads.serial(name + "-writer");
    lane = new WriteLane("collection " + name, laneThread, epoch, state, log, this::afterGroup);
    int pendingMax = Math.max(64, tuning.pendingBytes() / state.vectors().layout().rowBytes());
    linkers = new Linkers(graph, walk, state.pending(), pendingMax, epoch, threads, lane::fail);
    checkpoints =
        new Checkpoints(
            state,
            files,
            log,
            lane,
            graph,
            reclaimer,
            background,
            environment.nanoClock(),
            tuning.checkpointLogBytes());
    IdCodec ids = new IdCodec(config.config().ids());
    SlotReader slotReader = new SlotReader(state, config.config().ids());
    searches = new Searches(state, graph, vectors, walk, slotReader, environment.nanoClock());
    batches =
        new BatchSearches(config.config(), searches, graph, epoch, new SearchHelpers(threads));
    reads = new Reads(state, epoch, ids, slotReader);
    scrub = new CollectionScrub(name, files, environment.nanoClock());
    writes = new Writes(config.config(), lane, linkers, checkpoints, ids);
    forceTimer =
        durability instanceof Durability.Interval(Duration every, long bytes)
            ? threads.every(every, new Repeated(this::forceDue, () -> lane.run(log::force)))
            : null;
    retryTimer = threads.every(RETRY, new Repeated(linkers::waiting, this::retryLater));
    trainOnce =
        new Repeated(training::due, () -> CompletableFuture.runAsync(training::train, background));
    calibrator =
        new Calibrator(
            state,
            graph,
            vectors,
            walk,
            epoch,
            background,
            environment.nanoClock(),
            slotReader::idBefore);
    calibrationTimer = threads.every(Calibrator.TICK, calibrator.ticks());
    background.execute(() -> loadGraph(recovery));
  }

  /**
   * Opens a collection that exists. Waits until its state is exact; its links are read afterwards.
   *
   * @param pins the collection's, by which whoever opened it may verify it already
   */
  static CollectionEngine open(
      String name, Path directory, Environment environment, Durability durability, Pins pins) {
    ExecutorService background = environment.threads().serial(name + "-background");
    CompletableFuture<CollectionEngine> opened = new CompletableFuture<>();
    background.execute(
        () -> {
          try {
            Epoch epoch = new Epoch("collection " + name, environment.threads()::pause);
            opened.complete(
                new CollectionEngine(
                    name, directory, environment, durability, pins, epoch, background));
          } catch (IOException e) {
            opened.completeExceptionally(
                Failures.translate("opening collection " + name + " in " + directory, e));
          } catch (RuntimeException | Error e) {
            opened.completeExceptionally(e);
          }
        });
    try {
      return Waiting.on(opened);
    } catch (RuntimeException | Error e) {
      Waiting.forEnd(background);
      throw e;
    }
  }

  private void loadGraph(Recovery recovery) {
    try {
      graph.load(files, state, recovery.slotCount(), recovery.pendingAtCheckpoint());
      linkers.signal();
      // Recovery may have left a log that is due, and tables that it outgrew.
      checkpoints.startIfDue();
      trainIfDue();
      reclaimer.reclaim();
    } catch (RuntimeException | Error e) {
      lane.fail(e);
      linkers.end();
    }
  }

  /** Whether the timer is to have the lane force the log; if that fails, the lane does. */
  private boolean forceDue() {
    return log.unforced(state.published().sequence());
  }

  /** Queues another try to link what could not be. */
  private CompletableFuture<Void> retryLater() {
    return CompletableFuture.runAsync(
        () -> {
          // First, as codes for which there is no memory would keep slots from being linked.
          if (graph.loaded()) {
            training.train();
          }
          linkers.retry(this::isDead);
        },
        background);
  }

  private boolean isDead(int slot) {
    return !state.slots().visible(slot, state.published().sequence());
  }

  private void afterGroup() {
    linkers.signal();
    checkpoints.startIfDue();
    trainIfDue();
  }

  /** Has the background thread make codes for the graph's walks if that is due and not begun. */
  private void trainIfDue() {
    if (training.due() && graph.loaded()) {
      trainOnce.run();
    }
  }

  /** The records in memory; for the validator of the tests. */
  CollectionState state() {
    return state;
  }

  /** The graph and its loading; for the validator of the tests. */
  LinkedGraph graph() {
    return graph;
  }

  /** The epoch that readers of the state enter; for the validator of the tests. */
  Epoch epoch() {
    return epoch;
  }

  /** The collection's name. */
  public String name() {
    return name;
  }

  /** The configuration in effect. */
  public CollectionConfig config() {
    return config.config();
  }

  /** See {@link dev.sagitta.VectorCollection#upsert(VectorRecord)}. */
  public void upsert(VectorRecord record) {
    writes.upsert(record);
  }

  /** See {@link dev.sagitta.VectorCollection#upsertAll(Stream, Consumer)}. */
  public long upsertAll(Stream<VectorRecord> records, Consumer<UpsertProgress> progress) {
    return writes.upsertAll(records, progress);
  }

  /** See {@link dev.sagitta.VectorCollection#apply}. */
  public void apply(WriteBatch batch) {
    writes.apply(batch);
  }

  /** See {@link dev.sagitta.VectorCollection#delete(RecordId)}. */
  public boolean delete(RecordId id) {
    return writes.delete(id);
  }

  /** See {@link dev.sagitta.VectorCollection#deleteAll}. */
  public long deleteAll(Collection<? extends RecordId> ids) {
    return writes.deleteAll(ids);
  }

  /** See {@link dev.sagitta.VectorCollection#get(RecordId)}. */
  public Optional<VectorRecord> get(RecordId id) {
    return reads.get(id);
  }

  /** See {@link dev.sagitta.VectorCollection#contains(RecordId)}. */
  public boolean contains(RecordId id) {
    return reads.contains(id);
  }

  /** See {@link dev.sagitta.VectorCollection#count}. */
  public long count() {
    return reads.count();
  }

  /** See {@link dev.sagitta.VectorCollection#records}. */
  public Stream<VectorRecord> records() {
    return reads.records();
  }

  /**
   * See {@link dev.sagitta.VectorCollection#search} and {@link
   * dev.sagitta.VectorCollection#searchExact}.
   */
  public SearchResult search(SearchRequest request, boolean exact) {
    VectorValue query = request.query();
    VectorChecks.checkQuery("query", query, config());
    long deadlineNanos = request.timeout().isPresent() ? searches.deadline(request) : 0;
    boolean scan = exact || !graphReady(request, deadlineNanos);
    int ticket = epoch.enter();
    try {
      return searches.search(request, query, deadlineNanos, scan);
    } finally {
      epoch.exit(ticket);
    }
  }

  /**
   * See {@link dev.sagitta.VectorCollection#searchAll} and {@link
   * dev.sagitta.VectorCollection#searchExactAll}.
   */
  public List<SearchResult> searchAll(List<SearchRequest> requests, boolean exact) {
    return batches.searchAll(requests, exact);
  }

  /** Waits for the graph after opening, outside the epoch; whether it is there, and in time. */
  private boolean graphReady(SearchRequest request, long deadlineNanos) {
    if (!graph.done()) {
      graph.await(
          request.timeout().isEmpty() ? Long.MAX_VALUE : searches.nanosUntil(deadlineNanos));
    }
    return graph.loaded();
  }

  /** See {@link dev.sagitta.VectorCollection#checkpoint}. */
  public void checkpoint() {
    lane.requireOpen();
    checkpoints.runAndWait();
  }

  /** See {@link dev.sagitta.VectorCollection#flush}. */
  public void flush() {
    Waiting.on(
        lane.run(
            () -> {
              lane.requireOpen();
              lane.requireWorking();
              log.flush();
            }));
  }

  /** See {@link dev.sagitta.VectorCollection#awaitIndexed(Duration)}. */
  public boolean awaitIndexed(Duration timeout) throws InterruptedException {
    lane.requireOpen();
    long nanos = Math.max(0, Waiting.saturatedNanos(timeout));
    long begun = System.nanoTime();
    graph.awaitInterruptibly(nanos);
    if (!graph.done()) {
      return false;
    }
    long left = nanos - (System.nanoTime() - begun);
    boolean indexed = graph.loaded() && state.pending().awaitLinked(left, linkers::ended);
    lane.requireOpen();
    Throwable failure = graph.loaded() ? lane.failure() : graph.failure();
    if (!indexed && failure != null) {
      throw new CollectionFailedException(
          "collection "
              + name
              + " links no more until the database is closed and opened again: "
              + failure,
          false,
          failure);
    }
    return indexed;
  }

  /** See {@link dev.sagitta.VectorCollection#verify(VerifyLevel, Consumer)}. */
  public VerifyReport verify(VerifyLevel level, Consumer<VerifyProgress> progress) {
    lane.requireOpen();
    try (VerifyRun run = new VerifyRun(threads, level, progress, 1)) {
      verify(run);
      return run.report();
    }
  }

  /** What the scrub of the database does with this collection. */
  CollectionScrub scrub() {
    return scrub;
  }

  /** Has a run verify this collection. */
  void verify(VerifyRun run) {
    try {
      run.verify(name, pins, () -> files.pin(log));
    } finally {
      deleteSpared();
    }
  }

  /** Has deleted what checkpoints spared for a verify, if no other needs it. */
  void deleteSpared() {
    if (pins.takeSpared()) {
      checkpoints.deleteSpared();
    }
  }

  /** See {@link dev.sagitta.VectorCollection#stats}. */
  public CollectionStats stats() {
    int ticket = epoch.enter();
    try {
      CollectionState.Published now = state.published();
      Extents vectors = state.vectors().extents();
      Extents records = state.records().extents();
      return new CollectionStats(
          now.live(),
          now.slotCount(),
          state.pending().size(),
          now.sequence(),
          log.durableSequence(),
          files.checkpointSequence(),
          log.bytes(),
          files.listedBytes() + log.bytes(),
          state.slots().bytes()
              + state.ids().bytes()
              + graph.bytes()
              + walk.bytes()
              + vectors.anonymousBytes()
              + records.anonymousBytes(),
          vectors.mappedBytes() + records.mappedBytes(),
          kernel.name(),
          kernel.hint(),
          training.walkedBy(),
          walk.bytes(),
          Optional.ofNullable(lane.failure()).map(Throwable::toString),
          warnings(),
          scrub.stats(),
          calibrator.stats());
    } finally {
      epoch.exit(ticket);
    }
  }

  private Optional<String> warnings() {
    String all =
        Stream.of(
                files.stepped(),
                graph.warning(),
                training.warning(),
                checkpoints.warning(),
                linkers.warning())
            .flatMap(Optional::stream)
            .collect(Collectors.joining("; "));
    return all.isEmpty() ? Optional.empty() : Optional.of(all);
  }

  /**
   * Closes the collection: ends writing and linking, makes a checkpoint, waits for readers to leave
   * and frees everything.
   *
   * @param checkpoint false where the collection is about to be deleted
   */
  synchronized void close(boolean checkpoint) {
    if (closed) {
      return;
    }
    closed = true;
    retryTimer.cancel();
    calibrationTimer.cancel();
    calibrator.stop();
    if (forceTimer != null) {
      forceTimer.cancel();
    }
    Closing.all(
        List.of(
            this::stopWriting,
            training::stop,
            linkers::stop,
            () -> {
              if (checkpoint) {
                makeDurable();
              }
            },
            () -> closeLog(checkpoint),
            this::freeMemory,
            () -> Waiting.forEnd(background),
            () -> Waiting.forEnd(laneThread)));
  }

  /** Frees everything once readers have left; nothing if waiting for them failed. */
  private void freeMemory() {
    epoch.close();
    Closing.all(
        List.of(
            () -> onBackground(reclaimer::reclaim),
            () -> onBackground(graph::close),
            () -> onBackground(walk::close),
            () -> onBackground(state::close),
            () -> onBackground(arena::close)));
  }

  private void stopWriting() {
    lane.close();
    Waiting.on(lane.run(() -> {}));
  }

  /** Of a collection about to be deleted, nothing needs to become durable. */
  private void closeLog(boolean needed) {
    try {
      Waiting.on(lane.run(log::close));
    } catch (RuntimeException e) {
      if (needed) {
        throw e;
      }
      notForced = Optional.of(e);
    }
  }

  /**
   * Why the log could not be forced when the collection was closed to be deleted: if it is not
   * deleted then, it may have lost what was not durable before.
   */
  synchronized Optional<RuntimeException> notForced() {
    return notForced;
  }

  private void onBackground(Runnable step) {
    Waiting.on(CompletableFuture.runAsync(step, background));
  }

  /**
   * Stores everything before closing: by a checkpoint, or if that fails by forcing the log, so that
   * closing never looks like success while acknowledged writes could still be lost.
   */
  private void makeDurable() {
    if (lane.failure() == null) {
      checkpointBeforeClose();
    }
    if (state.published().sequence() > log.durableSequence()) {
      Waiting.on(lane.run(log::flush));
    }
  }

  /** A failure is no loss: everything is in the log, which the next opening replays. */
  private void checkpointBeforeClose() {
    try {
      checkpoints.runAndWait();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.DEBUG, "checkpoint of " + name + " at close failed", e);
    }
  }
}
