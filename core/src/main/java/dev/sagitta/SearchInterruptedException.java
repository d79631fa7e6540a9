package dev.sagitta;

/**
 * A batch of searches was stopped by an interrupt, between two of them. The thread's interrupt flag
 * is set; the collection is unharmed.
 */
public final class SearchInterruptedException extends SagittaException {
  private static final long serialVersionUID = 1L;

  private final int answered;

  /** An error that reports how far the batch came. */
  public SearchInterruptedException(int answered, int requests) {
    super(
        "the batch of searches was interrupted; %d of %d requests were answered"
            .formatted(answered, requests),
        null);
    this.answered = answered;
  }

  /** How many requests, wherever in the list, were answered; their results are given up. */
  public int answered() {
    return answered;
  }
}
