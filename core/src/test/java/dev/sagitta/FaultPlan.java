package dev.sagitta;

import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.util.Optional;

/**
 * Which calls on the file system fail: one by its number, and if told so all later ones that do the
 * same to a file of the same kind, as a disk does that is full or broken. Thread-safe.
 */
final class FaultPlan implements Interceptor {
  private static final String TOLD = "told to fail";

  private final long failing;
  private final boolean forGood;

  private long calls;
  private boolean suspended;
  private String failed = "";

  /**
   * A plan.
   *
   * @param failing number of the first call that fails, counted from 1; 0 for none
   * @param forGood whether those like it fail from then on
   */
  FaultPlan(long failing, boolean forGood) {
    this.failing = failing;
    this.forGood = forGood;
  }

  @Override
  public synchronized Optional<Fault> before(IoCall call) {
    if (suspended) {
      return Optional.empty();
    }
    calls++;
    String kind = call.operation() + " " + kind(call);
    if (calls == failing) {
      failed = kind;
    } else if (!forGood || !kind.equals(failed)) {
      return Optional.empty();
    }
    // A write that fails has reached the file not at all, in part, or wholly.
    int applied = (int) (call.bytes() * (failing % 4) / 3);
    return Optional.of(new Fault(new IOException(TOLD + ": " + call), applied));
  }

  /** Whether an error is what an injected fault may lead to, and not one of the library's own. */
  static boolean explains(SagittaException error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (String.valueOf(cause.getMessage()).contains(TOLD)) {
        return true;
      }
    }
    // What could not be created is not there, and what is closed because closing failed is closed.
    return error instanceof CollectionNotFoundException || error instanceof ClosedException;
  }

  private static String kind(IoCall call) {
    return String.valueOf(call.path().getFileName()).replaceAll("[0-9]+", "#");
  }

  /** Does something while nothing fails and no call is counted. */
  void suspended(Runnable action) {
    suspend(true);
    try {
      action.run();
    } finally {
      suspend(false);
    }
  }

  private synchronized void suspend(boolean now) {
    suspended = now;
  }

  /** Number of the first call that fails. */
  long failing() {
    return failing;
  }

  /** What failed first; empty if nothing did. */
  synchronized String failed() {
    return failed;
  }
}
