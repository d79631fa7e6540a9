package dev.sagitta;

import org.jspecify.annotations.Nullable;

/** The root of all errors that Sagitta raises; the subclasses are all there are. */
public abstract sealed class SagittaException extends RuntimeException
    permits InvalidInputException,
        ConfigurationMismatchException,
        CollectionNotFoundException,
        DatabaseLockedException,
        ClosedException,
        CollectionFailedException,
        LogFullException,
        UpsertInterruptedException,
        SearchInterruptedException,
        VerifyInterruptedException,
        SalvageInterruptedException,
        CorruptionException,
        UnsupportedFormatException,
        StorageException {

  private static final long serialVersionUID = 1L;

  SagittaException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
