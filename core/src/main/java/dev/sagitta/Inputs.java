package dev.sagitta;

/** Checks of numbers that callers pass. */
final class Inputs {
  private Inputs() {}

  static int inRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new InvalidInputException(
          "%s is %d; allowed are %d to %d".formatted(name, value, min, max));
    }
    return value;
  }
}
