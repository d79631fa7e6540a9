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
 * @param oneThreadCountMax vectors up to which building with one thread is measured too
 */
record RaceSettings(
    List<Integer> efs,
    int rounds,
    double warmUpSeconds,
    double passSeconds,
    int heapMib,
    int oneThreadCountMax) {
  RaceSettings {
    efs = List.copyOf(efs);
  }
}
