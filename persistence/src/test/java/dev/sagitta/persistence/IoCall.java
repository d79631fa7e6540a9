package dev.sagitta.persistence;

import java.nio.file.Path;

/**
 * One call on a {@link SimulatedFiles} or a handle of it, as an {@link Interceptor} sees it.
 *
 * @param operation what is to be done
 * @param path the file or directory; for a renaming its old name, for a handle the name it was
 *     opened under
 * @param step for a mutating call its number, counted from 1; otherwise that of the last one before
 * @param bytes how many bytes a read or write asks for; otherwise 0
 */
public record IoCall(Operation operation, Path path, long step, int bytes) {

  /** The kinds of call. */
  public enum Operation {
    CREATE(true),
    WRITE(true),
    FORCE(true),
    TRUNCATE(true),
    FORCE_DIRECTORY(true),
    RENAME(true),
    DELETE(true),
    CREATE_DIRECTORY(true),
    OPEN(false),
    READ(false),
    SIZE(false),
    MAP(false),
    EXISTS(false),
    LIST(false),
    LOCK(false);

    private final boolean mutating;

    Operation(boolean mutating) {
      this.mutating = mutating;
    }

    /** Whether calls of this kind are counted as steps. */
    public boolean mutating() {
      return mutating;
    }
  }
}
