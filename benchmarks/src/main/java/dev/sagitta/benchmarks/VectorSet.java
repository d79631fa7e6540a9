package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/**
 * Vectors to store and vectors to ask with.
 *
 * @param name for tables
 * @param metric how they are compared
 * @param base vectors to store; ids are their indexes
 * @param queries vectors to ask with, none of them stored
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record VectorSet(String name, Metric metric, float[][] base, float[][] queries) {
  private static final int QUERIES = 1_000;

  /** Reads siftsmall from the directory with its fvecs files. */
  static VectorSet siftSmall(Path directory) throws IOException {
    return new VectorSet(
        "siftsmall 10,000 x 128",
        Metric.EUCLIDEAN,
        fvecs(directory.resolve("siftsmall_base.fvecs")),
        fvecs(directory.resolve("siftsmall_query.fvecs")));
  }

  /** Vectors per record: int32 dimension, then that many float32, little-endian. */
  private static float[][] fvecs(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int dimension = bytes.getInt(0);
    int count = bytes.remaining() / (Integer.BYTES + dimension * Float.BYTES);
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      if (bytes.getInt() != dimension) {
        throw new IOException(file + " holds vectors of different dimensions");
      }
      bytes.asFloatBuffer().get(vector);
      bytes.position(bytes.position() + dimension * Float.BYTES);
    }
    return vectors;
  }

  /**
   * Seeded clusters of low intrinsic dimension: a vector is one of 1,000 centres plus a random
   * combination of 16 directions of its cluster plus a little noise.
   */
  static VectorSet generated(int count, int dimension) {
    Clusters clusters = new Clusters(new Random(42), dimension);
    return new VectorSet(
        "generated %,d x %d".formatted(count, dimension),
        Metric.COSINE,
        clusters.vectors(count),
        clusters.vectors(QUERIES));
  }

  private static final class Clusters {
    private static final int CENTRES = 1_000;
    private static final int DIRECTIONS = 16;

    private final Random random;
    private final int dimension;
    private final float[][] centres;
    private final float[][][] directions;

    Clusters(Random random, int dimension) {
      this.random = random;
      this.dimension = dimension;
      centres = new float[CENTRES][];
      directions = new float[CENTRES][DIRECTIONS][];
      for (int c = 0; c < CENTRES; c++) {
        centres[c] = gaussian(1f);
        for (int d = 0; d < DIRECTIONS; d++) {
          directions[c][d] = gaussian(0.3f);
        }
      }
    }

    private float[] gaussian(float scale) {
      float[] vector = new float[dimension];
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) random.nextGaussian() * scale;
      }
      return vector;
    }

    float[][] vectors(int count) {
      float[][] vectors = new float[count][];
      for (int n = 0; n < count; n++) {
        int cluster = random.nextInt(CENTRES);
        float[] vector = gaussian(0.05f);
        for (int d = 0; d < DIRECTIONS; d++) {
          float weight = (float) random.nextGaussian();
          for (int i = 0; i < dimension; i++) {
            vector[i] += weight * directions[cluster][d][i];
          }
        }
        for (int i = 0; i < dimension; i++) {
          vector[i] += centres[cluster][i];
        }
        vectors[n] = vector;
      }
      return vectors;
    }
  }
}
