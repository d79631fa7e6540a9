package dev.sagitta.engine;

import dev.sagitta.ClosedException;
import dev.sagitta.CollectionConfig;
import dev.sagitta.CollectionInfo;
import dev.sagitta.CollectionNotFoundException;
import dev.sagitta.ConfigurationMismatchException;
import dev.sagitta.DatabaseOptions;
import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.SagittaException;
import dev.sagitta.VerifyLevel;
import dev.sagitta.VerifyProgress;
import dev.sagitta.VerifyReport;
import dev.sagitta.distance.kernel.RowLayout;
import dev.sagitta.persistence.FileOperations;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An open database directory: its lock and its open collections.
 *
 * <p>A collection is a directory under a valid name. It is made under another name and renamed when
 * complete, and dropped by renaming it away before its files are deleted; after a crash in between,
 * the next opening removes what is left. All methods hold the monitor, but for {@link #verify},
 * which holds it only while it looks for the next collection; opening a collection therefore waits
 * for another that is being opened.
 */
public final class DatabaseEngine {
  static final String LOCK = "LOCK";

  private final Path directory;
  private final DatabaseOptions options;
  private final Environment environment;
  private final FileOperations files;
  private final CollectionDirectories directories;
  private final ExecutorService fileThread;
  private final Map<String, CollectionEngine> open = new TreeMap<>();
  private final Closeable lock;

  /** Of every collection that was opened or verified, so that both meet. */
  private final Map<String, Pins> pins = new HashMap<>();

  /** Null where nothing is scrubbed. */
  private final @Nullable Scrubber scrubber;

  private boolean closed;

  private DatabaseEngine(
      Path directory,
      DatabaseOptions options,
      Environment environment,
      ExecutorService fileThread) {
    this.directory = directory;
    this.options = options;
    this.environment = environment;
    this.files = environment.files();
    this.directories = new CollectionDirectories(files, directory);
    this.fileThread = fileThread;
    this.lock = onFileThread("opening " + directory, this::takeDirectory);
    try {
      this.scrubber =
          options.scrubBytesPerSecond() == 0
              ? null
              : new Scrubber(
                  environment.threads(), environment.nanoClock(), options.scrubBytesPerSecond());
    } catch (RuntimeException | Error e) {
      try {
        unlock();
      } catch (RuntimeException | Error suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /**
   * Opens a directory, making it if it is not there; owns the environment's threads from then on.
   */
  public static DatabaseEngine open(
      Path directory, DatabaseOptions options, Environment environment) {
    ExecutorService fileThread = environment.threads().serial("files");
    try {
      return new DatabaseEngine(directory.toAbsolutePath(), options, environment, fileThread);
    } catch (RuntimeException | Error e) {
      Waiting.forEnd(fileThread);
      environment.threads().close();
      throw e;
    }
  }

  private Closeable takeDirectory() throws IOException {
    createDirectories(directory);
    Closeable taken = files.lock(directory.resolve(LOCK));
    try {
      directories.removeLeftovers();
      return taken;
    } catch (IOException | RuntimeException | Error e) {
      taken.close();
      throw e;
    }
  }

  private void createDirectories(Path missing) throws IOException {
    if (files.exists(missing)) {
      return;
    }
    Path parent = missing.getParent();
    if (parent != null) {
      createDirectories(parent);
      files.createDirectory(missing);
      DurableNames.forceOrUndo(files, parent, () -> files.delete(missing));
    }
  }

  /** The directory, absolute. */
  public Path directory() {
    return directory;
  }

  /** Opens a collection, or creates it if there is none of that name. */
  public synchronized CollectionEngine openOrCreate(String name, CollectionConfig config) {
    requireOpen();
    requireName(name);
    CollectionEngine collection = open.get(name);
    if (collection == null) {
      onFileThread(
          "creating collection " + name,
          () -> {
            if (!files.exists(directory.resolve(name))) {
              create(name, config);
            }
            return true;
          });
      collection = openExisting(name);
    }
    if (!collection.config().equals(config)) {
      throw new ConfigurationMismatchException(
          "collection %s exists with %s; asked for was %s"
              .formatted(name, collection.config(), config));
    }
    return collection;
  }

  private void create(String name, CollectionConfig config) throws IOException {
    Path making = directories.creating(name);
    directories.removeIfThere(making);
    files.createDirectory(making);
    RowLayout layout = new RowLayout(config.elements(), config.metric(), config.dimension());
    Tuning tuning = environment.tuning();
    CollectionFiles.create(
        files,
        making,
        new StoredConfig(
            config,
            VectorStore.rowsPerExtentShift(layout, tuning.vectorExtentBytes()),
            tuning.payloadExtentBytes()));
    DurableNames.forceAncestors(files, directory);
    Path made = directory.resolve(name);
    files.rename(making, made);
    DurableNames.forceOrUndo(files, directory, () -> files.rename(made, making));
  }

  /** Opens a collection that exists. */
  public synchronized CollectionEngine open(String name) {
    requireOpen();
    requireName(name);
    CollectionEngine collection = open.get(name);
    if (collection != null) {
      return collection;
    }
    requireExists(name);
    return openExisting(name);
  }

  private CollectionEngine openExisting(String name) {
    CollectionEngine collection =
        CollectionEngine.open(
            name, directory.resolve(name), environment, options.durability(), pinsOf(name));
    open.put(name, collection);
    if (scrubber != null) {
      scrubber.add(collection.scrub());
    }
    return collection;
  }

  private Pins pinsOf(String name) {
    return pins.computeIfAbsent(name, absent -> new Pins("collection " + name));
  }

  private void requireExists(String name) {
    boolean exists =
        onFileThread("looking for " + name, () -> files.exists(directory.resolve(name)));
    if (!exists) {
      throw new CollectionNotFoundException(
          "there is no collection %s in %s".formatted(name, directory));
    }
  }

  /** The names of all collections, sorted. */
  public synchronized List<String> collectionNames() {
    requireOpen();
    return onFileThread("listing " + directory, directories::names);
  }

  /** All collections, sorted by name. */
  public synchronized List<CollectionInfo> collections() {
    requireOpen();
    return onFileThread("listing " + directory, this::list);
  }

  private List<CollectionInfo> list() throws IOException {
    return directories.names().stream().map(this::info).toList();
  }

  private CollectionInfo info(String name) {
    CollectionEngine collection = open.get(name);
    if (collection != null) {
      return new CollectionInfo(name, Optional.of(collection.config()), Optional.empty());
    }
    try {
      CollectionConfig config =
          CollectionFiles.load(files, directory.resolve(name)).config().config();
      return new CollectionInfo(name, Optional.of(config), Optional.empty());
    } catch (IOException e) {
      String why =
          Failures.translate("opening collection " + name + " in " + directory, e).getMessage();
      return new CollectionInfo(name, Optional.empty(), Optional.ofNullable(why));
    }
  }

  /** See {@link dev.sagitta.VectorDatabase#verify(VerifyLevel, Consumer)}. */
  public VerifyReport verify(VerifyLevel level, Consumer<VerifyProgress> progress) {
    List<String> names = collectionNames();
    try (VerifyRun run = new VerifyRun(environment.threads(), level, progress, names.size())) {
      for (String name : names) {
        verifiable(name).ifPresentOrElse(found -> verify(found, run), run::skip);
      }
      return run.report();
    }
  }

  /** A collection that is there, and what has a run verify it. */
  private record Verifiable(Pins pins, Consumer<VerifyRun> verify) {}

  private void verify(Verifiable collection, VerifyRun run) {
    try {
      collection.verify().accept(run);
    } catch (ClosedException e) {
      if (!collection.pins().gate().closed()) {
        // Not of the collection, but of what the caller does with the progress.
        throw e;
      }
      synchronized (this) {
        requireOpen();
      }
      // So it was dropped.
      run.skip();
    }
  }

  /**
   * How a collection is to be verified: as it is open, or by its files, which are pinned here;
   * empty if it was dropped.
   */
  private synchronized Optional<Verifiable> verifiable(String name) {
    requireOpen();
    CollectionEngine collection = open.get(name);
    if (collection != null) {
      return Optional.of(new Verifiable(pinsOf(name), collection::verify));
    }
    Path path = directory.resolve(name);
    if (!onFileThread("looking for " + name, () -> files.exists(path))) {
      return Optional.empty();
    }
    Pins own = pinsOf(name);
    // Pinned under the monitor, as nobody can open it then.
    PinnedFiles pinned =
        onFileThread("verifying " + name, () -> PinnedFiles.pinUnopened(files, path, own));
    return Optional.of(new Verifiable(own, run -> verifyUnopened(name, own, pinned, run)));
  }

  private void verifyUnopened(String name, Pins own, PinnedFiles pinned, VerifyRun run) {
    try (pinned) {
      run.verify(name, own, () -> pinned);
    } finally {
      opened(name).ifPresent(CollectionEngine::deleteSpared);
    }
  }

  private synchronized Optional<CollectionEngine> opened(String name) {
    return Optional.ofNullable(open.get(name));
  }

  /**
   * Deletes a collection, which needs not be readable for that. Refused, and nothing is changed, if
   * its directory holds anything else.
   */
  public synchronized void drop(String name) {
    requireOpen();
    requireName(name);
    requireExists(name);
    Path path = directory.resolve(name);
    Path dropped = directories.dropped(name);
    onFileThread(
        "dropping collection " + name,
        () -> {
          directories.requireOurs(path);
          directories.removeIfThere(dropped);
          return true;
        });
    Pins ended = pins.remove(name);
    if (ended != null) {
      ended.gate().close();
    }
    CollectionEngine collection = open.remove(name);
    if (collection != null) {
      Closing.all(List.of(() -> endScrub(collection), () -> collection.close(false)));
    }
    try {
      onFileThread(
          "dropping collection " + name,
          () -> {
            files.rename(path, dropped);
            files.forceDirectory(directory);
            directories.deleteDropped(dropped);
            return true;
          });
    } catch (SagittaException e) {
      if (collection != null) {
        collection.notForced().ifPresent(e::addSuppressed);
      }
      throw e;
    }
  }

  /** Closes all collections and lets go of the directory; the first error is thrown at the end. */
  public void close() {
    close(true);
  }

  /**
   * Closes the database.
   *
   * @param checkpoint false where all of it is about to be deleted
   */
  synchronized void close(boolean checkpoint) {
    if (closed) {
      return;
    }
    closed = true;
    List<Runnable> steps = new ArrayList<>();
    if (scrubber != null) {
      steps.add(scrubber::close);
    }
    pins.values().forEach(ended -> steps.add(ended.gate()::close));
    open.values().forEach(collection -> steps.add(() -> close(collection, checkpoint)));
    steps.add(this::unlock);
    steps.add(() -> Waiting.forEnd(fileThread));
    steps.add(environment.threads()::close);
    Closing.all(steps);
  }

  private static void close(CollectionEngine collection, boolean checkpoint) {
    try {
      collection.close(checkpoint);
    } catch (Error e) {
      throw new IllegalStateException("closing " + collection.name() + " failed", e);
    }
  }

  private void unlock() {
    onFileThread(
        "unlocking " + directory,
        () -> {
          lock.close();
          return true;
        });
  }

  private void endScrub(CollectionEngine collection) {
    if (scrubber != null) {
      scrubber.remove(collection.scrub());
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new ClosedException("database " + directory + " is closed");
    }
  }

  private static void requireName(String name) {
    if (!CollectionDirectories.isName(name)) {
      throw new InvalidInputException(
          "collection name \"%s\" does not match %s"
              .formatted(name, Limits.COLLECTION_NAME_PATTERN));
    }
  }

  private <T> T onFileThread(String doing, FileWork<T> work) {
    return FileWork.on(fileThread, doing, work);
  }
}
