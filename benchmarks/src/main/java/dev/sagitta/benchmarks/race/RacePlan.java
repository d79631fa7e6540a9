package dev.sagitta.benchmarks.race;

import java.util.List;

/**
 * What a race does: who takes part, how often, and how long and how broadly is searched.
 *
 * @param contestants in the order of the report
 * @param threads of the buildings; the index of the last one is searched
 * @param rounds of searches that each contestant runs, in turn with the others
 * @param heapMib of a JVM at most
 * @param search what every round does
 */
record RacePlan(
    List<Contestant> contestants,
    List<Integer> threads,
    int rounds,
    int heapMib,
    Task.Search search) {
  RacePlan {
    contestants = List.copyOf(contestants);
    threads = List.copyOf(threads);
    if (rounds < 1) {
      throw new IllegalArgumentException("there must be a round at least, were " + rounds);
    }
  }

  /** Who builds the indexes, each once. */
  List<Contestant> builders() {
    return contestants.stream().map(Contestant::builder).distinct().toList();
  }

  /** The threads that build the index which is searched. */
  int threadsOfSearchedIndex() {
    return threads.getLast();
  }
}
