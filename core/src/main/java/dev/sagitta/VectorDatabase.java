package dev.sagitta;

import dev.sagitta.engine.DatabaseEngine;
import dev.sagitta.engine.Environment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/**
 * A directory of vector collections, open in this process for reading and writing. One process, and
 * one {@code VectorDatabase} in it, has a directory at a time.
 *
 * <p>Safe for use by many threads. Closing waits for calls that are under way, writes what only the
 * log holds into the files, and makes later calls fail with {@link ClosedException}.
 */
public final class VectorDatabase implements AutoCloseable {
  private final DatabaseEngine engine;

  private VectorDatabase(DatabaseEngine engine) {
    this.engine = engine;
  }

  /**
   * Opens a directory at default options, making it if it is not there.
   *
   * @throws DatabaseLockedException if it is open already, in another process or in this one
   */
  public static VectorDatabase open(Path directory) {
    return open(directory, DatabaseOptions.defaults());
  }

  /**
   * Opens a directory, making it if it is not there.
   *
   * @throws DatabaseLockedException if it is open already, in another process or in this one
   */
  public static VectorDatabase open(Path directory, DatabaseOptions options) {
    Inputs.notNull("directory", directory);
    Inputs.notNull("options", options);
    return open(directory, options, Environment.system(options.linkerThreads()));
  }

  /** Opens a directory of a given environment; closes its threads with the database. */
  static VectorDatabase open(Path directory, DatabaseOptions options, Environment environment) {
    return new VectorDatabase(DatabaseEngine.open(directory, options, environment));
  }

  /** The directory. */
  public Path directory() {
    return engine.directory();
  }

  /**
   * Opens a collection, or creates it if there is none of that name.
   *
   * @param name matches {@link Limits#COLLECTION_NAME_PATTERN}
   * @throws ConfigurationMismatchException if it exists with another configuration
   * @throws CorruptionException if its files are damaged; the other collections stay usable
   * @throws UnsupportedFormatException if a newer library wrote them
   * @throws StorageException if the file system refuses
   */
  public VectorCollection collection(String name, CollectionConfig config) {
    return new VectorCollection(
        engine.openOrCreate(Inputs.notNull("name", name), Inputs.notNull("config", config)));
  }

  /**
   * Opens a collection that exists.
   *
   * @throws CollectionNotFoundException if it does not
   * @throws CorruptionException if its files are damaged; the other collections stay usable
   * @throws UnsupportedFormatException if a newer library wrote them
   * @throws StorageException if the file system refuses
   */
  public VectorCollection collection(String name) {
    return new VectorCollection(engine.open(Inputs.notNull("name", name)));
  }

  /** All collections, sorted by name, those that are damaged among them. */
  public List<CollectionInfo> collections() {
    return engine.collections();
  }

  /** The names of all collections, sorted. */
  public List<String> collectionNames() {
    return collections().stream().map(CollectionInfo::name).toList();
  }

  /**
   * Deletes a collection and its files. After a crash in the middle it is either there whole or
   * gone.
   *
   * @throws CollectionNotFoundException if there is none of that name
   */
  public void drop(String name) {
    engine.drop(Inputs.notNull("name", name));
  }

  /** As {@link #verify(VerifyLevel, Consumer)}, without progress. */
  public VerifyReport verify(VerifyLevel level) {
    return verify(level, progress -> {});
  }

  /**
   * Verifies all collections, one after another, as {@link VectorCollection#verify(VerifyLevel,
   * Consumer)} does. Those that are not open are not opened, and may be so damaged that they could
   * not be; one that is dropped meanwhile is passed over.
   *
   * @param progress called on this thread after each step
   * @return one report for all; the paths in it tell the collections
   * @throws VerifyInterruptedException if the thread is interrupted; it stops between two steps
   * @throws StorageException if the file system refuses to read
   */
  public VerifyReport verify(VerifyLevel level, Consumer<VerifyProgress> progress) {
    return engine.verify(Inputs.notNull("level", level), Inputs.notNull("progress", progress));
  }

  /** Closes all collections and lets go of the directory. Closing again does nothing. */
  @Override
  public void close() {
    engine.close();
  }
}
