package dev.sagitta.benchmarks;

import java.nio.file.Path;

/**
 * A child of {@link EngineFigures}: stores records and halts without a checkpoint, as a process
 * that is killed does, so that all of them are in the log only.
 */
final class HaltingWriter {
  private HaltingWriter() {}

  /**
   * Runs.
   *
   * @param arguments the directory of the database
   */
  public static void main(String[] arguments) {
    VectorSet set = EngineFigures.logged();
    EngineFigures.collection(EngineFigures.open(Path.of(arguments[0]), 1), set)
        .upsertAll(EngineFigures.records(set, 0, set.base().length));
    Runtime.getRuntime().halt(0);
  }
}
