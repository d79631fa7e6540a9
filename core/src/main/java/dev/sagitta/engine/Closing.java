package dev.sagitta.engine;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Runs the steps of closing something. */
final class Closing {
  private Closing() {}

  /**
   * Runs all steps in order, whatever becomes of those before, an {@link Error} too; the first
   * failure is thrown at the end, with the others suppressed.
   */
  static void all(List<? extends Runnable> steps) {
    Throwable first = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException | Error e) {
        first = add(first, e);
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException runtime) {
      throw runtime;
    }
  }

  private static Throwable add(@Nullable Throwable first, Throwable next) {
    if (first == null) {
      return next;
    }
    if (!first.equals(next)) {
      first.addSuppressed(next);
    }
    return first;
  }
}
