package dev.sagitta.engine;

import dev.sagitta.persistence.DirectoryNotOpenedException;
import dev.sagitta.persistence.FileOperations;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/**
 * Makes the names of databases and collections durable. Stateless; its methods do I/O.
 *
 * <p>A directory above a database that may be entered but not read cannot be opened to be forced.
 * That is no error: no process with these rights has made the name, since it forces what it makes.
 */
final class DurableNames {

  private DurableNames() {}

  /** A change of names. */
  interface Naming {
    void run() throws IOException;
  }

  /**
   * Makes a name durable. Should that fail it is taken back: a force that is repeated may report
   * success and leave it in doubt, so whoever tries again must find nothing to build on.
   */
  static void forceOrUndo(FileOperations files, Path parent, Naming undoing) throws IOException {
    try {
      files.forceDirectory(parent);
    } catch (IOException e) {
      try {
        undoing.run();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /**
   * Makes a database's name durable: the process that gave it may have died before it could.
   *
   * @throws DirectoryNotOpenedException if the directory above may be read, but could not be opened
   */
  static void forceParent(FileOperations files, Path database) throws IOException {
    Path above = database.getParent();
    if (above == null) {
      return;
    }
    try {
      files.forceDirectory(above);
    } catch (DirectoryNotOpenedException e) {
      requireDenied(e);
    }
  }

  /**
   * Makes a database's name durable, and those of the directories above it that hold nothing else:
   * the process that made them may have died before it could.
   */
  static void forceAncestors(FileOperations files, Path database) throws IOException {
    try {
      Path above = database.getParent();
      while (above != null) {
        files.forceDirectory(above);
        above = files.list(above).size() == 1 ? above.getParent() : null;
      }
    } catch (DirectoryNotOpenedException e) {
      requireDenied(e);
    } catch (AccessDeniedException unreadable) {
      // From listing, where forcing opens nothing.
    }
  }

  private static void requireDenied(DirectoryNotOpenedException e) throws IOException {
    if (!(e.getCause() instanceof AccessDeniedException)) {
      throw e;
    }
  }
}
