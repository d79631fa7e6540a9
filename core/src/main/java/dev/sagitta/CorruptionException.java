package dev.sagitta;

import java.nio.file.Path;

/**
 * Files are not what was written: bytes were changed, or a file was cut, moved here or removed. The
 * message names file, offset, what was expected and what was found. No result was computed from the
 * damaged bytes.
 */
public final class CorruptionException extends SagittaException {
  private static final long serialVersionUID = 1L;

  private final String file;
  private final long offset;

  /** An error about one place in one file. */
  public CorruptionException(String message, Path file, long offset, Throwable cause) {
    super(message, cause);
    this.file = file.toString();
    this.offset = offset;
  }

  /** The damaged file, or the directory in which one is missing. */
  public Path file() {
    return Path.of(file);
  }

  /** Byte offset in the file at which the damage was noticed. */
  public long offset() {
    return offset;
  }
}
