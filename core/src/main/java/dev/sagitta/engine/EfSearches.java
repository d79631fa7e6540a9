package dev.sagitta.engine;

import dev.sagitta.Limits;
import dev.sagitta.RecallCalibration;
import dev.sagitta.RecallTarget;
import dev.sagitta.SearchRequest;
import dev.sagitta.engine.CollectionState.Published;
import java.util.List;
import java.util.Optional;

/**
 * Chooses how hard a search looks: the efSearch that it asks for, or the one that its target recall
 * takes by what was measured of the graph. Allocates nothing. Thread-safe.
 *
 * <p>A target between two measured ones takes the efSearch of the higher one, and one below all
 * that of the lowest. A k between two measured ones takes what lies between their efSearch in
 * proportion, one below all that of the smallest, and one above all the largest's, enlarged as k
 * is: recall at equal efSearch falls with k, and ever more slowly. A collection that has grown
 * since takes a quarter of that growth more.
 */
final class EfSearches {
  /** In place of an efSearch: scanning all slots costs no more, and finds everything. */
  static final int SCAN = 0;

  /** From this share of all slots on, scanning them all costs no more than such an efSearch. */
  static final int SCAN_SHARE = 8;

  /** A collection of so many slots is scanned for any target: the fallback is a share of it. */
  static final int SCANNED_SLOTS_MAX = SCAN_SHARE * SearchRequest.EF_SEARCH_DEFAULT;

  /** What a grown collection takes more than was measured: its growth, divided by this. */
  private static final int GROWTH_SHARE = 4;

  /** The fallback is for this k, and larger in proportion for a larger one. */
  private static final int FALLBACK_K = 50;

  private final Calibrations calibrations;

  EfSearches(Calibrations calibrations) {
    this.calibrations = calibrations;
  }

  /**
   * The efSearch of a request, or {@link #SCAN}: at least k, and at most the largest unless it is
   * {@code least}.
   *
   * @param least what it is at least where the request asks for none
   */
  int of(SearchRequest request, Published now, int least) {
    int efSearch =
        request.targetRecall().isPresent()
            ? ofTarget(request.targetRecall().getAsDouble(), request.k(), now)
            : request.efSearch().orElse(Math.max(SearchRequest.EF_SEARCH_DEFAULT, least));
    return efSearch == SCAN ? SCAN : Math.max(request.k(), efSearch);
  }

  private int ofTarget(double target, int k, Published now) {
    if (now.slotCount() <= SCANNED_SLOTS_MAX) {
      return SCAN;
    }
    Optional<RecallCalibration> calibration = calibrations.current();
    long efSearch;
    if (calibration.isEmpty()) {
      efSearch = fallback(target, k);
    } else {
      RecallCalibration known = calibration.get();
      efSearch = measured(known.targets(), target, k);
      efSearch += efSearch * (now.slotCount() - known.slots()) / (GROWTH_SHARE * known.slots());
      if (Calibrations.outdated(known, now)) {
        // What was scanned may be too many by now.
        efSearch =
            efSearch == SCAN ? Limits.EF_SEARCH_MAX : Math.max(efSearch, fallback(target, k));
      }
    }
    // What was measured of a smaller collection may be a small share by now, and the reverse.
    return efSearch > largest(now.slotCount()) ? beyondLargest(now.slotCount()) : (int) efSearch;
  }

  /** The largest efSearch that costs less than a scan. */
  static int largest(int slotCount) {
    return Math.min(slotCount / SCAN_SHARE, Limits.EF_SEARCH_MAX);
  }

  /** What takes the place of an efSearch beyond the largest. */
  static int beyondLargest(int slotCount) {
    return slotCount / SCAN_SHARE < Limits.EF_SEARCH_MAX ? SCAN : Limits.EF_SEARCH_MAX;
  }

  /** Cautious: what common embeddings take, and often several times that. */
  private static long fallback(double target, int k) {
    int base = SearchRequest.EF_SEARCH_DEFAULT;
    int times;
    if (target <= 0.95) {
      times = 1;
    } else if (target <= 0.98) {
      times = 2;
    } else if (target <= 0.99) {
      times = 4;
    } else {
      times = target <= 0.995 ? 8 : 16;
    }
    return (long) base * times * Math.max(k, FALLBACK_K) / FALLBACK_K;
  }

  private static long measured(List<RecallTarget> targets, double target, int k) {
    int below = 0;
    int above = 0;
    for (int i = 0; i < targets.size(); i++) {
      int measuredK = targets.get(i).k();
      if (measuredK <= k) {
        below = measuredK;
      } else if (above == 0) {
        above = measuredK;
      }
    }
    if (below == k || above == 0) {
      long efSearch = measuredAt(targets, target, below);
      return efSearch * Math.max(k, below) / below;
    }
    long efAbove = measuredAt(targets, target, above);
    if (below == 0) {
      return efAbove;
    }
    long efBelow = measuredAt(targets, target, below);
    if (efBelow == SCAN || efAbove == SCAN) {
      return SCAN;
    }
    return Math.max(efBelow, efBelow + (efAbove - efBelow) * (k - below) / (above - below) + 1);
  }

  /** The efSearch of the lowest target of a measured k that is at least the one asked for. */
  private static long measuredAt(List<RecallTarget> targets, double target, int k) {
    for (int i = 0; i < targets.size(); i++) {
      RecallTarget measured = targets.get(i);
      if (measured.k() == k && measured.targetRecall() >= target) {
        return measured.efSearch().orElse(SCAN);
      }
    }
    return Limits.EF_SEARCH_MAX;
  }
}
