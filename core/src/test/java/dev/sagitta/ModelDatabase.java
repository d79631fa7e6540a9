package dev.sagitta;

import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.SimulatedFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A database that a test opens, closes, crashes, kills and opens again. Not thread-safe.
 *
 * <p>A crash is one of the simulated file system; the database object that worked on it is closed
 * only so that its threads end.
 */
final class ModelDatabase implements AutoCloseable {
  /** Where databases are on a simulated file system. */
  static final Path DIRECTORY = Path.of("/data");

  /** Many extents, and a checkpoint every hundred records or so. */
  static final Tuning SMALL = new Tuning(4 << 10, 4 << 10, 4 << 10, 16 << 10, 1 << 10);

  private final Path directory;
  private final DatabaseOptions options;
  private final Tuning tuning;
  private final @Nullable Simulation simulation;
  private FileOperations files;
  private @Nullable VectorDatabase database;

  /** A database that is not open yet. */
  ModelDatabase(FileOperations files, Path directory, DatabaseOptions options, Tuning tuning) {
    this(files, directory, options, tuning, null);
  }

  private ModelDatabase(
      FileOperations files,
      Path directory,
      DatabaseOptions options,
      Tuning tuning,
      @Nullable Simulation simulation) {
    this.simulation = simulation;
    this.files = files;
    this.directory = directory;
    this.options = options;
    this.tuning = tuning;
  }

  /** One on a simulated file system, not open yet, with one linker. */
  static ModelDatabase simulated(SimulatedFiles files, Durability durability, Tuning tuning) {
    return new ModelDatabase(files, DIRECTORY, options(durability), tuning);
  }

  /** One whose threads are simulated too. */
  static ModelDatabase simulated(
      Simulation simulation, SimulatedFiles files, Durability durability, Tuning tuning) {
    return new ModelDatabase(files, DIRECTORY, options(durability), tuning, simulation);
  }

  private static DatabaseOptions options(Durability durability) {
    return DatabaseOptions.builder().durability(durability).linkerThreads(1).build();
  }

  /** The file system of now; a crash replaces it. */
  SimulatedFiles files() {
    return (SimulatedFiles) files;
  }

  /** Whether a small log already makes it checkpoint in the background. */
  boolean checkpointsByItself() {
    return tuning.checkpointLogBytes() < SmallWorkloads.TINY.checkpointLogBytes();
  }

  /** Opens the database if it is not open. */
  VectorDatabase open() {
    VectorDatabase open = database;
    if (open == null) {
      open = VectorDatabase.open(directory, options, environment());
      database = open;
    }
    return open;
  }

  private Environment environment() {
    int linkers = options.linkerThreads();
    return simulation == null
        ? new Environment(files, new PlatformThreads(linkers), System::nanoTime, tuning)
        : new Environment(
            simulation.files(files), simulation.threads(linkers), simulation::nanoTime, tuning);
  }

  /** Runs what is repeated after some time, where time is simulated. */
  void tick() {
    if (simulation != null) {
      simulation.tick();
    }
  }

  /** Starts one more thread of the test, where threads are simulated. */
  CompletableFuture<Void> start(Runnable body) {
    if (simulation == null) {
      throw new IllegalStateException("threads are not simulated");
    }
    return simulation.start(body);
  }

  /** Closes the database in peace. */
  @Override
  public void close() {
    VectorDatabase open = database;
    database = null;
    if (open != null) {
      open.close();
    }
  }

  /** Cuts the power; what was not forced is as the seed decides. */
  void crash(long seed) {
    SimulatedFiles survivor = files().crashWithNoise(seed);
    bury();
    files = survivor;
  }

  /** Cuts the power and gives what may be left of the files, one for each seed. */
  List<SimulatedFiles> crashes(long firstSeed, int count) {
    List<SimulatedFiles> survivors =
        LongStream.range(firstSeed, firstSeed + count).mapToObj(files()::crashWithNoise).toList();
    bury();
    return survivors;
  }

  /** Kills the process and keeps the machine. */
  void kill() {
    SimulatedFiles survivor = files().killProcess();
    bury();
    files = survivor;
  }

  /** Ends the threads of a database whose file system is dead. */
  void bury() {
    try {
      close();
    } catch (SagittaException expected) {
      assert files instanceof SimulatedFiles : expected;
    }
  }
}
