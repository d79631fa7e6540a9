package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * A directory lock is held already, by another process or elsewhere in this one. Waiting for it is
 * the caller's decision; nothing was changed. Immutable.
 */
public final class LockHeldException extends IOException {

  private static final long serialVersionUID = 1L;

  private static final long UNKNOWN_PID = -1;

  // Transient because a Path need not be serializable; the message keeps its name.
  private final transient Path file;
  private final long holderPid;
  private final boolean thisProcess;

  private LockHeldException(Path file, long holderPid, boolean thisProcess, String holder) {
    super(file + " is held by " + holder);
    this.file = file;
    this.holderPid = holderPid;
    this.thisProcess = thisProcess;
  }

  /** The lock is held by a handle that this process has not closed. */
  static LockHeldException byThisProcess(Path file) {
    long pid = ProcessHandle.current().pid();
    return new LockHeldException(file, pid, true, "this process " + pid);
  }

  /** The lock is held by another process, whose pid the lock file states. */
  static LockHeldException byProcess(Path file, long pid) {
    return new LockHeldException(file, pid, false, "process " + pid);
  }

  /** The lock is held by another process that has not written its pid. */
  static LockHeldException byUnknownProcess(Path file) {
    return new LockHeldException(file, UNKNOWN_PID, false, "another process, pid unknown");
  }

  /** The lock file. */
  public Path file() {
    return file;
  }

  /** The holder's process id, if it is known. */
  public OptionalLong holderPid() {
    return holderPid == UNKNOWN_PID ? OptionalLong.empty() : OptionalLong.of(holderPid);
  }

  /** Whether the holder is this process. */
  public boolean heldByThisProcess() {
    return thisProcess;
  }
}
