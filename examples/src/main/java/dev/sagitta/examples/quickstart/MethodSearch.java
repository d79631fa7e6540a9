package dev.sagitta.examples.quickstart;

import dev.sagitta.Hit;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.VectorCollection;
import dev.sagitta.examples.report.Figures;
import dev.sagitta.examples.report.Table;
import dev.sagitta.examples.report.Table.Column;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Answers questions with methods of the JDK's public API. */
final class MethodSearch {
  /** So many are fetched that enough are left without overloads and the JDK's inner classes. */
  private static final int HITS = 100;

  /**
   * How widely a question is searched for. The default is right for queries that look like the
   * records; a question looks like no method, so it gets more, and is answered in some
   * milliseconds. Printed, with the reason, by {@link #explain}.
   */
  static final int EF_SEARCH = 2_000;

  private static final int ANSWERS = 8;
  private static final int SIGNATURE_CHARS = 64;

  private final VectorCollection methods;
  private final Embedder embedder;

  MethodSearch(VectorCollection methods, Embedder embedder) {
    this.methods = methods;
    this.embedder = embedder;
  }

  /** Says how the questions are searched for, and why so. */
  static void explain() {
    System.out.printf(
        "Questions are searched with efSearch = %s, more than the default: a question looks like"
            + " no method, so its true neighbours are harder to find.%n",
        Figures.count(EF_SEARCH));
  }

  /** Searches and prints a table of what was found. */
  void answer(String question) {
    System.out.printf("%nQuestion: %s%n", question);
    Optional<float[]> query = embedder.embed(question);
    if (query.isEmpty()) {
      System.out.println("  None of these words occurs in the JDK. Other words may.");
      return;
    }
    long startNanos = System.nanoTime();
    SearchResult result =
        methods.search(SearchRequest.builder(query.get(), HITS).efSearch(EF_SEARCH).build());
    Duration time = Duration.ofNanos(System.nanoTime() - startNanos);
    System.out.print(table(fold(result)));
    System.out.printf(
        "  The best of the public API among the %d nearest of %s methods, in %s.%n",
        result.size(), Figures.count(methods.count()), Figures.duration(time));
  }

  /** Keeps what is public API, nearest first, and folds overloads into one answer. */
  static List<Answer> fold(Iterable<Hit> hits) {
    Map<String, Answer> answers = new LinkedHashMap<>();
    for (Hit hit : hits) {
      if (hit.payload().getBoolean("api").orElse(false)) {
        Answer answer = Answer.of(hit);
        answers.merge(answer.qualifiedName(), answer, Answer::withOverload);
      }
    }
    return answers.values().stream().limit(ANSWERS).toList();
  }

  private static Table table(List<Answer> answers) {
    Table table =
        new Table(
            Column.right("distance"),
            Column.left("method"),
            Column.right("overloads"),
            Column.left("package"),
            Column.left("module"),
            Column.right("code"));
    for (Answer answer : answers) {
      table.row(
          Figures.distance(answer.distance()),
          shorten(answer.signature()),
          answer.overloads() == 0 ? "" : "+" + answer.overloads(),
          answer.packageName(),
          answer.module(),
          answer.codeBytes() == 0 ? "none" : Figures.bytes(answer.codeBytes()));
    }
    return table;
  }

  private static String shorten(String signature) {
    return signature.length() <= SIGNATURE_CHARS
        ? signature
        : signature.substring(0, SIGNATURE_CHARS - 3) + "...";
  }
}
