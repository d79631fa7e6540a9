package dev.sagitta.hnsw;

/**
 * Chooses a node's neighbours among candidates: the heuristic of Malkov and Yashunin 2018,
 * Algorithm 4, with keepPrunedConnections. Scratch of one thread.
 *
 * <p>Going from the nearest candidate to the farthest, one is chosen if it is nearer to the base
 * than to every one chosen before; room that is left is filled with the nearest passed over. So
 * links point in different directions, and still there are enough of them.
 *
 * <p><b>Twins.</b> Candidates equal to the base, or as good as equal, need a rule of their own.
 * Equals tie in every comparison: taken as diverse they would fill the list and leave no link that
 * leads out of a crowd of copies; taken as reason to prune they would prune all else. So a twin of
 * the base neither is chosen for diversity nor prunes; twins get a quarter of the list for sure and
 * what is left over. Which twins is turned by the base's hash, so that the copies of one vector do
 * not all link to the same few. A candidate is a twin if its score lies as close to the base's
 * score with itself as rounding could bring it, measured by the farthest candidate.
 */
final class NeighbourSelector {
  private static final float TWIN_SPREAD = 1e-6f;

  private final QueryScorer pairs;
  private final int[] selected;

  /** Candidates that are compared with one that was chosen, and which they are. */
  private final int[] batch;

  private final int[] batchIndexes;
  private final float[] scores;
  private final boolean[] taken;

  /** Candidates that are nearer to one that was chosen than to the base. */
  private final boolean[] pruned;

  private int count;

  NeighbourSelector(QueryScorer pairs, int candidatesMax) {
    this.pairs = pairs;
    selected = new int[candidatesMax];
    batch = new int[candidatesMax];
    batchIndexes = new int[candidatesMax];
    scores = new float[candidatesMax];
    taken = new boolean[candidatesMax];
    pruned = new boolean[candidatesMax];
  }

  /**
   * Chooses up to {@code limit} candidates.
   *
   * @param keys the candidates' scores against the base and their ordinals, sorted
   * @param candidateCount how many there are, without the base itself
   * @param base the ordinal they are to be neighbours of
   * @param selfScore the base's score against itself
   * @return how many were chosen; {@link #selected} gives them
   */
  int select(long[] keys, int candidateCount, int base, float selfScore, int limit) {
    count = 0;
    if (candidateCount == 0) {
      return 0;
    }
    float spread = Math.abs(Keys.score(keys[candidateCount - 1]) - selfScore);
    int firstTwin = 0;
    int twinEnd = 0;
    for (int i = 0; i < candidateCount; i++) {
      taken[i] = false;
      pruned[i] = false;
      float difference = Keys.score(keys[i]) - selfScore;
      if (Math.abs(difference) <= TWIN_SPREAD * spread) {
        twinEnd = i + 1;
      } else if (difference < 0) {
        firstTwin = i + 1;
      }
    }
    int twinCount = Math.max(0, twinEnd - firstTwin);
    int twinRoom = Math.min(twinCount, Math.max(1, limit / 4));
    for (int i = firstTwin; i < firstTwin + twinCount; i++) {
      pruned[i] = true;
    }
    selectDiverse(keys, candidateCount, limit - twinRoom);
    selectTwins(keys, firstTwin, twinCount, base, limit);
    for (int i = 0; i < candidateCount && count < limit; i++) {
      if (!taken[i]) {
        take(keys, i);
      }
    }
    return count;
  }

  int count() {
    return count;
  }

  int selected(int index) {
    return selected[index];
  }

  boolean isSelected(int ordinal) {
    for (int i = 0; i < count; i++) {
      if (selected[i] == ordinal) {
        return true;
      }
    }
    return false;
  }

  private void selectDiverse(long[] keys, int candidateCount, int limit) {
    for (int i = 0; i < candidateCount && count < limit; i++) {
      if (!pruned[i]) {
        take(keys, i);
        if (count < limit) {
          pruneBy(keys, i, candidateCount);
        }
      }
    }
  }

  /**
   * Prunes the farther candidates that are nearer to the one that was chosen than to the base. All
   * in one call, so that each pair is scored once, and those that are pruned early seldom.
   */
  private void pruneBy(long[] keys, int chosen, int candidateCount) {
    int batchCount = 0;
    for (int i = chosen + 1; i < candidateCount; i++) {
      if (!pruned[i]) {
        batchIndexes[batchCount] = i;
        batch[batchCount++] = Keys.ordinal(keys[i]);
      }
    }
    if (batchCount == 0) {
      return;
    }
    pairs.queryStored(Keys.ordinal(keys[chosen]));
    pairs.score(batch, batchCount, scores);
    for (int i = 0; i < batchCount; i++) {
      int candidate = batchIndexes[i];
      pruned[candidate] = scores[i] < Keys.score(keys[candidate]);
    }
  }

  private void selectTwins(long[] keys, int firstTwin, int twinCount, int base, int limit) {
    int turn = twinCount == 0 ? 0 : (int) Long.remainderUnsigned(Hashes.mix(base), twinCount);
    for (int i = 0; i < twinCount && count < limit; i++) {
      take(keys, firstTwin + (turn + i) % twinCount);
    }
  }

  private void take(long[] keys, int index) {
    taken[index] = true;
    selected[count++] = Keys.ordinal(keys[index]);
  }
}
