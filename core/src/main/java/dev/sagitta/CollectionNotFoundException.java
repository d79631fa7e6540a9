package dev.sagitta;

/** There is no collection of that name. */
public final class CollectionNotFoundException extends SagittaException {
  private static final long serialVersionUID = 1L;

  /** An error with its whole story. */
  public CollectionNotFoundException(String message) {
    super(message, null);
  }
}
