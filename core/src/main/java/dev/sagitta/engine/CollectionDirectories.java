package dev.sagitta.engine;

import dev.sagitta.Limits;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FileOperations;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What stands in the directory of a database: collections, and leftovers of collections that were
 * being made or dropped. Deletes nothing but files whose names this library gives. Immutable; its
 * methods do I/O.
 */
final class CollectionDirectories {
  private static final Logger LOG = System.getLogger("dev.sagitta");
  private static final Pattern NAME = Pattern.compile(Limits.COLLECTION_NAME_PATTERN);
  private static final String CREATING = ".creating";
  private static final String DROPPED = ".dropped";

  private final FileOperations files;
  private final Path database;

  CollectionDirectories(FileOperations files, Path database) {
    this.files = files;
    this.database = database;
  }

  /** Whether a name can be that of a collection. */
  static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** Where a collection is until it is complete. */
  Path creating(String name) {
    return database.resolve(name + CREATING);
  }

  /** Where a collection is while its files are deleted. */
  Path dropped(String name) {
    return database.resolve(name + DROPPED);
  }

  /** The names of all collections, sorted. Opens no file. */
  List<String> names() throws IOException {
    List<String> names = new ArrayList<>();
    for (String name : files.list(database)) {
      if (isName(name) && files.isDirectory(database.resolve(name))) {
        names.add(name);
      }
    }
    return names;
  }

  /** Leaves alone what is not a collection's, and what cannot be removed now. */
  void removeLeftovers() throws IOException {
    for (String name : files.list(database)) {
      if (isLeftover(name, CREATING) || isLeftover(name, DROPPED)) {
        tryToRemove(database.resolve(name));
      }
    }
  }

  private static boolean isLeftover(String name, String suffix) {
    return name.endsWith(suffix) && isName(name.substring(0, name.length() - suffix.length()));
  }

  private void tryToRemove(Path leftover) {
    try {
      if (isOurs(leftover)) {
        remove(leftover);
      }
    } catch (IOException e) {
      logLeft(leftover, e);
    }
  }

  /** Makes the name of a leftover free for use, unless somebody else uses it. */
  void removeIfThere(Path leftover) throws IOException {
    if (files.exists(leftover)) {
      if (!isOurs(leftover)) {
        throw new FileAlreadyExistsException(
            leftover.toString(), null, "not left behind by Sagitta, and in the way");
      }
      remove(leftover);
    }
  }

  /**
   * A name must be durable first, lest files are missing under the one that it had before. A new
   * name, because forcing the one it has may have failed already.
   */
  private void remove(Path leftover) throws IOException {
    Path removed = unusedName();
    files.rename(leftover, removed);
    files.forceDirectory(database);
    delete(removed);
  }

  /** The name of a leftover that is none yet. */
  private Path unusedName() throws IOException {
    // Ends after at most as many steps as there are names.
    int number = 1;
    while (files.exists(dropped(Integer.toString(number)))) {
      number++;
    }
    return dropped(Integer.toString(number));
  }

  /** Whether a path is a directory that holds nothing but files of a collection. */
  boolean isOurs(Path collection) throws IOException {
    return foreign(collection).isEmpty();
  }

  /**
   * Refuses what could not be deleted without deleting what is not a collection's.
   *
   * @throws FileSystemException naming the first such file
   */
  void requireOurs(Path collection) throws IOException {
    Optional<Path> foreign = foreign(collection);
    if (foreign.isPresent()) {
      throw new FileSystemException(
          foreign.get().toString(), null, "not a file of the collection, and never deleted");
    }
  }

  private Optional<Path> foreign(Path collection) throws IOException {
    if (!files.isDirectory(collection)) {
      return Optional.of(collection);
    }
    return files.list(collection).stream()
        .filter(name -> !FileKind.isName(name))
        .findFirst()
        .map(collection::resolve);
  }

  /** Deletes a collection's files, then its directory; that fails if it holds anything else. */
  void delete(Path collection) throws IOException {
    for (String name : files.list(collection)) {
      if (FileKind.isName(name)) {
        files.delete(collection.resolve(name));
      }
    }
    files.delete(collection);
  }

  /**
   * Deletes a collection that is durably renamed. It is gone by then, whatever happens here: what
   * cannot be deleted is a leftover.
   */
  void deleteDropped(Path dropped) {
    try {
      delete(dropped);
    } catch (IOException e) {
      logLeft(dropped, e);
    }
  }

  private static void logLeft(Path leftover, IOException why) {
    LOG.log(Level.DEBUG, "removing " + leftover + " failed", why);
  }
}
