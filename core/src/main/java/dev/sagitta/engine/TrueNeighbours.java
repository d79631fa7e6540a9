package dev.sagitta.engine;

import dev.sagitta.engine.CollectionState.Published;

/**
 * The exact nearest neighbours of some stored records, themselves left out, found in one pass over
 * all vectors: each few rows are scored against every query while they are in the cache. For the
 * background thread, step by step, each within the epoch.
 */
final class TrueNeighbours {
  private static final int ROWS_PER_STEP = 64;
  private static final int SLOTS_PER_STEP = 1 << 14;
  private static final int QUERIES_PER_STEP = 16;

  private final CollectionState state;
  private final Published at;
  private final StoredVectors vectors;
  private final int[] queries;
  private final StoredVectors.Scorer[] scorers;
  private final TopHits[] nearest;
  private final int[] batch = new int[ROWS_PER_STEP];
  private final float[] scores = new float[ROWS_PER_STEP];
  private int prepared;
  private int nextSlot;

  /**
   * Neighbours that are still to be found.
   *
   * @param queries slots of the records
   * @param k how many neighbours of each
   */
  TrueNeighbours(CollectionState state, Published at, StoredVectors vectors, int[] queries, int k) {
    this.state = state;
    this.at = at;
    this.vectors = vectors;
    this.queries = queries;
    scorers = new StoredVectors.Scorer[queries.length];
    nearest = new TopHits[queries.length];
    for (int i = 0; i < nearest.length; i++) {
      nearest[i] = new TopHits((slot, other) -> slot < other);
      nearest[i].reset(k);
    }
  }

  /** Prepares some queries, or scores some rows; whether there are more. */
  boolean step() {
    if (prepared < queries.length) {
      prepare();
      return true;
    }
    int end = (int) Math.min(at.slotCount(), (long) nextSlot + SLOTS_PER_STEP);
    int count = 0;
    for (; nextSlot < end && count < ROWS_PER_STEP; nextSlot++) {
      if (state.slots().visible(nextSlot, at.sequence())) {
        batch[count++] = nextSlot;
      }
    }
    if (count > 0) {
      score(count);
    }
    return nextSlot < at.slotCount();
  }

  private void prepare() {
    int end = Math.min(queries.length, prepared + QUERIES_PER_STEP);
    for (; prepared < end; prepared++) {
      StoredVectors.Scorer scorer = vectors.newScorer();
      scorer.query(state.vectors().read(queries[prepared]));
      scorers[prepared] = scorer;
    }
  }

  private void score(int count) {
    for (int query = 0; query < queries.length; query++) {
      scorers[query].score(batch, count, scores);
      for (int i = 0; i < count; i++) {
        if (batch[i] != queries[query]) {
          nearest[query].offer(batch[i], scores[i]);
        }
      }
    }
  }

  /** How many queries there are. */
  int count() {
    return queries.length;
  }

  /** The record that a query asks for. */
  int slot(int query) {
    return queries[query];
  }

  /** The neighbours of a query; fewer than k where fewer records live. */
  TopHits nearest(int query) {
    return nearest[query];
  }
}
