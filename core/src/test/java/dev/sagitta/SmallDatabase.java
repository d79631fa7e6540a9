package dev.sagitta;

import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.NioFiles;
import java.nio.file.Path;

/**
 * Opens databases on the real file system with sizes so small that extents fill, checkpoints run
 * and logs rotate all the time.
 */
final class SmallDatabase {
  private static final int LINKERS = 2;

  /** The log may grow beyond what checkpoints keep up with. */
  private static final Tuning TUNING = new Tuning(16 << 10, 64 << 10, 8 << 10, 16 << 10, 1_000_000);

  /** No checkpoint runs but at closing and where it is asked for. */
  private static final Tuning BY_HAND = new Tuning(16 << 10, 64 << 10, 8 << 10, 1 << 30, 8);

  private SmallDatabase() {}

  static VectorDatabase open(Path directory, Durability durability) {
    return open(directory, durability, new NioFiles(), TUNING);
  }

  /** The same with checkpoints only at closing and where they are asked for. */
  static VectorDatabase openByHand(Path directory, Durability durability) {
    return openByHand(directory, durability, new NioFiles());
  }

  /** The same on given files, with checkpoints only at closing and where they are asked for. */
  static VectorDatabase openByHand(Path directory, Durability durability, FileOperations files) {
    return open(directory, durability, files, BY_HAND);
  }

  private static VectorDatabase open(
      Path directory, Durability durability, FileOperations files, Tuning tuning) {
    return VectorDatabase.open(
        directory,
        DatabaseOptions.builder().durability(durability).linkerThreads(LINKERS).build(),
        new Environment(files, new PlatformThreads(LINKERS), System::nanoTime, tuning));
  }
}
