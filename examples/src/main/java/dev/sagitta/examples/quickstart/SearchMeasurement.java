package dev.sagitta.examples.quickstart;

import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.VectorCollection;
import dev.sagitta.examples.report.Figures;
import dev.sagitta.examples.report.Latencies;
import dev.sagitta.examples.report.Recall;
import dev.sagitta.examples.report.Table;
import dev.sagitta.examples.report.Table.Column;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Measures how much a search finds and how long it takes, with two sorts of queries: those that
 * look like the records (methods' vectors with noise), and those that do not (questions).
 */
final class SearchMeasurement {
  private static final int K = 10;

  /** One method in so many is searched for. */
  private static final long METHODS_PER_SAMPLE = 2_500;

  /** Length of the noise; a vector's own length is 1. */
  private static final double NOISE = 0.5;

  private static final int ROUNDS_TO_WARM_UP = 1;
  private static final int ROUNDS = 4;

  private final VectorCollection methods;
  private final Embedder embedder;
  private final Table table =
      new Table(
          Column.left("search"),
          Column.left("queries"),
          Column.right("recall@10"),
          Column.right("median"),
          Column.right("99 % within"));

  SearchMeasurement(VectorCollection methods, Embedder embedder) {
    this.methods = methods;
    this.embedder = embedder;
  }

  /** Measures and prints a table. */
  void print() {
    List<float[]> samples = sampledMethods();
    List<float[]> questions = questions();
    System.out.printf(
        "%nMeasuring with the vectors of %d methods, blurred by noise, and %d questions.%n",
        samples.size(), questions.size());
    Latencies exactTimes = new Latencies();
    List<SearchResult> nearSamples = searchExactly(samples, exactTimes);
    List<SearchResult> nearQuestions = searchExactly(questions, exactTimes);
    row("default", "methods", requests(samples, this::usual), nearSamples);
    row("default", "questions", requests(questions, this::usual), nearQuestions);
    row("wide", "questions", requests(questions, this::wide), nearQuestions);
    row("exact", "both", 1, exactTimes);
    System.out.print(table);
    System.out.printf("  Wide is efSearch = %s.%n", Figures.count(MethodSearch.EF_SEARCH));
  }

  private List<float[]> questions() {
    return Stream.concat(Questions.SHOWN.stream(), Questions.MEASURED.stream())
        .flatMap(question -> embedder.embed(question).stream())
        .toList();
  }

  private List<float[]> sampledMethods() {
    SplittableRandom random = new SplittableRandom(1);
    AtomicLong number = new AtomicLong();
    return methods
        .records()
        .filter(method -> number.getAndIncrement() % METHODS_PER_SAMPLE == 0)
        .map(method -> blur(method.floats(), random))
        .toList();
  }

  private static float[] blur(float[] vector, SplittableRandom random) {
    double deviation = NOISE / Math.sqrt(vector.length);
    float[] blurred = new float[vector.length];
    for (int i = 0; i < vector.length; i++) {
      blurred[i] = (float) (vector[i] + deviation * random.nextGaussian());
    }
    return blurred;
  }

  private SearchRequest usual(float[] query) {
    return SearchRequest.of(query, K);
  }

  private SearchRequest wide(float[] query) {
    return SearchRequest.builder(query, K).efSearch(MethodSearch.EF_SEARCH).build();
  }

  private static List<SearchRequest> requests(
      List<float[]> queries, Function<float[], SearchRequest> how) {
    return queries.stream().map(how).toList();
  }

  private List<SearchResult> searchExactly(List<float[]> queries, Latencies times) {
    return queries.stream()
        .map(query -> times.time(() -> methods.searchExact(usual(query))))
        .toList();
  }

  private void row(
      String search, String queries, List<SearchRequest> requests, List<SearchResult> exact) {
    double recall = 0;
    for (int i = 0; i < requests.size(); i++) {
      recall += Recall.of(methods.search(requests.get(i)), exact.get(i)) / requests.size();
    }
    repeat(ROUNDS_TO_WARM_UP, requests, new Latencies());
    Latencies times = new Latencies();
    repeat(ROUNDS, requests, times);
    row(search, queries, recall, times);
  }

  private void repeat(int rounds, List<SearchRequest> requests, Latencies times) {
    for (int round = 0; round < rounds; round++) {
      requests.forEach(request -> times.time(() -> methods.search(request)));
    }
  }

  private void row(String search, String queries, double recall, Latencies times) {
    table.row(
        search,
        queries,
        Figures.percent(recall),
        Figures.duration(times.percentile(50)),
        Figures.duration(times.percentile(99)));
  }
}
