package dev.sagitta.benchmarks;

/**
 * A child of {@link RecoveryFigures}: writes a {@link LogOnlyStore} and halts, as a process that is
 * killed does.
 */
final class LogFiller {
  private LogFiller() {}

  /**
   * Runs.
   *
   * @param arguments as {@link LogOnlyStore#arguments} gives them
   */
  public static void main(String[] arguments) {
    LogOnlyStore.of(arguments).write();
    Runtime.getRuntime().halt(0);
  }
}
