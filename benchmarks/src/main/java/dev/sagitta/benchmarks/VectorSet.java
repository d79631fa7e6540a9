package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

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
  private static final int CLUSTERS = 1_000;
  private static final int SEED = 42;
  private static final int PICTURES_MAGIC = 0x0803;

  /** Reads siftsmall from the directory with its fvecs and ivecs files. */
  static VectorSet siftSmall(Path directory) throws IOException {
    return new VectorSet(
        "siftsmall 10,000 x 128",
        Metric.EUCLIDEAN,
        fvecs(directory.resolve("siftsmall_base.fvecs")),
        fvecs(directory.resolve("siftsmall_query.fvecs")),
        Optional.of(ivecs(directory.resolve("siftsmall_groundtruth.ivecs"))));
  }

  /** Reads Fashion-MNIST from the directory with its two gzipped files of pictures. */
  static VectorSet fashionMnist(Path directory) throws IOException {
    return new VectorSet(
        "Fashion-MNIST 60,000 x 784",
        Metric.EUCLIDEAN,
        pictures(directory.resolve("train-images-idx3-ubyte.gz")),
        pictures(directory.resolve("t10k-images-idx3-ubyte.gz")),
        Optional.empty());
  }

  /**
   * Pictures of a gzipped IDX file: magic, number, rows and columns, then a byte for each pixel.
   */
  private static float[][] pictures(Path file) throws IOException {
    try (DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))))) {
      if (in.readInt() != PICTURES_MAGIC) {
        throw new IOException(file + " is no IDX file of pictures");
      }
      float[][] vectors = new float[in.readInt()][];
      byte[] pixels = new byte[in.readInt() * in.readInt()];
      for (int n = 0; n < vectors.length; n++) {
        in.readFully(pixels);
        vectors[n] = new float[pixels.length];
        for (int i = 0; i < pixels.length; i++) {
          vectors[n][i] = Byte.toUnsignedInt(pixels[i]);
        }
      }
      return vectors;
    }
  }

  /** Vectors of a file: for each an int32 dimension, then that many float32, little-endian. */
  private static float[][] fvecs(Path file) throws IOException {
    int[][] bits = ivecs(file);
    float[][] vectors = new float[bits.length][bits[0].length];
    for (int n = 0; n < vectors.length; n++) {
      for (int i = 0; i < vectors[n].length; i++) {
        vectors[n][i] = Float.intBitsToFloat(bits[n][i]);
      }
    }
    return vectors;
  }

  /** Lists of a file: for each an int32 length, then that many int32, little-endian. */
  private static int[][] ivecs(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = bytes.getInt(0);
    int count = bytes.remaining() / (Integer.BYTES * (1 + length));
    int[][] lists = new int[count][length];
    for (int[] list : lists) {
      if (bytes.getInt() != length) {
        throw new IOException(file + " holds lists of different lengths");
      }
      bytes.asIntBuffer().get(list);
      bytes.position(bytes.position() + length * Integer.BYTES);
    }
    return lists;
  }

  /** Seeded vectors in clusters of low intrinsic dimension. */
  static VectorSet generated(int count, int dimension) {
    GeneratedVectors vectors = new GeneratedVectors(SEED, dimension, CLUSTERS);
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
