package dev.sagitta.benchmarks.race;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * What a race does: who takes part, how often, and how long and how broadly is searched.
 *
 * @param contestants in the order of the report
 * @param threads of the buildings; the index of the last one is searched
 * @param builds of each index
 * @param rounds of searches that each contestant runs, in turn with the others
 * @param jvm what JVMs are given
 * @param search what every round does
 */
record RacePlan(
    List<Contestant> contestants,
    List<Integer> threads,
    int builds,
    int rounds,
    Jvm jvm,
    Task.Search search) {
  RacePlan {
    contestants = List.copyOf(contestants);
    threads = List.copyOf(threads);
    if (builds < 1 || rounds < 1) {
      throw new IllegalArgumentException(
          "there must be a building and a round at least, were %d and %d"
              .formatted(builds, rounds));
    }
  }

  /**
   * What JVMs are given.
   *
   * @param heapMib at most
   * @param flags in place of those that each engine has; empty for those
   */
  record Jvm(int heapMib, Optional<List<String>> flags) {}

  /** Who builds the indexes. */
  List<Contestant> builders() {
    return contestants.stream().map(Contestant::builder).distinct().toList();
  }

  /**
   * Some in the order of a round: A B C, then B C A, then C A B, so that nobody always comes after
   * the same one.
   *
   * @param round from 1
   */
  static <T> List<T> inOrderOfRound(int round, List<T> some) {
    List<T> rotated = new ArrayList<>(some);
    Collections.rotate(rotated, 1 - round);
    return rotated;
  }

  /** The threads that build the index which is searched. */
  int threadsOfSearchedIndex() {
    return threads.getLast();
  }

  /**
   * All flags of the JVM of a contestant but the class path. Heap that is committed is touched, so
   * that it is resident, and its free part can be told from what the engine needs.
   */
  List<String> jvmFlags(Contestant contestant) {
    List<String> flags = new ArrayList<>(List.of("-Xmx" + jvm.heapMib() + "m"));
    flags.add("-XX:+AlwaysPreTouch");
    flags.addAll(jvm.flags().orElse(contestant.engine().jvmFlags()));
    return flags;
  }
}
