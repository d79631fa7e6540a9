package dev.sagitta.benchmarks.race;

import java.util.List;

/**
 * How long and how broadly is measured.
 *
 * @param efs searched with, ascending
 * @param rounds each engine runs, in turn with the others
 * @param warmUpSeconds of a process before its first figure
 * @param passSeconds for each ef at least
 * @param heapMib of a JVM at most
 */
record RaceSettings(
    List<Integer> efs, int rounds, double warmUpSeconds, double passSeconds, int heapMib) {
  RaceSettings {
    efs = List.copyOf(efs);
    for (int i = 0; i < efs.size(); i++) {
      int least = i == 0 ? Parameters.K : efs.get(i - 1) + 1;
      if (efs.get(i) < least) {
        throw new IllegalArgumentException(
            "efs must ascend from %d at least, were %s".formatted(Parameters.K, efs));
      }
    }
    if (efs.isEmpty() || rounds < 1) {
      throw new IllegalArgumentException(
          "there must be an ef and a round, were %s and %d".formatted(efs, rounds));
    }
  }
}
