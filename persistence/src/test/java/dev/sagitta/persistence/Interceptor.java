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
   * @param appliedBytes how much of a write reaches the file before that, at most what it asked for
   * @param aftermath what the other calls leave behind
   */
  record Fault(IOException error, int appliedBytes, Aftermath aftermath) {

    /** Rejects a negative count. */
    public Fault {
      if (appliedBytes < 0) {
        throw new IllegalArgumentException(
            "appliedBytes " + appliedBytes + ", allowed 0 and above");
      }
    }

    /** A failure that leaves the file as it was. */
    public static Fault of(IOException error) {
      return new Fault(error, 0, Aftermath.NOTHING);
    }
  }

  /**
   * What a failed call leaves behind. A failed force is never without consequence: as in a real
   * kernel, what was dirty then counts as clean, and the next force succeeds without writing it. A
   * failed force of a directory does so to the changes of its names, whatever the aftermath.
   */
  enum Aftermath {
    /** A change of names did not happen; after a failed force, readers see the new content. */
    NOTHING,
    /**
     * A change of names happened all the same; after a failed force the page cache has dropped the
     * new content, and readers see what the medium holds.
     */
    SURPRISE
  }
}
