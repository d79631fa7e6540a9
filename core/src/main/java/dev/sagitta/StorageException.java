package dev.sagitta;

import java.io.IOException;

/** The file system refused an operation; the cause says which. */
public final class StorageException extends SagittaException {
  private static final long serialVersionUID = 1L;

  /** Wraps an I/O error with what was being done. */
  public StorageException(String message, IOException cause) {
    super(message, cause);
  }
}
