package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.CodeLayout;
import dev.sagitta.distance.kernel.CodeRange;
import dev.sagitta.distance.kernel.RowLayout;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Measures what 8-bit codes keep of the order of real vectors, and prints a Markdown table:
 * recall@10 of exact search over codes, alone and with the best 20, 50 or 100 scored again by their
 * vectors, for ranges of codes that cover a sample's elements or leave out some at both ends. A hit
 * counts if its true distance is not above that of the true tenth neighbour, so ties count.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.CodeRecall FASHION_MNIST_DIRECTORY SIFTSMALL_DIRECTORY [QUERIES]
 * </pre>
 */
public final class CodeRecall {
  private static final String USAGE =
      """
      Usage: CodeRecall FASHION_MNIST_DIRECTORY SIFTSMALL_DIRECTORY [QUERIES]

        FASHION_MNIST_DIRECTORY  holds train-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz
        SIFTSMALL_DIRECTORY      holds siftsmall_base.fvecs and its siblings
        QUERIES                  of each set at most, by default 500
      """;

  private static final int SAMPLE = 1_000;
  private static final int SEED = 42;
  private static final int K = 10;
  private static final int[] CANDIDATES = {K, 20, 50, 100};
  private static final int CANDIDATES_MAX = 100;
  private static final double[] CLIPPED = {0, CodeRange.SHARE_LEFT_OUT, 0.002, 0.02};
  private static final List<Metric> METRICS =
      List.of(Metric.EUCLIDEAN, Metric.COSINE, Metric.DOT_PRODUCT, Metric.MANHATTAN);

  private CodeRecall() {}

  /** Runs; see the class. */
  public static void main(String[] arguments) throws IOException {
    if (arguments.length < 2 || arguments.length > 3) {
      System.err.print(USAGE);
      System.exit(2);
    }
    int queries = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 500;
    row("| set, metric | range of codes | step | codes alone | best 20 again | 50 | 100 |");
    row("|---|---|---:|---:|---:|---:|---:|");
    measure(VectorSet.fashionMnist(Path.of(arguments[0])), queries);
    measure(VectorSet.siftSmall(Path.of(arguments[1])), queries);
  }

  private static void measure(VectorSet set, int queriesMax) {
    float[][] queries = Arrays.copyOf(set.queries(), Math.min(set.queries().length, queriesMax));
    for (Metric metric : METRICS) {
      CodeRange range = CodeRange.of(metric, sample(set.base()));
      List<CodeLayout> layouts = Arrays.stream(CLIPPED).mapToObj(range::codesWithout).toList();
      try (Arena arena = Arena.ofShared()) {
        RowLayout vectors = new RowLayout(ElementType.FLOAT32, metric, set.base()[0].length);
        ExactSearch truth = new ExactSearch(vectors, set.base(), arena);
        List<ExactSearch> searches = new ArrayList<>();
        for (CodeLayout layout : layouts) {
          searches.add(new ExactSearch(layout, set.base(), arena));
        }
        int[][] found = found(truth, searches, queries);
        for (int i = 0; i < layouts.size(); i++) {
          print(set.name() + ", " + metric, layouts.get(i), CLIPPED[i], found[i], queries.length);
        }
      }
    }
  }

  private static List<VectorValue> sample(float[][] base) {
    SplittableRandom random = new SplittableRandom(SEED);
    return Stream.generate(() -> VectorValue.float32(base[random.nextInt(base.length)]))
        .limit(SAMPLE)
        .toList();
  }

  /** How many true neighbours of all queries each search finds, with each number of candidates. */
  private static int[][] found(ExactSearch truth, List<ExactSearch> searches, float[][] queries) {
    int[][] found = new int[searches.size()][CANDIDATES.length];
    for (float[] query : queries) {
      float[] exact = truth.scores(query);
      float farthest = exact[ExactSearch.best(exact, K)[K - 1]];
      for (int i = 0; i < found.length; i++) {
        int[] best = ExactSearch.best(searches.get(i).scores(query), CANDIDATES_MAX);
        for (int c = 0; c < CANDIDATES.length; c++) {
          int near = 0;
          for (int j = 0; j < CANDIDATES[c]; j++) {
            near += exact[best[j]] <= farthest ? 1 : 0;
          }
          // Scored again, those that are near come first.
          found[i][c] += Math.min(K, near);
        }
      }
    }
    return found;
  }

  private static void print(
      String set, CodeLayout layout, double clipped, int[] found, int queries) {
    String recalls =
        Arrays.stream(found)
            .mapToObj(hits -> "%.4f".formatted((double) hits / (K * queries)))
            .collect(Collectors.joining(" | "));
    String range =
        clipped == 0 ? "all" : String.format(Locale.ROOT, "without %.2f %%", 100 * clipped);
    row(
        "| %s | %s: %.4g to %.4g | %.3g | %s |",
        set, range, layout.min(), layout.max(), layout.step(), recalls);
  }
}
