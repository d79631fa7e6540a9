package dev.sagitta;

import dev.sagitta.persistence.IoCall;

/**
 * A place in the work of a process at which it can be killed: in which phase it is, which call on
 * the file system it makes, and how far the call has come.
 *
 * @param phase what the process was told to do
 * @param operation the call
 * @param file which kind of file or directory it is made on, as {@link KillFiles} names them
 * @param moment how far it has come
 */
record KillPoint(Phase phase, IoCall.Operation operation, String file, Moment moment) {

  /** What a {@link KillCycle} is doing. */
  enum Phase {
    /** Opening what a kill left. */
    RECOVER,
    /** The first write after that. */
    CONTINUE,
    /** Making a second collection and storing its one record. */
    CREATE,
    WRITE,
    CHECKPOINT,
    /** Dropping the second collection. */
    DROP,
    CLOSE,
    /** Opening what was closed in peace. */
    OPEN,
    /** The first write after that. */
    BEGIN
  }

  /** How far a call has come. */
  enum Moment {
    BEFORE,
    /** A write has reached the file with half of its bytes. */
    HALF,
    AFTER
  }

  /** Whether a process comes by only once, right after its start. */
  boolean once() {
    return phase == Phase.RECOVER || phase == Phase.CONTINUE;
  }

  /** The same without the phase. */
  String call() {
    return operation + "/" + file + "/" + moment;
  }

  static KillPoint parse(String text) {
    String[] parts = text.split("/", -1);
    return new KillPoint(
        Phase.valueOf(parts[0]),
        IoCall.Operation.valueOf(parts[1]),
        parts[2],
        Moment.valueOf(parts[3]));
  }

  @Override
  public String toString() {
    return phase + "/" + call();
  }
}
