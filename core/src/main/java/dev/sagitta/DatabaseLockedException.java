package dev.sagitta;

import java.util.OptionalLong;

/** The directory is open for writing elsewhere, in another process or in this one. */
public final class DatabaseLockedException extends SagittaException {
  private static final long serialVersionUID = 1L;

  private final long holderPid;

  /** An error that names the holder; a negative pid means that it is not known. */
  public DatabaseLockedException(String message, long holderPid) {
    super(message, null);
    this.holderPid = holderPid;
  }

  /** The process that holds the directory, where it is known. */
  public OptionalLong holderPid() {
    return holderPid < 0 ? OptionalLong.empty() : OptionalLong.of(holderPid);
  }
}
