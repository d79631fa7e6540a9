package dev.sagitta;

/**
 * A collection exists with another configuration than the one asked for; the message shows both.
 */
public final class ConfigurationMismatchException extends SagittaException {
  private static final long serialVersionUID = 1L;

  /** An error with its whole story. */
  public ConfigurationMismatchException(String message) {
    super(message, null);
  }
}
