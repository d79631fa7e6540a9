package dev.sagitta;

import java.nio.file.Path;

/**
 * A salvage was stopped by an interrupt. The thread's interrupt flag is set again; the source is as
 * it was, and of the target nothing is left, unless deleting it failed: that error is a suppressed
 * one.
 */
public final class SalvageInterruptedException extends SagittaException {
  private static final long serialVersionUID = 1L;

  /** An error that names the source. */
  public SalvageInterruptedException(Path source) {
    super("salvage of " + source + " was interrupted", null);
  }
}
