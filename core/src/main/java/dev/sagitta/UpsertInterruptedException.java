package dev.sagitta;

/**
 * A stream of upserts was stopped by an interrupt, at a chunk boundary. The thread's interrupt flag
 * is set again; the collection is unharmed.
 */
public final class UpsertInterruptedException extends SagittaException {
  private static final long serialVersionUID = 1L;

  private final long acknowledged;

  /** An error that reports how far the stream came. */
  public UpsertInterruptedException(long acknowledged) {
    super(
        "upsertAll was interrupted; the first %d records are acknowledged".formatted(acknowledged),
        null);
    this.acknowledged = acknowledged;
  }

  /** How many records, from the start of the stream, are stored and acknowledged. */
  public long acknowledged() {
    return acknowledged;
  }
}
