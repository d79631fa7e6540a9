package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.DatabaseOptions;
import dev.sagitta.Durability;
import dev.sagitta.InvalidInputException;
import dev.sagitta.persistence.FileOperations;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.List;

/**
 * The database that a salvage makes: under a temporary name until it is complete and durable. Not
 * thread-safe.
 */
final class SalvageTarget {
  /** Ends the name of a target that is not complete. */
  static final String UNFINISHED = ".salvaging";

  private final FileOperations files;
  private final Path target;
  private final Path unfinished;
  private final DatabaseEngine database;

  /** Whether no other name than the temporary one can come back. */
  private boolean removable = true;

  private SalvageTarget(FileOperations files, Path target, DatabaseEngine database) {
    this.files = files;
    this.target = target;
    this.unfinished = unfinished(target);
    this.database = database;
  }

  /** What a target is called until it is complete. */
  static Path unfinished(Path target) {
    return target.resolveSibling(target.getFileName() + UNFINISHED);
  }

  /**
   * Begins a target; removes what a salvage to it that was killed has left. Owns the environment's
   * threads from then on.
   *
   * @throws InvalidInputException if there is something under its name
   */
  static SalvageTarget begin(Environment environment, Path target) throws IOException {
    FileOperations files = environment.files();
    requireFree(files, target);
    Path unfinished = unfinished(target);
    if (files.exists(unfinished)) {
      // It may have been the target, and the process have died while it took the name back.
      DurableNames.forceParent(files, unfinished);
      removeUnfinished(files, unfinished);
    }
    // Nothing is promised of it before it has its name, and then all of it is forced.
    DatabaseOptions options =
        DatabaseOptions.builder()
            .durability(Durability.os())
            .linkerThreads(environment.threads().linkerCount())
            .build();
    return new SalvageTarget(files, target, DatabaseEngine.open(unfinished, options, environment));
  }

  private static void requireFree(FileOperations files, Path target) throws IOException {
    if (files.exists(target) && !(files.isDirectory(target) && files.list(target).isEmpty())) {
      throw new InvalidInputException(
          "target %s exists and is not an empty directory".formatted(target));
    }
  }

  /** Creates a collection. */
  CollectionEngine create(String name, CollectionConfig config) {
    return database.openOrCreate(name, config);
  }

  /**
   * Closes the target, makes it durable and gives it its name. Should that name not become durable
   * it is taken back, durably, before anything in it may be deleted.
   */
  void finish() throws IOException {
    database.close();
    files.forceDirectory(unfinished);
    if (files.exists(target)) {
      requireFree(files, target);
      files.delete(target);
    }
    files.rename(unfinished, target);
    Path parent = target.getParent();
    if (parent != null) {
      DurableNames.forceOrUndo(files, parent, () -> takeBack(parent));
    }
  }

  private void takeBack(Path parent) throws IOException {
    removable = false;
    files.rename(target, unfinished);
    files.forceDirectory(parent);
    removable = true;
  }

  /**
   * Removes all of it after a failure, to which further ones are added. Where the target's name is
   * in doubt all of it stays, lest a power loss leave that name with files missing.
   */
  void discard(Throwable failure) {
    try {
      Closing.all(List.of(() -> database.close(false)));
      if (removable && files.exists(unfinished)) {
        removeUnfinished(files, unfinished);
      }
    } catch (IOException | RuntimeException e) {
      failure.addSuppressed(e);
    }
  }

  /** Nothing but what a salvage makes is ever deleted, nor while another one is at work there. */
  private static void removeUnfinished(FileOperations files, Path unfinished) throws IOException {
    var inside = new CollectionDirectories(files, unfinished);
    if (!files.isDirectory(unfinished) || !isOurs(files, unfinished, inside)) {
      throw new FileAlreadyExistsException(
          unfinished.toString(), null, "not left behind by a salvage, and in the way");
    }
    try (Closeable _ = files.lock(unfinished.resolve(DatabaseEngine.LOCK))) {
      for (String name : files.list(unfinished)) {
        Path entry = unfinished.resolve(name);
        if (files.isDirectory(entry)) {
          inside.delete(entry);
        }
      }
    }
    files.delete(unfinished.resolve(DatabaseEngine.LOCK));
    files.delete(unfinished);
  }

  private static boolean isOurs(FileOperations files, Path unfinished, CollectionDirectories inside)
      throws IOException {
    for (String name : files.list(unfinished)) {
      if (!name.equals(DatabaseEngine.LOCK) && !inside.isOurs(unfinished.resolve(name))) {
        return false;
      }
    }
    return true;
  }
}
