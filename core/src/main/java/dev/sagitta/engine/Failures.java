package dev.sagitta.engine;

import dev.sagitta.CorruptionException;
import dev.sagitta.DatabaseLockedException;
import dev.sagitta.SagittaException;
import dev.sagitta.StorageException;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.LockHeldException;
import java.io.IOException;

/** Turns the checked errors of the persistence layer into the typed ones of the API. */
final class Failures {
  private Failures() {}

  /** The API's error for an I/O error. */
  static SagittaException translate(String doing, IOException cause) {
    return switch (cause) {
      case CorruptFileException corrupt ->
          new CorruptionException(
              String.valueOf(corrupt.getMessage()), corrupt.file(), corrupt.offset(), corrupt);
      case LockHeldException held ->
          new DatabaseLockedException(
              String.valueOf(held.getMessage()), held.holderPid().orElse(-1));
      default -> new StorageException(doing + " failed: " + cause, cause);
    };
  }
}
