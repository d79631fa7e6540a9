package dev.sagitta.benchmarks;

import dev.sagitta.benchmarks.data.GeneratedVectors;
import dev.sagitta.benchmarks.data.IntLists;
import dev.sagitta.benchmarks.data.VectorFiles;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Vectors to store and vectors to ask with.
 *
 * @param name for tables
 * @param metric how they are compared
 * @param base vectors to store; ids are their indexes
 * @param queries vectors to ask with, none of them stored
 * @param truth for each query the ids of the true nearest, where the set comes with them
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record VectorSet(
    String name, Metric metric, float[][] base, float[][] queries, Optional<int[][]> truth) {
  private static final int QUERIES = 1_000;

  /** Reads siftsmall from the directory with its fvecs and ivecs files. */
  static VectorSet siftSmall(Path directory) throws IOException {
    return new VectorSet(
        "siftsmall 10,000 x 128",
        Metric.EUCLIDEAN,
        VectorFiles.readAll(directory.resolve("siftsmall_base.fvecs")),
        VectorFiles.readAll(directory.resolve("siftsmall_query.fvecs")),
        Optional.of(IntLists.readOfOneLength(directory.resolve("siftsmall_groundtruth.ivecs"))));
  }

  /** Reads Fashion-MNIST from the directory with its two gzipped files of pictures. */
  static VectorSet fashionMnist(Path directory) throws IOException {
    return new VectorSet(
        "Fashion-MNIST 60,000 x 784",
        Metric.EUCLIDEAN,
        VectorFiles.readAll(directory.resolve("train-images-idx3-ubyte.gz")),
        VectorFiles.readAll(directory.resolve("t10k-images-idx3-ubyte.gz")),
        Optional.empty());
  }

  /** Seeded vectors in clusters of low intrinsic dimension. */
  static VectorSet generated(int count, int dimension) {
    GeneratedVectors vectors = GeneratedVectors.ofBenchmarks(dimension);
    return new VectorSet(
        "generated %,d x %d".formatted(count, dimension),
        Metric.COSINE,
        vectors.next(count),
        vectors.next(QUERIES),
        Optional.empty());
  }

  /**
   * How far the k-th true neighbour is from a query, where the set knows.
   *
   * @param query index of the query
   */
  Optional<Float> distanceOfTruth(int query, int k) {
    return truth.map(ids -> euclidean(queries[query], base[ids[query][k - 1]]));
  }

  /** The only set that knows its truth is Euclidean. */
  private static float euclidean(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
    }
    return (float) Math.sqrt(sum);
  }
}
