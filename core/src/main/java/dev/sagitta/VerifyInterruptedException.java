package dev.sagitta;

/**
 * A verify was stopped by an interrupt, between two of its steps. The thread's interrupt flag is
 * set again; the collections are unharmed.
 */
public final class VerifyInterruptedException extends SagittaException {
  private static final long serialVersionUID = 1L;

  /** An error with its whole story. */
  public VerifyInterruptedException(String message) {
    super(message, null);
  }
}
