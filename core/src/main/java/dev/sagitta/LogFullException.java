package dev.sagitta;

/**
 * The log has reached its hard cap because checkpoints fail; the write that got this error was not
 * stored. In a stream, the records before it may be.
 */
public final class LogFullException extends SagittaException {
  private static final long serialVersionUID = 1L;

  /** An error with its whole story. */
  public LogFullException(String message) {
    super(message, null);
  }
}
