package dev.sagitta.hnsw;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Takes the bytes of a graph's image, in order. */
@FunctionalInterface
public interface ImageSink {
  /**
   * Consumes all remaining bytes. The buffer belongs to the caller and is used again afterwards.
   *
   * @throws IOException passes through {@link HnswGraph#writeImage}
   */
  void write(ByteBuffer bytes) throws IOException;
}
