package dev.sagitta.benchmarks.race;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The points of one engine, by ef.
 *
 * @param points at least one
 */
record Sweep(List<SweepPoint> points) {
  Sweep {
    points = points.stream().sorted(Comparator.comparingInt(SweepPoint::ef)).toList();
  }

  /**
   * Searches per second at a recall, interpolated between the two neighbouring points, linear in
   * recall and in the logarithm of the speed. Empty where the points do not reach on both sides:
   * nothing is extrapolated. Recall may dip from a point to the next; then the first rise counts.
   */
  OptionalDouble qpsAt(double recall) {
    if (beginsAbove(recall)) {
      return OptionalDouble.empty();
    }
    for (int i = 0; i + 1 < points.size(); i++) {
      SweepPoint below = points.get(i);
      SweepPoint above = points.get(i + 1);
      if (below.recall() <= recall && recall <= above.recall()) {
        double width = above.recall() - below.recall();
        double share = width == 0 ? 0 : (recall - below.recall()) / width;
        return OptionalDouble.of(below.qps() * Math.pow(above.qps() / below.qps(), share));
      }
    }
    return OptionalDouble.empty();
  }

  /** Whether even the narrowest search has more than a recall. */
  boolean beginsAbove(double recall) {
    return points.getFirst().recall() > recall;
  }

  SweepPoint narrowest() {
    return points.getFirst();
  }

  /** The first point that reaches a recall, if one does. */
  Optional<SweepPoint> firstAt(double recall) {
    return points.stream().filter(point -> point.recall() >= recall).findFirst();
  }
}
