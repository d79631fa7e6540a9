package dev.sagitta;

import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.util.Optional;

/**
 * Which calls on the file system fail: one by its number, and, depending on the kind of fault,
 * others after it. Thread-safe.
 */
final class FaultPlan implements Interceptor {
  private static final String TOLD = "told to fail";

  /** What breaks. */
  enum Kind {
    /** One call fails. */
    ONCE,
    /** From the call on, all that do the same to a file of the same kind fail. */
    ALIKE,
    /**
     * From the call on there is no room: nothing can be made or written, but renamed or deleted.
     */
    FULL,
    /** From the call on nothing can be changed, as after the kernel made the medium read-only. */
    READ_ONLY,
    /** From the call on nothing can be read or opened. */
    UNREADABLE;

    boolean fails(IoCall call, IoCall first) {
      return switch (this) {
        case ONCE -> false;
        case ALIKE -> call.operation() == first.operation() && kind(call).equals(kind(first));
        case FULL ->
            switch (call.operation()) {
              case CREATE, CREATE_DIRECTORY, WRITE -> true;
              default -> false;
            };
        case READ_ONLY -> call.operation().mutating();
        case UNREADABLE ->
            switch (call.operation()) {
              case OPEN, READ, MAP, LIST, SIZE -> true;
              default -> false;
            };
      };
    }
  }

  private final long failing;
  private final Kind kind;
  private final int variant;

  private long calls;
  private boolean suspended;
  private Optional<IoCall> first = Optional.empty();

  /**
   * A plan.
   *
   * @param failing number of the first call that fails, counted from 1; 0 for none
   * @param variant 0 to 2: with each, another call of three neighbours has an aftermath
   */
  FaultPlan(long failing, Kind kind, int variant) {
    this.failing = failing;
    this.kind = kind;
    this.variant = variant;
  }

  @Override
  public synchronized Optional<Fault> before(IoCall call) {
    if (suspended) {
      return Optional.empty();
    }
    calls++;
    if (calls == failing) {
      first = Optional.of(call);
    } else if (first.isEmpty() || !kind.fails(call, first.get())) {
      return Optional.empty();
    }
    // A write that fails has reached the file not at all, in part, or wholly.
    int applied = (int) (call.bytes() * ((failing + variant) % 4) / 3);
    // Only the first: a medium on which all changes fail and yet happen is none that we know of.
    boolean surprise = calls == failing && surprises();
    return Optional.of(
        new Fault(
            new IOException(TOLD + ": " + call),
            applied,
            surprise ? Aftermath.SURPRISE : Aftermath.NOTHING));
  }

  private boolean surprises() {
    return (failing + variant) % 3 == 0;
  }

  /**
   * Whether a force of a log failed and its pages are those of the medium again, so that what was
   * written but not durable is lost even without a power loss. Of any other file nothing counts
   * before it was forced.
   */
  boolean losesPages() {
    return surprises()
        && failed()
            .filter(
                call -> call.operation() == IoCall.Operation.FORCE && kind(call).startsWith("log-"))
            .isPresent();
  }

  /** Whether an error is what an injected fault may lead to, and not one of the library's own. */
  boolean explains(SagittaException error) {
    if (failed().isEmpty()) {
      return false;
    }
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

  /** The call that failed first; empty if none did. */
  synchronized Optional<IoCall> failed() {
    return first;
  }

  /** Whether a directory could not be forced, so that its new names are in doubt from then on. */
  boolean leavesNamesInDoubt() {
    return failed()
        .filter(call -> call.operation() == IoCall.Operation.FORCE_DIRECTORY)
        .isPresent();
  }

  /**
   * Whether names are in doubt on a medium made read-only, where they could not be taken back. It
   * takes changes again when it is mounted again, and that loses what it did not hold: a power
   * loss, not a kill.
   */
  boolean needsMounting() {
    return kind == Kind.READ_ONLY && leavesNamesInDoubt();
  }

  @Override
  public String toString() {
    return "call "
        + failing
        + " ("
        + failed().map(IoCall::toString).orElse("none")
        + ") "
        + kind
        + " "
        + variant;
  }
}
