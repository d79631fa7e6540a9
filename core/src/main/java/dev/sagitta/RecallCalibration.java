package dev.sagitta;

import java.util.List;

/**
 * Which efSearch a collection needs for which recall, measured on its own records: each of a sample
 * was asked for as if it were not stored, by the graph and by an exact scan.
 *
 * @param records live records when it was measured
 * @param slots stored versions then: live, replaced and deleted
 * @param queries records in the sample
 * @param targets by k, then by target recall, both ascending
 */
public record RecallCalibration(long records, long slots, int queries, List<RecallTarget> targets) {

  /** Checks the ranges and the order, and copies the list. */
  public RecallCalibration {
    Inputs.inRange("records", records, 1, Limits.SLOTS_MAX);
    Inputs.inRange("slots", slots, records, Limits.SLOTS_MAX);
    Inputs.inRange("queries", queries, 0, Integer.MAX_VALUE);
    targets = List.copyOf(targets);
    for (int i = 1; i < targets.size(); i++) {
      RecallTarget before = targets.get(i - 1);
      RecallTarget target = targets.get(i);
      boolean ascending =
          target.k() > before.k()
              || (target.k() == before.k() && target.targetRecall() > before.targetRecall());
      if (!ascending) {
        throw new InvalidInputException(
            "targets are not ascending: %s follows %s".formatted(target, before));
      }
    }
  }
}
