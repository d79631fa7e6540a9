package dev.sagitta;

import java.nio.file.Path;

/**
 * A file is intact, but of a format version that this library does not read, most likely because a
 * newer one wrote it. Nothing was changed.
 */
public final class UnsupportedFormatException extends SagittaException {
  private static final long serialVersionUID = 1L;

  private final String file;

  /** An error that names the version found and those that can be read. */
  public UnsupportedFormatException(String message, Path file, Throwable cause) {
    super(message, cause);
    this.file = file.toString();
  }

  /** The file that cannot be read. */
  public Path file() {
    return Path.of(file);
  }
}
