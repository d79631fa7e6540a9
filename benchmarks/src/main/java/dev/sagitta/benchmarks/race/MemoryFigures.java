package dev.sagitta.benchmarks.race;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a searching process holds of memory after its searches, in KiB: medians of the rounds, of
 * those that tell it.
 *
 * @param resident all of it
 * @param files part of it: mapped files
 * @param heap part of it: Java heap in use, after a collection
 * @param needed all but the free part of the Java heap, which is resident too
 */
record MemoryFigures(
    OptionalDouble resident, OptionalDouble files, OptionalDouble heap, OptionalDouble needed) {
  /** Medians of some results. */
  static MemoryFigures of(List<NamedValues> results) {
    return new MemoryFigures(
        median(results.stream().map(result -> number(result, Memory.RESIDENT)).toList()),
        median(results.stream().map(result -> number(result, Memory.RESIDENT_FILES)).toList()),
        median(results.stream().map(result -> number(result, Memory.HEAP)).toList()),
        median(results.stream().map(MemoryFigures::needed).toList()));
  }

  private static OptionalDouble needed(NamedValues result) {
    OptionalDouble resident = number(result, Memory.RESIDENT);
    if (resident.isEmpty()) {
      return resident;
    }
    double free =
        number(result, Memory.HEAP_COMMITTED).orElse(0) - number(result, Memory.HEAP).orElse(0);
    return OptionalDouble.of(resident.getAsDouble() - free);
  }

  private static OptionalDouble number(NamedValues result, String name) {
    return result.values().containsKey(name)
        ? OptionalDouble.of(result.number(name))
        : OptionalDouble.empty();
  }

  private static OptionalDouble median(List<OptionalDouble> figures) {
    double[] told =
        figures.stream()
            .filter(OptionalDouble::isPresent)
            .mapToDouble(OptionalDouble::getAsDouble)
            .toArray();
    return told.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(Median.of(told));
  }
}
