package dev.sagitta;

import java.util.OptionalInt;

/**
 * What a collection's calibration found for one target recall.
 *
 * @param k number of hits for which it was measured
 * @param targetRecall the part of the true k nearest records that shall be found, on average
 * @param efSearch the smallest tried efSearch that reaches it with confidence, or the largest there
 *     is if none does; empty if scanning all slots costs no more than the efSearch that would
 * @param measuredRecall the mean recall of the queries at that efSearch, 1 where all are scanned
 * @param queries how many queries that is the mean of; fewer than were sampled where they are dear
 * @param reached false if the target is not reached with confidence at the largest efSearch
 */
public record RecallTarget(
    int k,
    double targetRecall,
    OptionalInt efSearch,
    double measuredRecall,
    int queries,
    boolean reached) {

  /** Checks the ranges. */
  public RecallTarget {
    Inputs.inRange("k", k, 1, Limits.K_MAX);
    Inputs.inRange(
        "targetRecall", targetRecall, Limits.TARGET_RECALL_MIN, Limits.TARGET_RECALL_MAX);
    if (efSearch.isPresent()) {
      Inputs.inRange("efSearch", efSearch.getAsInt(), 1, Limits.EF_SEARCH_MAX);
    }
    Inputs.inRange("measuredRecall", measuredRecall, 0, 1);
    Inputs.inRange("queries", queries, 0, Integer.MAX_VALUE);
  }
}
