package dev.sagitta.engine;

import dev.sagitta.persistence.DirectoryNotOpenedException;
import dev.sagitta.persistence.FileOperations;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;

/**
 * Makes the name of a database durable, which stands in the directory above it. Stateless; its
 * methods do I/O.
 *
 * <p>A directory that may be entered but not read cannot be opened to be forced. That is no error:
 * no process with these rights has made the name, since it forces what it makes.
 */
final class DurableNames {

  private DurableNames() {}

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
