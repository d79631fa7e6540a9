package dev.sagitta.hnsw;

import java.io.IOException;

/** An image that cannot be one of the graph it was read into. */
public final class InvalidImageException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long position;

  InvalidImageException(String message, long position) {
    super(message + " (image byte " + position + ")");
    this.position = position;
  }

  /** Bytes from the image's start to the bad value, or to the end if no single value is bad. */
  public long position() {
    return position;
  }
}
