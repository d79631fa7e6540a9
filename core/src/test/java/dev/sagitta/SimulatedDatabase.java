package dev.sagitta;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.EngineThreads;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.FileHandle;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A database on the simulated file system, with extents and logs so small that tiny workloads fill
 * many of them. Can be closed, killed, cut from power and opened again. For one test thread.
 */
final class SimulatedDatabase implements AutoCloseable {
  static final Path DIRECTORY = Path.of("/data").toAbsolutePath();

  /** Rows of 64 bytes: 16 to an extent. */
  static final Tuning SMALL = new Tuning(1 << 10, 64 << 10, 16 << 10, 256 << 10, 8);

  private SimulatedFiles files = new SimulatedFiles();
  private Tuning tuning = SMALL;
  private DatabaseOptions options = DatabaseOptions.builder().linkerThreads(1).build();
  private LongSupplier nanoClock = System::nanoTime;
  private Supplier<EngineThreads> threads = () -> new PlatformThreads(options().linkerThreads());
  private @Nullable GatedThreads gate;
  private VectorDatabase database;

  /** Opens an empty one. */
  SimulatedDatabase() {
    database = open();
  }

  /** The same with other sizes; closes and opens. */
  SimulatedDatabase tuning(Tuning tuning) {
    this.tuning = tuning;
    reopen();
    return this;
  }

  /** The same at another durability; closes and opens. */
  SimulatedDatabase durability(Durability durability) {
    options = DatabaseOptions.builder().linkerThreads(1).durability(durability).build();
    reopen();
    return this;
  }

  /** The same with another clock; closes and opens. */
  SimulatedDatabase nanoClock(LongSupplier nanoClock) {
    this.nanoClock = nanoClock;
    reopen();
    return this;
  }

  /** The same with other threads; closes and opens. */
  SimulatedDatabase threads(Supplier<EngineThreads> threads) {
    this.threads = threads;
    reopen();
    return this;
  }

  /** The same with threads that wait at a gate, at the latest until this is closed. */
  SimulatedDatabase gated(GatedThreads threads) {
    gate = threads;
    return threads(() -> threads);
  }

  private DatabaseOptions options() {
    return options;
  }

  private VectorDatabase open() {
    return VectorDatabase.open(
        DIRECTORY, options, new Environment(files, threads.get(), nanoClock, tuning));
  }

  VectorDatabase database() {
    return database;
  }

  SimulatedFiles files() {
    return files;
  }

  /** A collection of two-dimensional vectors with LONG ids. */
  VectorCollection plane(Metric metric) {
    return database.collection("plane", CollectionConfig.builder(2, metric).build());
  }

  /** The same as {@link #plane(Metric)}, Euclidean. */
  VectorCollection plane() {
    return plane(Metric.EUCLIDEAN);
  }

  /** Closes and opens. */
  void reopen() {
    database.close();
    database = open();
  }

  /** Kills the process (kill -9) and opens in another. */
  void kill() {
    SimulatedFiles next = files.killProcess();
    closeQuietly();
    files = next;
    database = open();
  }

  /** Cuts the power and opens after it. */
  void crash(long seed) {
    SimulatedFiles next = files.crash(seed);
    closeQuietly();
    files = next;
    database = open();
  }

  /** Ends the threads of a database whose files are gone. */
  private void closeQuietly() {
    try {
      database.close();
    } catch (SagittaException expected) {
      // Closing cannot write any more.
    }
  }

  /** Names of the files of a collection. */
  List<String> fileNames(String collection) {
    try {
      return files.list(DIRECTORY.resolve(collection));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Inverts a bit in the middle of the newest file of a collection whose name begins so. */
  void damage(String collection, String prefix) {
    damageFile(collection, names(collection, prefix).getLast());
  }

  /** The same to the oldest such file. */
  void damageOldest(String collection, String prefix) {
    damageFile(collection, names(collection, prefix).getFirst());
  }

  private List<String> names(String collection, String prefix) {
    return fileNames(collection).stream().filter(name -> name.startsWith(prefix)).toList();
  }

  private void damageFile(String collection, String name) {
    Path file = DIRECTORY.resolve(collection).resolve(name);
    try (FileHandle handle = files.openForReading(file)) {
      files.flipBit(file, 8 * 100);
      if (handle.size() < 200) {
        throw new AssertionError(file + " is too short");
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    if (gate != null) {
      gate.open();
    }
    closeQuietly();
  }
}
