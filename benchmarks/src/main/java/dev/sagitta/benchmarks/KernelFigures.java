package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.benchmarks.TimedKernel.Subject;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures the kernels and prints a Markdown table of ratios and times: bulk beside pair, Java
 * beside the same loops in C, the types beside each other, SIMD beside scalar, and all beside how
 * fast memory can be read.
 *
 * <p>Every kernel runs in a JVM of its own ({@link KernelTimer}), where bulk, pair and C are warmed
 * up one after the other. All JVMs of a metric and dimension live at once and do rounds in turn, A
 * B C A B C, so that what else the machine does meets all of them; figures are medians of the
 * rounds.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
 *     -cp benchmarks/target/benchmarks.jar dev.sagitta.benchmarks.KernelFigures \
 *     [DIMENSIONS [METRICS [ROUNDS [MILLIS]]]]
 * </pre>
 */
public final class KernelFigures {
  private static final String USAGE =
      """
      Usage: KernelFigures [DIMENSIONS [METRICS [ROUNDS [MILLIS]]]]

        DIMENSIONS  by default 128,384,768,1536
        METRICS     by default EUCLIDEAN,DOT_PRODUCT,HAMMING; MANHATTAN, COSINE and JACCARD too
        ROUNDS      by default 7
        MILLIS      for each form in a round, by default 100

      Needs 4 GiB of memory outside the heap, and gcc for the figures of C.
      """;

  private final int[] dimensions;
  private final int rounds;
  private final int millis;
  private final SequentialReads reads = new SequentialReads();

  private KernelFigures(int[] dimensions, int rounds, int millis) {
    this.dimensions = dimensions.clone();
    this.rounds = rounds;
    this.millis = millis;
  }

  /** Runs; see the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length > 4) {
      System.err.print(USAGE);
      System.exit(2);
    }
    int[] dimensions =
        Arrays.stream(argument(arguments, 0, "128,384,768,1536").split(",", -1))
            .mapToInt(Integer::parseInt)
            .toArray();
    List<Metric> metrics =
        Arrays.stream(argument(arguments, 1, "EUCLIDEAN,DOT_PRODUCT,HAMMING").split(",", -1))
            .map(Metric::valueOf)
            .toList();
    int rounds = Integer.parseInt(argument(arguments, 2, "7"));
    int millis = Integer.parseInt(argument(arguments, 3, "100"));
    new KernelFigures(dimensions, rounds, millis).run(metrics);
  }

  private static String argument(String[] arguments, int index, String otherwise) {
    return index < arguments.length ? arguments[index] : otherwise;
  }

  private void run(List<Metric> metrics) throws IOException, InterruptedException {
    Path directory = Files.createTempDirectory("kernel-figures");
    Map<Metric, KernelTable> tables = new LinkedHashMap<>();
    Runnables runnables = Runnables.sampling();
    try (runnables) {
      String library =
          NativeLibrary.compile(directory).map(Path::toString).orElse(KernelTimer.NO_LIBRARY);
      for (Metric metric : metrics) {
        tables.put(metric, measure(metric, library));
      }
    } finally {
      Directories.delete(directory);
    }
    describe(runnables);
    KernelTable.printHead(dimensions);
    double sequential = reads.gigabytesPerSecond();
    tables.forEach((metric, table) -> table.print(metric, sequential));
    KernelTable.printLast(sequential, dimensions.length);
  }

  private void describe(Runnables runnables) {
    row("- %s: %s", LocalDate.now(ZoneOffset.UTC), Machine.description());
    row("- `%s`", Machine.command());
    row("- C: `%s`", String.join(" ", NativeLibrary.command()));
    row("- threads that could run, mean / most: %s", runnables.figures());
    row("");
  }

  /** Measures one metric, dimension after dimension. */
  private KernelTable measure(Metric metric, String library) throws IOException {
    KernelTable table = new KernelTable();
    for (int dimension : dimensions) {
      Map<Subject, TimedKernel> kernels = new LinkedHashMap<>();
      try {
        for (Subject subject : subjects(metric)) {
          kernels.put(subject, new TimedKernel(subject, metric, dimension, library, millis));
        }
        for (int i = 0; i < rounds; i++) {
          for (TimedKernel kernel : kernels.values()) {
            kernel.round();
          }
          reads.round();
        }
      } finally {
        for (TimedKernel kernel : kernels.values()) {
          kernel.close();
        }
      }
      table.add(dimension, kernels);
      System.err.printf("%s %d done%n", metric, dimension);
    }
    return table;
  }

  private static List<Subject> subjects(Metric metric) {
    return Arrays.stream(RowType.values())
        .filter(type -> type.supports(metric))
        .flatMap(KernelTable::subjects)
        .toList();
  }
}
