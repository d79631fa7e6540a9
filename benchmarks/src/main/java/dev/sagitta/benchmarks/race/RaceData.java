package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.data.IntLists;
import dev.sagitta.benchmarks.data.VectorFiles;
import dev.sagitta.benchmarks.data.VectorSource;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The vectors of a race, in a directory of their own: what all engines read. Under {@link
 * Metric#COSINE} they have length 1, so that engines may use the dot product.
 *
 * @param directory with base.fvecs, queries.fvecs and truth.ivecs
 * @param origin what was asked for: source and number of queries
 * @param name for the report
 * @param metric EUCLIDEAN or COSINE
 * @param count vectors to store; ids are their numbers
 * @param dimension elements of a vector
 * @param queries vectors to ask with, none of them stored
 */
record RaceData(
    Path directory,
    String origin,
    String name,
    Metric metric,
    int count,
    int dimension,
    int queries) {
  private static final String FILE = "set.properties";

  static Path baseFile(Path directory) {
    return directory.resolve("base.fvecs");
  }

  static Path queriesFile(Path directory) {
    return directory.resolve("queries.fvecs");
  }

  static Path truthFile(Path directory) {
    return directory.resolve("truth.ivecs");
  }

  /** Reads what {@link #write} wrote. */
  static RaceData read(Path directory) throws IOException {
    NamedValues set = NamedValues.read(directory.resolve(FILE));
    return new RaceData(
        directory,
        set.text("origin"),
        set.text("name"),
        Metric.valueOf(set.text("metric")),
        set.integer("count"),
        set.integer("dimension"),
        set.integer("queries"));
  }

  /** Whether a directory holds a set that was prepared to its end. */
  static boolean isPrepared(Path directory) {
    return Files.exists(directory.resolve(FILE));
  }

  /** Says that the set is prepared. */
  void write() throws IOException {
    new NamedValues(
            Map.of(
                "origin", origin,
                "name", name,
                "metric", metric.name(),
                "count", Integer.toString(count),
                "dimension", Integer.toString(dimension),
                "queries", Integer.toString(queries)))
        .write(directory.resolve(FILE));
  }

  /** The vectors to store. The caller closes them. */
  VectorSource openBase() throws IOException {
    return VectorFiles.open(baseFile(directory));
  }

  /** The vectors to store, in memory. */
  float[][] base() throws IOException {
    return VectorFiles.readAll(baseFile(directory));
  }

  /** The vectors to ask with. */
  float[][] queryVectors() throws IOException {
    return VectorFiles.readAll(queriesFile(directory));
  }

  /** For each query the ids of the {@link GraphParameters#K} nearest, the nearest first. */
  int[][] truth() throws IOException {
    return IntLists.read(truthFile(directory));
  }
}
