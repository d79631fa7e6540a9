package dev.sagitta;

import org.jspecify.annotations.Nullable;

/** Checks of what callers pass. */
final class Inputs {
  private Inputs() {}

  static <T> T notNull(String name, @Nullable T value) {
    if (value == null) {
      throw new InvalidInputException(name + " is null");
    }
    return value;
  }

  static long inRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new InvalidInputException(
          "%s is %d; allowed are %d to %d".formatted(name, value, min, max));
    }
    return value;
  }

  /** Refuses what is no number, too. */
  static double inRange(String name, double value, double min, double max) {
    if (!(value >= min && value <= max)) {
      throw new InvalidInputException(
          "%s is %s; allowed are %s to %s".formatted(name, value, min, max));
    }
    return value;
  }

  static int inRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new InvalidInputException(
          "%s is %d; allowed are %d to %d".formatted(name, value, min, max));
    }
    return value;
  }
}
