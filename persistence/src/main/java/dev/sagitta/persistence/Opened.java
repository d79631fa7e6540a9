package dev.sagitta.persistence;

import java.io.IOException;

/** Wraps a file handle in a reader, or closes it when that fails. Stateless. */
final class Opened {

  /** Makes the reader that owns the handle from then on. */
  @FunctionalInterface
  interface Wrapper<T> {
    T wrap(FileHandle handle) throws IOException;
  }

  private Opened() {}

  static <T> T open(FileHandle handle, Wrapper<T> wrapper) throws IOException {
    try {
      return wrapper.wrap(handle);
    } catch (Throwable e) {
      try {
        handle.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }
}
