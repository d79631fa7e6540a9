package dev.sagitta.examples.quickstart;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How many methods each term occurs in. A rare term tells more than a common one, so a term weighs
 * the logarithm of the number of methods per method that has it (inverse document frequency).
 *
 * <p>Kept in a text file: the number of methods, then a term and its count a line.
 */
final class Vocabulary {
  private static final char TAB = '\t';

  private final long methods;
  private final Map<String, Integer> methodsPerTerm;

  private Vocabulary(long methods, Map<String, Integer> methodsPerTerm) {
    this.methods = methods;
    this.methodsPerTerm = methodsPerTerm;
  }

  /** Counts the terms of methods. */
  static Vocabulary count(Stream<JdkMethod> methods) {
    Map<String, Integer> methodsPerTerm = new HashMap<>();
    long total =
        methods
            .mapToLong(
                method -> {
                  terms(method).forEach(term -> methodsPerTerm.merge(term, 1, Integer::sum));
                  return 1;
                })
            .sum();
    return new Vocabulary(total, methodsPerTerm);
  }

  private static Stream<String> terms(JdkMethod method) {
    return Arrays.stream(Part.values()).flatMap(part -> part.terms(method)).distinct();
  }

  /** Reads what {@link #write} has written. */
  static Vocabulary read(Path file) throws IOException {
    List<String> lines = Files.readAllLines(file);
    Map<String, Integer> methodsPerTerm = HashMap.newHashMap(lines.size());
    for (String line : lines.subList(1, lines.size())) {
      int tab = line.indexOf(TAB);
      methodsPerTerm.put(line.substring(0, tab), Integer.valueOf(line.substring(tab + 1)));
    }
    return new Vocabulary(Long.parseLong(lines.getFirst()), methodsPerTerm);
  }

  /** Writes all counts, sorted by term. */
  void write(Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file)) {
      out.write(Long.toString(methods));
      out.newLine();
      for (var entry : new TreeMap<>(methodsPerTerm).entrySet()) {
        out.write(entry.getKey() + TAB + entry.getValue());
        out.newLine();
      }
    }
  }

  /** How many methods were counted. */
  long methods() {
    return methods;
  }

  /** How many different terms they have. */
  int terms() {
    return methodsPerTerm.size();
  }

  /**
   * The weights of some terms, as a vector of length 1: a rare term weighs more than a common one,
   * and one that is repeated weighs a little more (by the logarithm). Terms that no method has are
   * left out.
   *
   * @param terms the terms, repeated as they come
   * @return term to weight, in the order of first appearance; empty if no term is known
   */
  Map<String, Double> weigh(Stream<String> terms) {
    Map<String, Long> occurrences =
        terms
            .filter(methodsPerTerm::containsKey)
            .collect(
                Collectors.groupingBy(
                    Function.identity(), LinkedHashMap::new, Collectors.counting()));
    Map<String, Double> weights = new LinkedHashMap<>();
    occurrences.forEach((term, times) -> weights.put(term, (1 + Math.log(times)) * rarity(term)));
    double length = Math.sqrt(weights.values().stream().mapToDouble(w -> w * w).sum());
    weights.replaceAll((term, weight) -> weight / length);
    return weights;
  }

  private double rarity(String term) {
    return Math.log((methods + 1.0) / methodsPerTerm.getOrDefault(term, 0));
  }
}
