package dev.sagitta.benchmarks.race;

import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import dev.sagitta.benchmarks.ExactSearch;
import dev.sagitta.benchmarks.data.FvecsWriter;
import dev.sagitta.benchmarks.data.GeneratedVectors;
import dev.sagitta.benchmarks.data.IntLists;
import dev.sagitta.benchmarks.data.VectorFiles;
import dev.sagitta.benchmarks.data.VectorSource;
import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.kernel.RowLayout;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Writes the {@link RaceData} of a source, with the true neighbours by exact search. */
final class SetPreparation {
  private static final String COLLECTION_OF_METHODS = "methods";

  private final Path directory;
  private final SetSource source;
  private final int queriesMax;

  /** What is asked for, to tell it from what another run has asked for. */
  private final String origin;

  /**
   * Prepares into a directory.
   *
   * @param queriesMax how many queries of a set are asked at most
   */
  SetPreparation(Path directory, SetSource source, int queriesMax) {
    this.directory = directory;
    this.source = source;
    this.queriesMax = queriesMax;
    origin = source + ", at most " + queriesMax + " queries";
  }

  /**
   * The set, prepared unless it was before.
   *
   * @throws IOException if the directory holds another one
   * @throws IllegalArgumentException if the source has vectors that cannot be compared, or not
   *     enough of them
   */
  RaceData prepare() throws IOException {
    if (!RaceData.isPrepared(directory)) {
      Files.createDirectories(directory);
      RaceData data = write();
      IntLists.write(RaceData.truthFile(directory), truth(data));
      data.write();
    }
    RaceData data = RaceData.read(directory);
    if (!data.origin().equals(origin)) {
      throw new IOException(
          "%s holds %s, not %s: delete it, or take another work directory"
              .formatted(directory, data.origin(), origin));
    }
    return data;
  }

  private RaceData write() throws IOException {
    return switch (source) {
      case SetSource.FashionMnist set ->
          files(
              "Fashion-MNIST",
              set.directory().resolve("train-images-idx3-ubyte.gz"),
              set.directory().resolve("t10k-images-idx3-ubyte.gz"),
              Metric.EUCLIDEAN);
      case SetSource.SiftSmall set ->
          files(
              "siftsmall",
              set.directory().resolve("siftsmall_base.fvecs"),
              set.directory().resolve("siftsmall_query.fvecs"),
              Metric.EUCLIDEAN);
      case SetSource.Files set ->
          files(String.valueOf(set.base().getFileName()), set.base(), set.queries(), set.metric());
      case SetSource.Generated set -> generated(set);
      case SetSource.JdkMethods set -> methods(set);
    };
  }

  private RaceData files(String name, Path base, Path queries, Metric metric) throws IOException {
    try (VectorSource stored = VectorFiles.open(base);
        VectorSource asked = VectorFiles.open(queries)) {
      return write(
          name,
          metric,
          IntStream.range(0, stored.count()).mapToObj(stored::row),
          IntStream.range(0, asked.count()).mapToObj(asked::row));
    }
  }

  private RaceData generated(SetSource.Generated set) throws IOException {
    GeneratedVectors vectors = GeneratedVectors.ofBenchmarks(set.dimension());
    return write(
        "generated, %d clusters of 16 directions".formatted(GeneratedVectors.CLUSTERS),
        set.metric(),
        Stream.generate(vectors::next).limit(set.count()),
        Stream.generate(vectors::next).limit(queriesMax));
  }

  private RaceData methods(SetSource.JdkMethods set) throws IOException {
    try (VectorDatabase database = VectorDatabase.open(set.directory().resolve("database"))) {
      VectorCollection methods = database.collection(COLLECTION_OF_METHODS);
      float[][] vectors = vectors(methods);
      shuffle(vectors);
      return write(
          "JDK methods",
          Metric.COSINE,
          Stream.of(vectors).skip(queriesMax),
          Stream.of(vectors).limit(queriesMax));
    }
  }

  /** All vectors in the order of their ids, so that they do not depend on how they were stored. */
  private static float[][] vectors(VectorCollection collection) {
    try (Stream<VectorRecord> records = collection.records()) {
      return records
          .sorted((a, b) -> a.id().compareTo(b.id()))
          .map(VectorRecord::floats)
          .toArray(float[][]::new);
    }
  }

  private static void shuffle(float[][] vectors) {
    SplittableRandom random = new SplittableRandom(GeneratedVectors.SEED);
    for (int i = vectors.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      float[] swapped = vectors[i];
      vectors[i] = vectors[other];
      vectors[other] = swapped;
    }
  }

  private RaceData write(String name, Metric metric, Stream<float[]> base, Stream<float[]> queries)
      throws IOException {
    int count = write("vector", RaceData.baseFile(directory), metric, base);
    int asked = write("query", RaceData.queriesFile(directory), metric, queries.limit(queriesMax));
    if (count < GraphParameters.K || asked < 1) {
      throw new IllegalArgumentException(
          "%s has %d vectors and %d queries; needed are %d and 1"
              .formatted(name, count, asked, GraphParameters.K));
    }
    try (VectorSource stored = VectorFiles.open(RaceData.baseFile(directory));
        VectorSource asking = VectorFiles.open(RaceData.queriesFile(directory))) {
      if (asking.dimension() != stored.dimension()) {
        throw new IllegalArgumentException(
            "queries of %s have %d elements, its vectors %d"
                .formatted(name, asking.dimension(), stored.dimension()));
      }
      return new RaceData(
          directory,
          origin,
          "%s %,d x %d".formatted(name, count, stored.dimension()),
          metric,
          count,
          stored.dimension(),
          asked);
    }
  }

  private static int write(String kind, Path file, Metric metric, Stream<float[]> vectors)
      throws IOException {
    int count = 0;
    try (FvecsWriter writer = new FvecsWriter(file)) {
      for (float[] vector : (Iterable<float[]>) vectors::iterator) {
        double length = length(vector);
        if (!Double.isFinite(length)) {
          throw new IllegalArgumentException(
              "%s %d has an element that is no finite number".formatted(kind, count));
        }
        if (metric == Metric.COSINE && length == 0) {
          throw new IllegalArgumentException(
              "%s %d is zero; COSINE needs a length above 0".formatted(kind, count));
        }
        writer.append(metric == Metric.COSINE ? normalized(vector, length) : vector);
        count++;
      }
    }
    return count;
  }

  private static double length(float[] vector) {
    double sum = 0;
    for (float element : vector) {
      sum += (double) element * element;
    }
    return Math.sqrt(sum);
  }

  private static float[] normalized(float[] vector, double length) {
    float[] normalized = vector.clone();
    for (int i = 0; i < normalized.length; i++) {
      normalized[i] = (float) (normalized[i] / length);
    }
    return normalized;
  }

  private static int[][] truth(RaceData data) throws IOException {
    float[][] queries = data.queryVectors();
    float[][] base = data.base();
    RowLayout layout = new RowLayout(ElementType.FLOAT32, data.metric(), data.dimension());
    try (Arena arena = Arena.ofShared()) {
      ExactSearch search = new ExactSearch(layout, base, arena);
      int[][] truth = new int[queries.length][];
      for (int query = 0; query < queries.length; query++) {
        truth[query] = ExactSearch.best(search.scores(queries[query]), GraphParameters.K);
      }
      return truth;
    }
  }
}
