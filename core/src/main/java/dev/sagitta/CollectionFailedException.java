package dev.sagitta;

/**
 * The collection accepts no writes until the database is closed and opened again, because an
 * earlier write, force or linking failed; searches go on. Where {@link #outcomeUnknown()} is true,
 * the write that got this error may or may not be there then; else it certainly is not.
 */
public final class CollectionFailedException extends SagittaException {
  private static final long serialVersionUID = 1L;

  private final boolean outcomeUnknown;

  /** An error with the first failure as its cause. */
  public CollectionFailedException(String message, boolean outcomeUnknown, Throwable cause) {
    super(message, cause);
    this.outcomeUnknown = outcomeUnknown;
  }

  /** Whether the write that got this error may have been stored. */
  public boolean outcomeUnknown() {
    return outcomeUnknown;
  }
}
