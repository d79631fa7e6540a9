package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.millisSince;
import static dev.sagitta.benchmarks.Report.row;

import com.sun.management.OperatingSystemMXBean;
import dev.sagitta.Hit;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Measures what a batch of searches brings and prints a Markdown table: queries per second of
 * {@code searchAll} and {@code searchExactAll} beside loops of {@code search} and {@code
 * searchExact} on one thread and on as many as there are processors; processor time per query,
 * which other work on the machine changes less; recall@10. All ways take turns, and figures are
 * medians of the rounds.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.BatchFigures WORK_DIRECTORY FASHION_MNIST_DIRECTORY \
 *     [ROUNDS [VECTORS]]
 * </pre>
 */
public final class BatchFigures {
  private static final String USAGE =
      """
      Usage: BatchFigures WORK_DIRECTORY FASHION_MNIST_DIRECTORY [ROUNDS [VECTORS]]

        WORK_DIRECTORY           gets a folder batch-figures for the database, deleted at the end
        FASHION_MNIST_DIRECTORY  holds the two gzipped IDX files of pictures
        ROUNDS                   how often each way is measured, 5 if left out
        VECTORS                  how many of the pictures are stored, all if left out
      """;

  private static final int K = 10;
  private static final int SMALL_BATCH = 100;
  private static final int EXACT_REQUESTS = 320;
  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  /** A way to have requests answered. */
  private interface Asking {
    List<SearchResult> ask(List<SearchRequest> requests)
        throws InterruptedException, ExecutionException;
  }

  private record Way(String name, Asking asking) {}

  private final VectorCollection collection;
  private final int rounds;
  private final OperatingSystemMXBean process =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private BatchFigures(VectorCollection collection, int rounds) {
    this.collection = collection;
    this.rounds = rounds;
  }

  /** Runs; see the class. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    if (arguments.length < 2 || arguments.length > 4) {
      System.err.print(USAGE);
      System.exit(2);
    }
    Path directory = Path.of(arguments[0]).resolve("batch-figures");
    VectorSet set = VectorSet.fashionMnist(Path.of(arguments[1]));
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 5;
    int vectors = arguments.length > 3 ? Integer.parseInt(arguments[3]) : set.base().length;
    Directories.delete(directory);
    try (VectorDatabase database = EngineFigures.open(directory, PROCESSORS)) {
      VectorCollection collection = EngineFigures.collection(database, set);
      collection.upsertAll(EngineFigures.records(set, 0, vectors));
      collection.awaitIndexed();
      Runnables runnables = Runnables.sampling();
      try (runnables) {
        new BatchFigures(collection, rounds).measure(set);
      }
      row("%nThreads of the machine that could run, mean / largest: %s.", runnables.figures());
    }
    Directories.delete(directory);
  }

  private void measure(VectorSet set) throws InterruptedException, ExecutionException {
    List<SearchRequest> requests =
        Arrays.stream(set.queries()).map(query -> SearchRequest.of(query, K)).toList();
    List<SearchRequest> some = requests.subList(0, EXACT_REQUESTS);
    List<SearchResult> truth = collection.searchExactAll(some);
    row(
        "| %s, %,d stored | queries per second | of the first | processor us per query | recall@%d"
            + " |",
        set.name(), collection.count(), K);
    row("|---|---:|---:|---:|---:|");
    row(
        "| **%,d queries, k %d, efSearch %d** | | | | |",
        requests.size(), K, SearchRequest.EF_SEARCH_DEFAULT);
    measure(
        requests,
        truth,
        List.of(
            new Way("`search` in a loop, 1 thread", this::loop),
            new Way(
                "`search` in loops, %d threads".formatted(PROCESSORS),
                asked -> onThreads(asked, this::loop)),
            new Way("`searchAll` of all", collection::searchAll),
            new Way(
                "`searchAll` of %d at a time".formatted(SMALL_BATCH),
                asked -> inBatches(asked, SMALL_BATCH))));
    row("| **the first %d of them, exactly** | | | | |", EXACT_REQUESTS);
    measure(
        some,
        truth,
        List.of(
            new Way("`searchExact` in a loop, 1 thread", this::exactLoop),
            new Way(
                "`searchExact` in loops, %d threads".formatted(PROCESSORS),
                asked -> onThreads(asked, this::exactLoop)),
            new Way("`searchExactAll` of all", collection::searchExactAll)));
    System.out.printf(
        "%n%s. Kernel %s. Medians of %d rounds. `%s`%n",
        Machine.description(), collection.stats().kernel(), rounds, Machine.command());
  }

  private void measure(List<SearchRequest> requests, List<SearchResult> truth, List<Way> ways)
      throws InterruptedException, ExecutionException {
    double[][] perSecond = new double[ways.size()][rounds];
    double[][] micros = new double[ways.size()][rounds];
    double[] recall = new double[ways.size()];
    for (int round = -1; round < rounds; round++) { // the first warms up
      for (int way = 0; way < ways.size(); way++) {
        long cpuNanos = process.getProcessCpuTime();
        long start = System.nanoTime();
        List<SearchResult> results = ways.get(way).asking().ask(requests);
        if (round >= 0) {
          perSecond[way][round] = requests.size() / millisSince(start) * 1e3;
          micros[way][round] = (process.getProcessCpuTime() - cpuNanos) / 1e3 / requests.size();
        }
        recall[way] = recall(results, truth);
      }
    }
    double first = median(perSecond[0]);
    for (int way = 0; way < ways.size(); way++) {
      double figure = median(perSecond[way]);
      row(
          "| %s | %,.0f | %.2f | %,.0f | %.4f |",
          ways.get(way).name(), figure, figure / first, median(micros[way]), recall[way]);
    }
  }

  private static double median(double[] figures) {
    Arrays.sort(figures);
    return figures[figures.length / 2];
  }

  private List<SearchResult> loop(List<SearchRequest> requests) {
    return requests.stream().map(collection::search).toList();
  }

  private List<SearchResult> exactLoop(List<SearchRequest> requests) {
    return requests.stream().map(collection::searchExact).toList();
  }

  private List<SearchResult> inBatches(List<SearchRequest> requests, int size) {
    List<SearchResult> results = new ArrayList<>(requests.size());
    for (int from = 0; from < requests.size(); from += size) {
      int to = Math.min(from + size, requests.size());
      results.addAll(collection.searchAll(requests.subList(from, to)));
    }
    return results;
  }

  /** Asks an equal share on each of as many threads as there are processors. */
  private static List<SearchResult> onThreads(List<SearchRequest> requests, Asking asking)
      throws InterruptedException, ExecutionException {
    List<FutureTask<List<SearchResult>>> shares = new ArrayList<>();
    for (int i = 0; i < PROCESSORS; i++) {
      List<SearchRequest> share =
          requests.subList(
              i * requests.size() / PROCESSORS, (i + 1) * requests.size() / PROCESSORS);
      shares.add(new FutureTask<>(() -> asking.ask(share)));
    }
    shares.forEach(share -> Thread.ofPlatform().start(share));
    List<SearchResult> results = new ArrayList<>(requests.size());
    for (FutureTask<List<SearchResult>> share : shares) {
      results.addAll(share.get());
    }
    return results;
  }

  /** Of those whose true neighbours are known; by distance, so that ties do not lower it. */
  private static double recall(List<SearchResult> results, List<SearchResult> truth) {
    int found = 0;
    for (int i = 0; i < truth.size(); i++) {
      float farthest = truth.get(i).hits().getLast().distance();
      for (Hit hit : results.get(i)) {
        found += hit.distance() <= farthest ? 1 : 0;
      }
    }
    return (double) found / (K * truth.size());
  }
}
