package dev.sagitta.engine;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.CodeLayout;
import dev.sagitta.distance.kernel.CodeRange;
import dev.sagitta.distance.kernel.PreparedQuery;
import dev.sagitta.distance.kernel.RowFormat;
import dev.sagitta.distance.kernel.RowLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a collection's graph is walked by codes of its vectors, and makes them, on the
 * background thread: once the vectors no longer fit a processor's cache, and again when there are
 * eight times as many, as a range that suited the first may not suit the others.
 *
 * <p>Codes are derived data: they are made from the vectors after each opening, and stored nowhere.
 * Until they are there the graph is walked by the vectors, and so it is where codes would not do:
 * for elements and dimensions of which they save less than half, and for vectors whose neighbours
 * they do not tell apart.
 */
final class CodeTraining {
  private static final int GROWTH = 8;
  private static final int SAMPLE = 1_000;
  private static final int SLOTS_PER_TURN = 256;

  private static final int CHECKED_QUERIES = 24;
  private static final int CHECKED_SLOTS = 1 << 15;
  private static final int CHECKED_K = 10;

  /** How many of the nearest there must be among those scored again. */
  private static final double RECALL_MIN = 0.97;

  private final CollectionState state;
  private final StoredVectors vectors;
  private final WalkVectors walk;
  private final Epoch epoch;
  private final Reclaimer reclaimer;
  private final boolean suitable;

  /** Slots from which it is time to train; of the background thread, read by the write lane. */
  private volatile long dueAt;

  private volatile boolean stopped;
  private volatile String walkedBy = "vectors";
  private volatile Optional<String> warning = Optional.empty();

  /**
   * Nothing trained yet.
   *
   * @param codedBytes size of all vectors from which codes are worth while
   */
  CodeTraining(
      CollectionState state,
      StoredVectors vectors,
      WalkVectors walk,
      Epoch epoch,
      Reclaimer reclaimer,
      long codedBytes) {
    this.state = state;
    this.vectors = vectors;
    this.walk = walk;
    this.epoch = epoch;
    this.reclaimer = reclaimer;
    RowLayout layout = state.vectors().layout();
    suitable = suitable(layout);
    dueAt = Math.max(1, codedBytes / layout.rowBytes());
  }

  private static boolean suitable(RowLayout layout) {
    ElementType elements = layout.elements();
    boolean floats = elements == ElementType.FLOAT32 || elements == ElementType.FLOAT16;
    int codeBytes =
        Math.ceilDiv(layout.dimension(), RowFormat.ALIGNMENT_BYTES) * RowFormat.ALIGNMENT_BYTES;
    return floats && 2 * codeBytes <= layout.rowBytes();
  }

  /** Whether {@link #train} has anything to do. */
  boolean due() {
    return suitable && !stopped && state.published().slotCount() >= dueAt;
  }

  /** Ends training soon, for good; what is there stays in use. */
  void stop() {
    stopped = true;
  }

  /** Makes codes if it is time. Background thread, outside the epoch. */
  void train() {
    if (!due()) {
      return;
    }
    int slotCount = state.published().slotCount();
    dueAt = (long) GROWTH * slotCount;
    try {
      int[] sample = slots(slotCount, SAMPLE);
      List<VectorValue> sampled = new ArrayList<>();
      inTurns(sample, slot -> sampled.add(vectors.read(slot)));
      if (stopped) {
        return;
      }
      train(CodeRange.of(state.vectors().layout().metric(), sampled).codes(), slotCount);
      warning = Optional.empty();
    } catch (RuntimeException e) {
      // Vectors that cannot be read: whoever meets them is told what file is damaged.
      warning = Optional.of("the graph is walked by " + walkedBy + ": " + e);
    }
  }

  private void train(CodeLayout layout, int slotCount) {
    CodeStore before = walk.current();
    CodeStore store = new CodeStore(layout);
    walk.begin(store);
    try {
      // Linkers that did not know of the store yet: what they link is published by now.
      epoch.awaitReaders();
      encodeAll(store);
      double recall = recall(store, slots(slotCount, CHECKED_SLOTS));
      if (!stopped) {
        boolean used = recall >= RECALL_MIN;
        walk.use(used ? store : null);
        walkedBy =
            used
                ? "8-bit codes"
                : String.format(Locale.ROOT, "vectors (codes keep %.3f of the nearest)", recall);
      }
    } finally {
      // Walks by the store before: until they end, linkers encode into it too.
      epoch.awaitReaders();
      walk.end();
      CodeStore now = walk.current();
      retireUnless(store, now);
      if (before != null) {
        retireUnless(before, now);
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same store, not an equal one
  private void retireUnless(CodeStore store, @Nullable CodeStore used) {
    if (store != used) {
      reclaimer.retire(store::close);
    }
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

  /** What is done with a slot. */
  private interface SlotAction {
    void accept(int slot);
  }

  /** Does something with slots, without holding the epoch for long. */
  private void inTurns(int[] slots, SlotAction action) {
    for (int first = 0; first < slots.length && !stopped; first += SLOTS_PER_TURN) {
      int ticket = epoch.enter();
      try {
        for (int i = first; i < Math.min(slots.length, first + SLOTS_PER_TURN); i++) {
          action.accept(slots[i]);
        }
      } finally {
        epoch.exit(ticket);
      }
    }
  }

  /** Slots all over the collection, at most so many, in order. */
  private static int[] slots(int slotCount, int most) {
    int count = Math.min(slotCount, most);
    int[] slots = new int[count];
    for (int i = 0; i < count; i++) {
      slots[i] = (int) ((long) i * slotCount / count);
    }
    return slots;
  }

  /**
   * How many of the nearest vectors of some slots are among those that a search by codes would
   * score again.
   */
  private double recall(CodeStore store, int[] slots) {
    StoredVectors.Scorer exact = vectors.newScorer();
    PreparedQuery query = store.kernel().newQuery();
    long[] byVector = new long[slots.length];
    long[] byCode = new long[slots.length];
    float[] scores = new float[slots.length];
    int[] queries = slots(slots.length, CHECKED_QUERIES);
    long found = 0;
    long wanted = 0;
    for (int i = 0; i < queries.length && !stopped; i++) {
      int ticket = epoch.enter();
      try {
        VectorValue vector = vectors.read(slots[queries[i]]);
        exact.query(vector);
        exact.score(slots, slots.length, scores);
        rank(scores, byVector);
        store.kernel().prepare(vector, query);
        store.kernel().score(query, store.rows(), slots, slots.length, scores);
        rank(scores, byCode);
      } finally {
        epoch.exit(ticket);
      }
      int k = Math.min(CHECKED_K, slots.length);
      IntHashSet again = new IntHashSet();
      for (int j = 0; j < Math.min(SearchScratch.scoredAgain(k), slots.length); j++) {
        again.add((int) byCode[j]);
      }
      for (int j = 0; j < k; j++) {
        found += again.contains((int) byVector[j]) ? 1 : 0;
      }
      wanted += k;
    }
    return wanted == 0 ? 1 : (double) found / wanted;
  }

  /** Sorts indexes by score. */
  private static void rank(float[] scores, long[] ranked) {
    for (int i = 0; i < ranked.length; i++) {
      // Scores of opposite signs order alike when negative ones are turned.
      int bits = Float.floatToRawIntBits(scores[i]);
      ranked[i] = ((long) (bits ^ ((bits >> 31) & Integer.MAX_VALUE)) << 32) | i;
    }
    Arrays.sort(ranked);
  }

  /** What the graph is walked by. */
  String walkedBy() {
    return walkedBy;
  }

  /** Why there are no codes, or no newer ones, if vectors could not be read. */
  Optional<String> warning() {
    return warning;
  }
}
