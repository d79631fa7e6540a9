package dev.sagitta.benchmarks.race;

import java.util.List;

/**
 * How long it takes to build an index: medians of the buildings.
 *
 * @param linkedSeconds until all vectors are linked
 * @param savedSeconds from then until what the contestant searches is on disk
 * @param processorSeconds of the whole process, until all vectors are linked
 */
record BuildFigures(double linkedSeconds, double savedSeconds, double processorSeconds) {
  /** Names of what {@link BuildClock} and the program in C++ put into a result. */
  static final String LINKED_SECONDS = "linkedSeconds";

  static final String PROCESSOR_SECONDS = "processorSeconds";

  static String savedSeconds(Contestant contestant) {
    return "savedSeconds-" + contestant.directory();
  }

  /**
   * Medians of some results.
   *
   * @param results at least one
   */
  static BuildFigures of(Contestant contestant, List<NamedValues> results) {
    return new BuildFigures(
        median(results, LINKED_SECONDS),
        median(results, savedSeconds(contestant)),
        median(results, PROCESSOR_SECONDS));
  }

  private static double median(List<NamedValues> results, String name) {
    return Median.of(results.stream().mapToDouble(result -> result.number(name)).toArray());
  }
}
