package dev.sagitta.engine;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.CodeLayout;
import dev.sagitta.distance.kernel.CodeRange;
import dev.sagitta.distance.kernel.RowLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Decides whether a collection's graph is walked by codes of its vectors, and makes them, on the
 * background thread: once the vectors no longer fit a processor's cache, again when there are eight
 * times as many, and again when vectors were added that lie outside the range of the codes.
 *
 * <p>Codes are derived data: they are made from the vectors after each opening, and stored nowhere.
 * Until they are there the graph is walked by the vectors, and so it is where codes would not do:
 * for elements and dimensions where they take more than half of what vectors do; for collections
 * with many vectors far from the others; for vectors whose neighbours they do not tell apart
 * ({@link CodeCheck}); and where memory is short.
 */
final class CodeTraining {
  private static final int GROWTH = 8;

  /** By how much a collection grows before codes that were given up are made again: a quarter. */
  private static final int GROWTH_AGAIN = 4;

  /** Vectors that the range is taken from; fewer where they are long. */
  private static final int SAMPLE = 1_000;

  private static final int SAMPLE_ELEMENTS = 1 << 20;
  private static final int SLOTS_PER_TURN = 256;

  /** How many of the nearest there must be among those scored again. */
  private static final double RECALL_MIN = 0.97;

  private final CollectionState state;
  private final StoredVectors vectors;
  private final WalkVectors walk;
  private final LinkedGraph graph;
  private final Epoch epoch;
  private final Reclaimer reclaimer;
  private final RowLayout layout;
  private final boolean suitable;

  /** Slots from which it is time to train; of the background thread, read by the write lane. */
  private volatile long dueAt;

  private volatile boolean stopped;
  private volatile String walkedBy = "vectors";
  private volatile Optional<String> warning = Optional.empty();

  /**
   * Nothing trained yet.
   *
   * @param graph loaded before {@link #train}
   * @param codedBytes size of all vectors from which codes are worth while
   */
  CodeTraining(
      CollectionState state,
      StoredVectors vectors,
      WalkVectors walk,
      LinkedGraph graph,
      Epoch epoch,
      Reclaimer reclaimer,
      long codedBytes) {
    this.state = state;
    this.vectors = vectors;
    this.walk = walk;
    this.graph = graph;
    this.epoch = epoch;
    this.reclaimer = reclaimer;
    layout = state.vectors().layout();
    suitable = suitable(layout);
    dueAt = Math.max(1, codedBytes / layout.rowBytes());
  }

  private static boolean suitable(RowLayout layout) {
    ElementType elements = layout.elements();
    boolean floats = elements == ElementType.FLOAT32 || elements == ElementType.FLOAT16;
    return floats
        && 2 * new CodeLayout(layout.metric(), layout.dimension(), -1, 1).rowBytes()
            <= layout.rowBytes();
  }

  /** Whether {@link #train} has anything to do. */
  boolean due() {
    return suitable && !stopped && (state.published().slotCount() >= dueAt || walk.distrusts());
  }

  /** Ends training soon, for good; what is there stays in use. */
  void stop() {
    stopped = true;
  }

  /** Makes codes if it is time, and gives up those that no longer do. Background thread. */
  void train() {
    boolean any = false;
    while (due()) {
      any = true;
      int slotCount = state.published().slotCount();
      if (walk.distrusts()) {
        endOthers();
        walkedBy = "vectors";
        dueAt = Math.min(dueAt, (long) slotCount + slotCount / GROWTH_AGAIN);
      } else {
        train(slotCount);
      }
    }
    if (any) {
      reclaimer.reclaim();
    }
  }

  private void train(int slotCount) {
    try {
      Optional<CodeLayout> codes = chooseCodes(slotCount);
      if (codes.isPresent()) {
        train(new CodeStore(codes.get()), slotCount);
        dueAt = (long) GROWTH * slotCount;
        warning = Optional.empty();
      }
    } catch (RuntimeException | OutOfMemoryError e) {
      // Vectors that cannot be read: whoever meets them is told what file is damaged.
      dueAt = (long) slotCount + Math.max(1, slotCount / GROWTH_AGAIN);
      String codes = walk.current() == null ? "no codes" : "no newer codes";
      warning = Optional.of(codes + " were made to walk the graph by: " + e);
    }
  }

  /** Codes for the range of a sample; empty if training was stopped. */
  private Optional<CodeLayout> chooseCodes(int slotCount) {
    int count = Math.min(slotCount, Math.min(SAMPLE, SAMPLE_ELEMENTS / layout.dimension()));
    List<VectorValue> sample = new ArrayList<>(count);
    for (int i = 0; i < count && !stopped; i++) {
      int ticket = epoch.enter();
      try {
        sample.add(vectors.read((int) ((long) i * slotCount / count)));
      } finally {
        epoch.exit(ticket);
      }
    }
    return stopped ? Optional.empty() : Optional.of(CodeRange.of(layout.metric(), sample).codes());
  }

  private void train(CodeStore store, int slotCount) {
    walk.begin(store);
    try {
      // Linkers that did not know of the store yet: what they link is published by now.
      epoch.awaitReaders();
      encodeAll(store);
      double recall =
          CodeCheck.recall(store, vectors, graph.get(), epoch, slotCount, () -> stopped);
      if (!stopped) {
        choose(store, slotCount, recall);
      }
    } finally {
      endOthers();
    }
  }

  private void choose(CodeStore store, int slotCount, double recall) {
    if (store.tooNarrow(slotCount)) {
      walkedBy = "vectors (%,d lie outside the range of codes)".formatted(store.outliers());
      walk.useVectors();
    } else if (recall < RECALL_MIN) {
      walkedBy = String.format(Locale.ROOT, "vectors (codes keep %.3f of the nearest)", recall);
      walk.useVectors();
    } else {
      walkedBy = walk.use(store) ? "8-bit codes" : "vectors";
    }
  }

  /** Ends the use of all stores that walks do not begin by any more. */
  private void endOthers() {
    // Asked before: no walk by another store begins from then on.
    CodeStore used = walk.current();
    // Until walks by the others have ended, linkers encode into them too.
    epoch.awaitReaders();
    walk.end(used).forEach(store -> reclaimer.retire(store::close));
  }

  private void encodeAll(CodeStore store) {
    int end = state.published().slotCount();
    for (int first = 0; first < end && !stopped; first += SLOTS_PER_TURN) {
      int ticket = epoch.enter();
      try {
        for (int slot = first; slot < Math.min(end, first + SLOTS_PER_TURN); slot++) {
          store.encode(slot, vectors.read(slot));
        }
      } finally {
        epoch.exit(ticket);
      }
    }
  }

  /** What the graph is walked by. */
  String walkedBy() {
    return walkedBy;
  }

  /** Why there are no codes, or no newer ones, if vectors could not be read or memory is short. */
  Optional<String> warning() {
    return warning;
  }
}
