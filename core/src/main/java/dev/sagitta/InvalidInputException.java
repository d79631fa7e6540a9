package dev.sagitta;

/**
 * A caller's value is outside its limits; the message names value and limit. Nothing of the value
 * was stored; in a stream, the records before it may be.
 */
public final class InvalidInputException extends SagittaException {
  private static final long serialVersionUID = 1L;

  /** An error with its whole story. */
  public InvalidInputException(String message) {
    super(message, null);
  }
}
