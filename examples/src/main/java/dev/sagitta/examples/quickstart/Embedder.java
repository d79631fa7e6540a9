package dev.sagitta.examples.quickstart;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes vectors of methods and of questions, such that a question's vector is near those of the
 * methods that answer it. Where a program would use a language model, this one counts words: it
 * needs no download and does the same on every machine.
 */
final class Embedder {
  /** Elements of every vector. */
  static final int DIMENSION = 256;

  /** How much a question's groups of letters weigh beside its words. */
  private static final double SPELLING_WEIGHT = 0.15;

  /** How much a word weighs that the JDK says for the asker's own. */
  private static final double SYNONYM_WEIGHT = 0.6;

  /** Words of askers, and what the JDK says for them; all as {@link Words} leaves them. */
  private static final Map<String, List<String>> SYNONYMS =
      Map.of(
          "compar", List.of("equal"),
          "current", List.of("default", "now"),
          "delet", List.of("remov"),
          "remov", List.of("delet"),
          "text", List.of("string"),
          "whitespac", List.of("space", "strip"));

  private final Vocabulary vocabulary;

  /** Uses the weights of a vocabulary. */
  Embedder(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** The vector of a method that the vocabulary has counted. */
  float[] embed(JdkMethod method) {
    HashedVector sum = new HashedVector(DIMENSION);
    for (Part part : Part.values()) {
      vocabulary
          .weigh(part.terms(method))
          .forEach((term, weight) -> sum.add(term, part.weight() * weight));
    }
    return sum.toUnitVector();
  }

  /** The vector of a question; empty if nothing in it occurs in any method. */
  Optional<float[]> embed(String question) {
    Map<String, Double> words = vocabulary.weigh(Words.of(question));
    Map<String, Double> spelling =
        vocabulary.weigh(Words.of(question).flatMap(Words::letterGroups));
    if (words.isEmpty() && spelling.isEmpty()) {
      return Optional.empty();
    }
    HashedVector sum = new HashedVector(DIMENSION);
    words.forEach(sum::add);
    words.forEach(
        (word, weight) ->
            SYNONYMS
                .getOrDefault(word, List.of())
                .forEach(synonym -> sum.add(synonym, SYNONYM_WEIGHT * weight)));
    spelling.forEach((letters, weight) -> sum.add(letters, SPELLING_WEIGHT * weight));
    return Optional.of(sum.toUnitVector());
  }
}
