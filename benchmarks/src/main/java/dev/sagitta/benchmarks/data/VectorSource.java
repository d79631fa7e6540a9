package dev.sagitta.benchmarks.data;

/** Vectors of one dimension, by index. Thread-safe. */
public interface VectorSource extends AutoCloseable {
  /** How many vectors there are, at least 1. */
  int count();

  /** Elements of each vector, at least 1. */
  int dimension();

  /**
   * A vector, as a new array.
   *
   * @param index from 0 to {@link #count()} - 1
   * @throws IndexOutOfBoundsException if there is no such vector
   * @throws IllegalStateException if this is closed
   */
  float[] row(int index);

  /** Frees the vectors; to be called once, when no thread is in {@link #row} any more. */
  @Override
  void close();
}
