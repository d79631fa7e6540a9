package dev.sagitta;

import dev.sagitta.engine.DatabaseEngine;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.Salvage;
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

  /** As {@link #salvage(Path, Path, SalvageOptions, Consumer)}, at default options. */
  public static SalvageReport salvage(Path source, Path target) {
    return salvage(source, target, SalvageOptions.defaults(), progress -> {});
  }

  /**
   * Recovers what can be recovered from a damaged database into a new one, and tells what is lost.
   * Of each collection every record comes back whose last version is intact in some place: in the
   * files of a checkpoint, down to blocks of 64 KiB, or in the log, frame by frame. Nothing is
   * taken whose checksum is wrong, so no record comes back that was never written. Older versions
   * and deleted records may come back where writes are lost: {@link
   * SalvagedCollection#mayHoldOlderVersions}. One collection's damage does no harm to another.
   *
   * <p>Nothing in the source is changed. It must not be open anywhere, and cannot be opened while
   * this runs; a source that lacks its file {@code LOCK} is taken for one that nobody has open. The
   * target gets its name when it is complete and durable; until then it is called {@code
   * <target>.salvaging}, and a later salvage to the same target removes what a killed one left.
   *
   * <p>Reads all that the source holds, writes all that it recovers and links it as far as it
   * comes; it does not wait for links, so the first opening of the target may have some to make.
   * Takes memory as an open database does. Interrupting the thread stops it.
   *
   * @param target is not there, or an empty directory
   * @param progress called now and then, on the calling thread, while the salvage waits; what it
   *     throws ends the salvage
   * @throws InvalidInputException if the source is no directory, the target is not free or within
   *     the source, or the options are about a collection that the source does not have
   * @throws DatabaseLockedException if the source is open
   * @throws UnsupportedFormatException if the newest manifest of a collection, which says what it
   *     holds, was written by a newer library; nothing is begun then
   * @throws SalvageInterruptedException if the thread is interrupted; of the target nothing is
   *     left, unless deleting it fails, of which a suppressed error tells
   * @throws StorageException if the target cannot be written; what was there is removed if possible
   */
  public static SalvageReport salvage(
      Path source, Path target, SalvageOptions options, Consumer<SalvageProgress> progress) {
    Inputs.notNull("source", source);
    Inputs.notNull("target", target);
    Inputs.notNull("options", options);
    Inputs.notNull("progress", progress);
    int linkers = DatabaseOptions.defaults().linkerThreads();
    return salvage(source, target, options, progress, Environment.system(linkers));
  }

  /** Salvages in a given environment; closes its threads. */
  static SalvageReport salvage(
      Path source,
      Path target,
      SalvageOptions options,
      Consumer<SalvageProgress> progress,
      Environment environment) {
    return new Salvage(source, target, options, progress, environment).run();
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

  /** The names of all collections, sorted, those that are damaged among them. Opens no file. */
  public List<String> collectionNames() {
    return engine.collectionNames();
  }

  /**
   * Deletes a collection and its files. After a crash in the middle it is either there whole or
   * gone. If some files cannot be deleted, it is gone all the same, and the next opening of the
   * database tries again.
   *
   * @throws CollectionNotFoundException if there is none of that name
   * @throws StorageException if the file system refuses, or if there are other files in the
   *     collection's directory, which are never deleted: then the collection stays as it is, and
   *     the message names the first of them. If its log could not be forced either, writes that
   *     were not durable may be lost: that error is suppressed in this one
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
   * @throws UnsupportedFormatException if a newer library wrote one of the files
   * @throws StorageException if the file system refuses to list or open files; bytes that it
   *     refuses to read are damage
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
