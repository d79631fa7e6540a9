package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.CollectionState.Published;
import dev.sagitta.hnsw.GraphSearcher;
import dev.sagitta.hnsw.SearchLimit;
import dev.sagitta.hnsw.SlotFilter;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The work area of one search at a time, and the search's parts: the pending slots, the graph, the
 * exact scan. Everything a search needs besides its result is kept here from search to search.
 */
final class SearchScratch implements SlotFilter, SearchLimit {
  /** Slots that are scored per call; a deadline is looked at as often in scans. */
  private static final int SCAN_BATCH = 256;

  /** Slots after which a scan looks at the deadline even if none of them was visible. */
  private static final int SLOTS_PER_POLL = 1 << 14;

  private final CollectionState state;
  private final LongSupplier nanoClock;
  private final StoredVectors.Scorer scorer;
  private final WalkVectors.Scorer walk;
  private final LinkedGraph graph;
  private final TopHits hits;
  private final int[] batch = new int[SCAN_BATCH];
  private final float[] scores = new float[SCAN_BATCH];
  private final int[] pendingLength = new int[1];
  private int[] pending = new int[1 << 10];
  private int pendingCount;

  /** Made by the first search of the graph, because exact scans need not wait for it. */
  private @Nullable GraphSearcher searcher;

  private long sequence;
  private int slotCount;
  private long deadlineNanos;
  private boolean hasDeadline;
  private boolean limited;

  SearchScratch(
      CollectionState state,
      LinkedGraph graph,
      StoredVectors vectors,
      WalkVectors walk,
      LongSupplier nanoClock,
      TopHits.TieBreak tieBreak) {
    this.state = state;
    this.nanoClock = nanoClock;
    this.scorer = vectors.newScorer();
    this.walk = walk.newScorer();
    this.graph = graph;
    this.hits = new TopHits(tieBreak);
  }

  /**
   * Begins a search without a deadline: takes what is visible, then what is pending. In this order,
   * so that each slot that the search may see is in the list or completely linked.
   */
  Published begin() {
    Published published = beginScan();
    pending = state.pending().copy(pending, pendingLength);
    pendingCount = pendingLength[0];
    sortPending();
    return published;
  }

  /**
   * Begins a search of what was published before, in a graph without one slot, which may be found
   * all the same.
   */
  void beginWithout(int slot, Published asOf) {
    begin();
    sequence = asOf.sequence();
    slotCount = asOf.slotCount();
    searcher().without(slot);
  }

  /** Begins a search of all slots, without a deadline: takes what is visible. */
  Published beginScan() {
    Published published = state.published();
    sequence = published.sequence();
    slotCount = published.slotCount();
    hasDeadline = false;
    limited = false;
    return published;
  }

  /** Begins a search, without a deadline, of what another sees that has begun. */
  void beginAs(SearchScratch other) {
    sequence = other.sequence;
    slotCount = other.slotCount;
    if (pending.length < other.pendingCount) {
      pending = new int[other.pending.length];
    }
    System.arraycopy(other.pending, 0, pending, 0, other.pendingCount);
    pendingCount = other.pendingCount;
    hasDeadline = false;
    limited = false;
  }

  /** Sorts the pending slots, and drops those that are there twice. */
  private void sortPending() {
    for (int i = 1; i < pendingCount; i++) {
      if (pending[i - 1] >= pending[i]) {
        Arrays.sort(pending, 0, pendingCount);
        dropRepeated();
        return;
      }
    }
  }

  private void dropRepeated() {
    int kept = 1;
    for (int i = 1; i < pendingCount; i++) {
      if (pending[i] != pending[kept - 1]) {
        pending[kept++] = pending[i];
      }
    }
    pendingCount = kept;
  }

  /** Ends the search at a time of the clock. */
  void deadline(long nanos) {
    hasDeadline = true;
    deadlineNanos = nanos;
  }

  /** The k best by graph and pending scan. */
  TopHits searchGraph(VectorValue query, int k, int efSearch) {
    hits.reset(k);
    scorer.query(query);
    scanPending();
    if (!limited) {
      boolean byCodes = walk.query(query);
      GraphSearcher linked = searcher();
      int found = linked.search(efSearch, this, this);
      if (byCodes) {
        limited |= linked.limitReached();
        scoreAgain(linked, k, Math.min(found, scoredAgain(k)));
      } else {
        for (int i = 0; i < found; i++) {
          hits.offer(linked.ordinal(i), linked.score(i));
        }
      }
      limited |= linked.limitReached();
    }
    return hits;
  }

  /**
   * How many of the nearest by code are scored by their vectors, to find the k nearest among them.
   * The error of codes moves a neighbour by some places; see docs/kernels.md, "What codes keep".
   */
  static int scoredAgain(int k) {
    return Math.max(2 * k, k + 22);
  }

  /**
   * The least breadth of a search that nobody chose: what it scores again, where it goes by codes.
   */
  int breadth(int k) {
    return walk.byCodes() ? scoredAgain(k) : k;
  }

  /** Scores the first that were found, no more than k once the deadline has passed. */
  private void scoreAgain(GraphSearcher linked, int k, int found) {
    for (int first = 0; first < found && (first < k || !reached()); first += SCAN_BATCH) {
      int count = Math.min(SCAN_BATCH, found - first);
      for (int i = 0; i < count; i++) {
        batch[i] = linked.ordinal(first + i);
      }
      score(count);
    }
  }

  private GraphSearcher searcher() {
    GraphSearcher made = searcher;
    if (made == null) {
      made = new GraphSearcher(graph.get(), walk);
      searcher = made;
    }
    return made;
  }

  /** The k best of all slots. */
  TopHits searchExact(VectorValue query, int k) {
    hits.reset(k);
    scorer.query(query);
    int count = 0;
    for (int slot = 0; slot < slotCount; slot++) {
      if (state.slots().visible(slot, slotCount, sequence)) {
        batch[count++] = slot;
        if (count == SCAN_BATCH) {
          score(count);
          count = 0;
          if (reached()) {
            return hits;
          }
        }
      }
      if ((slot + 1) % SLOTS_PER_POLL == 0 && reached()) {
        return hits;
      }
    }
    score(count);
    return hits;
  }

  private void scanPending() {
    int count = 0;
    for (int i = 0; i < pendingCount; i++) {
      if (state.slots().visible(pending[i], slotCount, sequence)) {
        batch[count++] = pending[i];
        if (count == SCAN_BATCH) {
          score(count);
          count = 0;
          if (reached()) {
            return;
          }
        }
      }
    }
    score(count);
  }

  private void score(int count) {
    if (count > 0) {
      scorer.score(batch, count, scores);
      for (int i = 0; i < count; i++) {
        hits.offer(batch[i], scores[i]);
      }
    }
  }

  /** Whether the graph may return a slot: it is visible, and was not scanned as pending. */
  @Override
  public boolean accept(int slot) {
    return state.slots().visible(slot, slotCount, sequence)
        && (pendingCount == 0
            || slot < pending[0]
            || Arrays.binarySearch(pending, 0, pendingCount, slot) < 0);
  }

  /** Whether the deadline has passed. */
  @Override
  public boolean reached() {
    if (hasDeadline && nanoClock.getAsLong() - deadlineNanos >= 0) {
      limited = true;
    }
    return limited;
  }

  /** Whether the deadline ended the search. */
  boolean limited() {
    return limited;
  }
}
