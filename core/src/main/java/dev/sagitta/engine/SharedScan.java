package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.CollectionState.Published;
import java.util.function.LongSupplier;

/**
 * The work area of an exact scan for several queries at once: vectors come from memory a block at a
 * time, and are scored against one query after another while they are in the processor's cache.
 *
 * <p>For one thread at a time, which holds the epoch; kept from scan to scan. A scan ends early for
 * a query whose deadline has passed, and goes on for the others.
 */
final class SharedScan {
  /** Most queries of one scan: more share each block, but wait for each other. */
  static final int QUERIES_MAX = 16;

  /** A block is to fit into the cache next to a core, beside the queries. */
  private static final int BLOCK_BYTES = 256 << 10;

  private static final int BLOCK_ROWS_MIN = 16;
  private static final int BLOCK_ROWS_MAX = 1 << 10;

  /** Slots after which a scan looks at the deadlines even if none of them was visible. */
  private static final int SLOTS_PER_POLL = 1 << 14;

  private final CollectionState state;
  private final LongSupplier nanoClock;
  private final Query[] queries = new Query[QUERIES_MAX];
  private final int[] block;
  private final float[] scores;
  private int count;

  SharedScan(
      CollectionState state,
      StoredVectors vectors,
      LongSupplier nanoClock,
      TopHits.TieBreak tieBreak) {
    this.state = state;
    this.nanoClock = nanoClock;
    for (int i = 0; i < QUERIES_MAX; i++) {
      queries[i] = new Query(vectors.newScorer(), new TopHits(tieBreak));
    }
    int rows = BLOCK_BYTES / state.vectors().layout().rowBytes();
    block = new int[Math.clamp(rows, BLOCK_ROWS_MIN, BLOCK_ROWS_MAX)];
    scores = new float[block.length];
  }

  /** Begins a scan, of no queries yet. */
  void begin() {
    count = 0;
  }

  /** Adds a query, without a deadline. */
  void add(VectorValue query, int k) {
    queries[count++].begin(query, k);
  }

  /** Ends the scan for the query added last at a time of the clock. */
  void deadline(long nanos) {
    Query last = queries[count - 1];
    last.hasDeadline = true;
    last.deadlineNanos = nanos;
  }

  /** Scores all slots that are visible at a sequence. */
  void run(Published now) {
    int rows = 0;
    for (int slot = 0; slot < now.slotCount(); slot++) {
      if (state.slots().visible(slot, now.sequence())) {
        block[rows++] = slot;
        if (rows == block.length) {
          score(rows);
          rows = 0;
          if (allReached()) {
            return;
          }
        }
      }
      if ((slot + 1) % SLOTS_PER_POLL == 0 && allReached()) {
        return;
      }
    }
    score(rows);
  }

  private void score(int rows) {
    if (rows > 0) {
      for (int i = 0; i < count; i++) {
        Query query = queries[i];
        if (!query.limited) {
          query.scorer.score(block, rows, scores);
          for (int row = 0; row < rows; row++) {
            query.hits.offer(block[row], scores[row]);
          }
        }
      }
    }
  }

  /** Whether the deadlines of all queries have passed. */
  private boolean allReached() {
    boolean all = true;
    for (int i = 0; i < count; i++) {
      Query query = queries[i];
      if (query.hasDeadline && nanoClock.getAsLong() - query.deadlineNanos >= 0) {
        query.limited = true;
      }
      all &= query.limited;
    }
    return all;
  }

  /** What the scan found for a query, counted in the order of adding. */
  TopHits hits(int index) {
    return queries[index].hits;
  }

  /** Whether its deadline ended the scan for a query. */
  boolean limited(int index) {
    return queries[index].limited;
  }

  /** One of the queries. */
  private static final class Query {
    private final StoredVectors.Scorer scorer;
    private final TopHits hits;
    private long deadlineNanos;
    private boolean hasDeadline;
    private boolean limited;

    Query(StoredVectors.Scorer scorer, TopHits hits) {
      this.scorer = scorer;
      this.hits = hits;
    }

    void begin(VectorValue vector, int k) {
      hits.reset(k);
      scorer.query(vector);
      hasDeadline = false;
      limited = false;
    }
  }
}
