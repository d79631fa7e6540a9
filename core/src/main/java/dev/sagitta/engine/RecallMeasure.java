package dev.sagitta.engine;

import dev.sagitta.RecallTarget;
import dev.sagitta.engine.CollectionState.Published;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Finds the smallest efSearch that reaches each of some target recalls for one k: asks with growing
 * efSearch for records that searches treat as if they were not in the graph, and compares with
 * their true neighbours. For the background thread, step by step, each within the epoch.
 *
 * <p>A target counts as reached where the mean recall of the queries, less {@value #MARGIN}
 * standard errors, is at least the target: with one further query that missed one of its k
 * neighbours, so that a sample that misses nothing proves no more than its size can. So, if the
 * sample is like the queries to come, the target is missed in one of twenty calibrations.
 *
 * <p>A larger efSearch expands nearly the same nodes and then others, so a query whose neighbours
 * were all found is not asked again. Of a round in which many are left, and each is dear, only the
 * first are asked; the order of the sample is random.
 */
final class RecallMeasure {
  /** The 95th percentile of the normal distribution. */
  static final double MARGIN = 1.645;

  private static final double[] TARGETS = {0.8, 0.9, 0.95, 0.97, 0.98, 0.99, 0.995, 0.999};

  /** Sum of efSearch over the searches of a step, and of a round. */
  private static final int EF_PER_STEP = 1 << 11;

  private static final int EF_PER_ROUND = 1 << 18;

  /** A round asks so many queries at least. */
  private static final int QUERIES_MIN = 100;

  /** From here on efSearch grows by a quarter from round to round, before by an eighth. */
  private static final int COARSE_FROM = 512;

  private final CollectionState state;
  private final Published at;
  private final SearchScratch scratch;
  private final TrueNeighbours truth;
  private final int k;
  private final int[] found;
  private final List<RecallTarget> targets = new ArrayList<>();
  private int queryCount;
  private int efSearch;
  private int nextQuery;

  /**
   * A measure that is still to be taken.
   *
   * @param scratch for this alone
   * @param k at most the largest efSearch that costs less than a scan
   */
  RecallMeasure(
      CollectionState state, Published at, SearchScratch scratch, TrueNeighbours truth, int k) {
    this.state = state;
    this.at = at;
    this.scratch = scratch;
    this.truth = truth;
    this.k = k;
    found = new int[truth.count()];
    queryCount = truth.count();
    efSearch = k;
  }

  /** Asks some queries; whether there are more. */
  boolean step() {
    for (int ef = 0; nextQuery < queryCount && ef < EF_PER_STEP; nextQuery++) {
      if (isIncomplete(nextQuery)) {
        found[nextQuery] = found(nextQuery);
        ef += efSearch;
      }
    }
    return nextQuery < queryCount || endRound();
  }

  /** How many neighbours of a query there are to be found. */
  private int size(int query) {
    return Math.min(k, truth.nearest(query).size());
  }

  private boolean isIncomplete(int query) {
    return found[query] < size(query);
  }

  /** How many of its neighbours a query finds; those at the same distance count as well. */
  private int found(int query) {
    int slot = truth.slot(query);
    float farthest = truth.nearest(query).score(size(query) - 1);
    scratch.beginWithout(slot, at);
    // One more, because the record itself is found if it is not linked yet.
    TopHits hits = scratch.searchGraph(state.vectors().read(slot), k + 1, efSearch);
    int count = 0;
    for (int i = 0; i < hits.size() && count < size(query); i++) {
      if (hits.slot(i) != slot && hits.score(i) <= farthest) {
        count++;
      }
    }
    return count;
  }

  /** Notes the targets that are reached, and begins the next round; whether there is one. */
  private boolean endRound() {
    double mean = mean();
    double confident = confident();
    while (targets.size() < TARGETS.length && confident >= TARGETS[targets.size()]) {
      add(OptionalInt.of(efSearch), mean, true);
    }
    int largest = EfSearches.largest(at.slotCount());
    if (targets.size() == TARGETS.length || efSearch == largest) {
      end();
      return false;
    }
    int growth = efSearch / (efSearch < COARSE_FROM ? 8 : 4);
    efSearch = Math.min(efSearch + Math.max(1, growth), largest);
    nextQuery = 0;
    limitQueries();
    return true;
  }

  private void limitQueries() {
    int asked = 0;
    for (int query = 0; query < queryCount; query++) {
      asked += isIncomplete(query) ? 1 : 0;
      if (query >= QUERIES_MIN && (long) asked * efSearch > EF_PER_ROUND) {
        queryCount = query;
      }
    }
  }

  /** Says of the targets that no efSearch reached what searches do. */
  private void end() {
    int slotCount = at.slotCount();
    int instead = EfSearches.beyondLargest(slotCount);
    while (targets.size() < TARGETS.length) {
      if (instead == EfSearches.SCAN) {
        add(OptionalInt.empty(), 1, true);
      } else {
        add(OptionalInt.of(instead), mean(), false);
      }
    }
  }

  private void add(OptionalInt efSearchFound, double mean, boolean reached) {
    targets.add(
        new RecallTarget(k, TARGETS[targets.size()], efSearchFound, mean, queryCount, reached));
  }

  private double recall(int query) {
    return (double) found[query] / size(query);
  }

  private double mean() {
    double sum = 0;
    for (int query = 0; query < queryCount; query++) {
      sum += recall(query);
    }
    return sum / queryCount;
  }

  /** What the mean recall of all queries is with confidence. */
  private double confident() {
    double further = 1 - 1.0 / k;
    double sum = further;
    double squares = further * further;
    for (int query = 0; query < queryCount; query++) {
      double recall = recall(query);
      sum += recall;
      squares += recall * recall;
    }
    int count = queryCount + 1;
    double mean = sum / count;
    double variance = Math.max(0, squares / count - mean * mean);
    return mean - MARGIN * Math.sqrt(variance / count);
  }

  /** What was found, by target; complete once there are no more steps. */
  List<RecallTarget> targets() {
    return targets;
  }
}
