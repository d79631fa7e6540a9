package dev.sagitta.benchmarks.data;

import java.util.Objects;

/** The vectors of a file, read from its bytes anew for each call. Thread-safe. */
final class FileVectors implements VectorSource {
  private final FileBytes bytes;
  private final VectorLayout layout;

  /**
   * Takes the bytes, to close them.
   *
   * @param layout where the vectors are in them
   */
  FileVectors(FileBytes bytes, VectorLayout layout) {
    this.bytes = bytes;
    this.layout = layout;
  }

  @Override
  public int count() {
    return layout.count();
  }

  @Override
  public int dimension() {
    return layout.dimension();
  }

  @Override
  public float[] row(int index) {
    long offset = layout.offset() + Objects.checkIndex(index, count()) * layout.strideBytes();
    float[] row = new float[dimension()];
    layout.elements().read(bytes.segment(), offset, row);
    return row;
  }

  @Override
  public void close() {
    bytes.close();
  }
}
