package dev.sagitta;

/** The database or collection was closed or dropped before or during the call. */
public final class ClosedException extends SagittaException {
  private static final long serialVersionUID = 1L;

  /** An error with its whole story. */
  public ClosedException(String message) {
    super(message, null);
  }
}
