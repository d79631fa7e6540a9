package dev.sagitta.persistence;

import java.io.IOException;
import java.util.Optional;

/**
 * Decides before each call on a {@link SimulatedFiles} whether it is to fail. Called under the lock
 * of the file system, one call at a time; must not call back into it.
 */
@FunctionalInterface
public interface Interceptor {

  /** The fault to inject, or empty to let the call through. */
  Optional<Fault> before(IoCall call);

  /**
   * A failure of one call.
   *
   * @param error what the call throws
   * @param appliedBytes how much of a write reaches the file before that, at most what it asked
   *     for; other calls have no effect when they fail, except a force: as in a real kernel, what
   *     was dirty then counts as clean, and the next force succeeds without having written it
   */
  record Fault(IOException error, int appliedBytes) {

    /** Rejects a negative count. */
    public Fault {
      if (appliedBytes < 0) {
        throw new IllegalArgumentException(
            "appliedBytes " + appliedBytes + ", allowed 0 and above");
      }
    }

    /** A failure that leaves the file as it was. */
    public static Fault of(IOException error) {
      return new Fault(error, 0);
    }
  }
}
