package dev.sagitta.benchmarks.race;

import dev.sagitta.distance.Metric;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the vectors of a race come from, as the command line has it. */
sealed interface SetSource {
  /** The forms of {@link #parse}. */
  String FORMS =
      """
      fashion-mnist:DIRECTORY, siftsmall:DIRECTORY, jdk-methods:DIRECTORY of the quickstart, \
      generated:COUNTxDIMENSION:METRIC, files:BASE,QUERIES,METRIC\
      """;

  /** The 60,000 and 10,000 pictures of Fashion-MNIST, gzipped IDX files in a directory. */
  record FashionMnist(Path directory) implements SetSource {}

  /** 10,000 SIFT descriptors and 100 queries, fvecs files in a directory. */
  record SiftSmall(Path directory) implements SetSource {}

  /** The methods that the quickstart indexed; some are held out, and asked with. */
  record JdkMethods(Path directory) implements SetSource {}

  /** Made by {@link dev.sagitta.benchmarks.data.GeneratedVectors}. */
  record Generated(int count, int dimension, Metric metric) implements SetSource {}

  /** Files of any format that {@link dev.sagitta.benchmarks.data.VectorFiles} reads. */
  record Files(Path base, Path queries, Metric metric) implements SetSource {}

  /**
   * Understands a source.
   *
   * @throws IllegalArgumentException if it cannot be understood; the message says what can
   */
  static SetSource parse(String text) {
    Matcher matcher = Pattern.compile("([a-z-]+):(.+)").matcher(text);
    if (!matcher.matches()) {
      throw unknown(text);
    }
    String rest = matcher.group(2);
    return switch (matcher.group(1)) {
      case "fashion-mnist" -> new FashionMnist(Path.of(rest));
      case "siftsmall" -> new SiftSmall(Path.of(rest));
      case "jdk-methods" -> new JdkMethods(Path.of(rest));
      case "generated" -> generated(text, rest);
      case "files" -> files(text, rest);
      default -> throw unknown(text);
    };
  }

  private static SetSource generated(String text, String rest) {
    Matcher matcher = Pattern.compile("([0-9]{1,9})x([0-9]{1,5}):([A-Z]+)").matcher(rest);
    if (!matcher.matches()) {
      throw unknown(text);
    }
    return new Generated(
        Integer.parseInt(matcher.group(1)),
        Integer.parseInt(matcher.group(2)),
        metric(text, matcher.group(3)));
  }

  private static SetSource files(String text, String rest) {
    String[] parts = rest.split(",", -1);
    if (parts.length != 3) {
      throw unknown(text);
    }
    return new Files(Path.of(parts[0]), Path.of(parts[1]), metric(text, parts[2]));
  }

  private static Metric metric(String text, String name) {
    return switch (name) {
      case "EUCLIDEAN" -> Metric.EUCLIDEAN;
      case "COSINE" -> Metric.COSINE;
      default ->
          throw new IllegalArgumentException(
              "metric " + name + " of " + text + " is neither EUCLIDEAN nor COSINE");
    };
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(text + " is no set of vectors; there are " + FORMS);
  }

  /** A name for directories. */
  default String directoryName() {
    return switch (this) {
      case FashionMnist f -> "fashion-mnist";
      case SiftSmall s -> "siftsmall";
      case JdkMethods j -> "jdk-methods";
      case Generated g -> "generated-" + g.count() + "x" + g.dimension() + "-" + g.metric();
      case Files f -> "files-" + f.base().getFileName();
    };
  }
}
