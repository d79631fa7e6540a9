package dev.sagitta.distance.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;

/**
 * Vectors written into native extents of a few rows each, with a kernel to score them: what the
 * kernel tests work on. Close it to free the extents.
 */
final class StoredVectors implements AutoCloseable {
  private static final int ROWS_PER_EXTENT_SHIFT = 2;

  private final Kernel kernel;
  private final float[][] vectors;
  private final VectorRows rows;
  private final Arena arena;

  private StoredVectors(Kernel kernel, float[][] vectors, VectorRows rows, Arena arena) {
    this.kernel = kernel;
    this.vectors = vectors;
    this.rows = rows;
    this.arena = arena;
  }

  /** Writes the vectors; their ordinals are 0, 1, 2 and so on. */
  static StoredVectors of(Kernel kernel, float[]... vectors) {
    RowLayout layout = kernel.layout();
    Arena arena = Arena.ofShared();
    int rowsPerExtent = 1 << ROWS_PER_EXTENT_SHIFT;
    MemorySegment[] extents = new MemorySegment[Math.ceilDiv(vectors.length, rowsPerExtent)];
    for (int i = 0; i < extents.length; i++) {
      extents[i] =
          arena.allocate((long) rowsPerExtent * layout.rowBytes(), RowLayout.ALIGNMENT_BYTES);
    }
    VectorRows rows = new VectorRows(extents, ROWS_PER_EXTENT_SHIFT, layout.rowBytes());
    for (int ordinal = 0; ordinal < vectors.length; ordinal++) {
      layout.write(vectors[ordinal], rows.extentOf(ordinal), rows.offsetOf(ordinal));
    }
    return new StoredVectors(kernel, vectors, rows, arena);
  }

  /** Components of all sizes around {@code scale}, both signs, a tenth of them zero. */
  static float[][] random(Random random, int count, int dimension, double scale) {
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = random.nextInt(10) == 0 ? 0f : (float) (random.nextGaussian() * scale);
      }
      vector[random.nextInt(dimension)] = (float) scale;
    }
    return vectors;
  }

  VectorRows rows() {
    return rows;
  }

  /** Scores the given ordinals in one call. */
  float[] score(float[] query, int... ordinals) {
    float[] preparedQuery = new float[kernel.layout().dimensionPadded()];
    kernel.prepare(query, preparedQuery);
    float[] scores = new float[ordinals.length];
    kernel.score(preparedQuery, rows, ordinals, ordinals.length, scores);
    return scores;
  }

  /** Scores all vectors in one call, and fails if one is further from the oracle than allowed. */
  void checkAgainstReference(float[] query) {
    int[] ordinals = new int[vectors.length];
    for (int i = 0; i < ordinals.length; i++) {
      ordinals[i] = i;
    }
    float[] scores = score(query, ordinals);
    for (int i = 0; i < scores.length; i++) {
      double expected = ReferenceDistance.score(kernel.layout().metric(), query, vectors[i]);
      double bound = ReferenceDistance.errorBound(kernel.layout().metric(), query, vectors[i]);
      if (!(Math.abs(scores[i] - expected) <= bound)) {
        throw new AssertionError(
            kernel + " ordinal " + i + ": " + scores[i] + " is not " + expected + " +- " + bound);
      }
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
