package dev.sagitta.engine;

/**
 * The k best slots seen so far, nearest first, ties by id; a sorted array. Not thread-safe; reused
 * from search to search.
 */
final class TopHits {
  /** Orders slots whose scores are equal. */
  interface TieBreak {
    /** Whether the first slot's id comes before the second's. */
    boolean before(int slot, int other);
  }

  private final TieBreak tieBreak;
  private int[] slots = new int[16];
  private float[] scores = new float[16];
  private int size;
  private int k;

  TopHits(TieBreak tieBreak) {
    this.tieBreak = tieBreak;
  }

  /** Forgets everything and wants k slots from now on. */
  void reset(int k) {
    this.k = k;
    size = 0;
    if (slots.length < k) {
      slots = new int[k];
      scores = new float[k];
    }
  }

  /** Takes a slot if it is among the best k; no slot is offered twice. */
  void offer(int slot, float score) {
    if (size == k && !better(slot, score, k - 1)) {
      return;
    }
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (better(slot, score, middle)) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    int moved = Math.min(size, k - 1) - low;
    System.arraycopy(slots, low, slots, low + 1, moved);
    System.arraycopy(scores, low, scores, low + 1, moved);
    slots[low] = slot;
    scores[low] = score;
    size = Math.min(size + 1, k);
  }

  private boolean better(int slot, float score, int index) {
    return score < scores[index] || (score == scores[index] && tieBreak.before(slot, slots[index]));
  }

  int size() {
    return size;
  }

  int slot(int index) {
    return slots[index];
  }

  float score(int index) {
    return scores[index];
  }
}
