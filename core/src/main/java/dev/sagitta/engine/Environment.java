package dev.sagitta.engine;

import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.NioFiles;
import java.util.function.LongSupplier;

/**
 * What the engine needs of the outside world; tests replace each part.
 *
 * @param files the file system
 * @param threads the engine's threads; closed with the database
 * @param nanoClock a clock that never goes back, in nanoseconds
 * @param tuning sizes that tests make small
 */
public record Environment(
    FileOperations files, EngineThreads threads, LongSupplier nanoClock, Tuning tuning) {

  /** The real thing: the default file system, platform threads, the system's clock. */
  public static Environment system(int linkerThreads) {
    return new Environment(
        new NioFiles(), new PlatformThreads(linkerThreads), System::nanoTime, Tuning.DEFAULT);
  }
}
