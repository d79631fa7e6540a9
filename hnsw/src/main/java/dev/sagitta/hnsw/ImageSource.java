package dev.sagitta.hnsw;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Gives the bytes of a graph's image, in order. */
@FunctionalInterface
public interface ImageSource {
  /**
   * Fills all that remains of the buffer.
   *
   * @throws java.io.EOFException if fewer bytes are left
   * @throws IOException passes through {@link HnswGraph#readImage}
   */
  void read(ByteBuffer target) throws IOException;
}
