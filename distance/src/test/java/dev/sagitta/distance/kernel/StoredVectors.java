package dev.sagitta.distance.kernel;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Vectors written into native extents of a few rows each, with a kernel to score them: what the
 * kernel tests work on. Close it to free the extents. For the thread that made it.
 */
final class StoredVectors implements AutoCloseable {
  private static final int ROWS_PER_EXTENT_SHIFT = 2;

  private final Kernel kernel;
  private final RowFormat format;
  private final VectorValue[] vectors;
  private final VectorRows rows;
  private final Arena arena;

  private StoredVectors(
      Kernel kernel, RowFormat format, VectorValue[] vectors, VectorRows rows, Arena arena) {
    this.kernel = kernel;
    this.format = format;
    this.vectors = vectors;
    this.rows = rows;
    this.arena = arena;
  }

  /** Writes the vectors, for a kernel of a set; their ordinals are 0, 1, 2 and so on. */
  static StoredVectors of(KernelSet set, RowFormat format, VectorValue... vectors) {
    return of(set.kernel(format), format, vectors);
  }

  /** Writes the vectors, for a kernel of that format. */
  static StoredVectors of(Kernel kernel, RowFormat format, VectorValue... vectors) {
    Arena arena = Arena.ofConfined();
    int rowsPerExtent = 1 << ROWS_PER_EXTENT_SHIFT;
    MemorySegment[] extents = new MemorySegment[Math.ceilDiv(vectors.length, rowsPerExtent)];
    for (int i = 0; i < extents.length; i++) {
      extents[i] =
          arena.allocate((long) rowsPerExtent * format.rowBytes(), RowFormat.ALIGNMENT_BYTES);
    }
    VectorRows rows = new VectorRows(extents, ROWS_PER_EXTENT_SHIFT, format.rowBytes());
    for (int ordinal = 0; ordinal < vectors.length; ordinal++) {
      MemorySegment extent = rows.extentOf(ordinal);
      switch (format) {
        case RowLayout layout -> layout.write(vectors[ordinal], extent, rows.offsetOf(ordinal));
        case CodeLayout codes -> codes.encode(vectors[ordinal], extent, rows.offsetOf(ordinal));
      }
    }
    return new StoredVectors(kernel, format, vectors, rows, arena);
  }

  Kernel kernel() {
    return kernel;
  }

  VectorRows rows() {
    return rows;
  }

  /** A new query, prepared of a vector. */
  PreparedQuery prepared(VectorValue vector) {
    PreparedQuery query = kernel.newQuery();
    kernel.prepare(vector, query);
    return query;
  }

  /** A new query, prepared of a row. */
  PreparedQuery preparedStored(int ordinal) {
    PreparedQuery query = kernel.newQuery();
    kernel.prepareStored(rows, ordinal, query);
    return query;
  }

  /** Scores the given ordinals in one call. */
  float[] score(VectorValue query, int... ordinals) {
    return score(prepared(query), ordinals);
  }

  /** Scores the given ordinals against the row of another, in one call. */
  float[] scoreStored(int ordinal, int... ordinals) {
    return score(preparedStored(ordinal), ordinals);
  }

  private float[] score(PreparedQuery query, int... ordinals) {
    float[] scores = new float[ordinals.length];
    kernel.score(query, rows, ordinals, ordinals.length, scores);
    return scores;
  }

  /** All ordinals, in order. */
  int[] ordinals() {
    int[] ordinals = new int[vectors.length];
    for (int i = 0; i < ordinals.length; i++) {
      ordinals[i] = i;
    }
    return ordinals;
  }

  /** Scores all vectors in one call, and fails if one is further from the oracle than allowed. */
  void checkAgainstReference(VectorValue query) {
    float[] scores = score(query, ordinals());
    float[] floats = query.toFloats();
    for (int i = 0; i < scores.length; i++) {
      float[] row = vectors[i].toFloats();
      check(i, scores[i], floats, row, ReferenceDistance.errorBound(format.metric(), floats, row));
    }
  }

  /** The same with one of the rows as the query. */
  void checkStoredAgainstReference(int ordinal) {
    float[] scores = scoreStored(ordinal, ordinals());
    float[] floats = vectors[ordinal].toFloats();
    for (int i = 0; i < scores.length; i++) {
      float[] row = vectors[i].toFloats();
      check(
          i,
          scores[i],
          floats,
          row,
          ReferenceDistance.errorBoundStored(format.metric(), floats, row));
    }
  }

  private void check(int ordinal, float score, float[] query, float[] row, double bound) {
    Metric metric = format.metric();
    double expected = ReferenceDistance.score(metric, query, row);
    boolean negativeZero = Float.floatToRawIntBits(score) == Float.floatToRawIntBits(-0f);
    if (!(Math.abs(score - expected) <= bound) || negativeZero) {
      throw new AssertionError(
          kernel + " ordinal " + ordinal + ": " + score + " is not " + expected + " +- " + bound);
    }
  }

  @Override
  public void close() {
    arena.close();
  }
}
