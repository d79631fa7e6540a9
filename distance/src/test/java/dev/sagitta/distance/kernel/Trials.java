package dev.sagitta.distance.kernel;

import java.util.Random;
import java.util.function.Consumer;

/**
 * What one try of a property does with its seed: once, or, where {@code
 * -Dsagitta.nightly.kernels=N} says so, N times with random numbers that go on.
 */
final class Trials {
  private static final int TIMES = Integer.getInteger("sagitta.nightly.kernels", 1);

  private Trials() {}

  static void run(long seed, Consumer<Random> trial) {
    Random random = new Random(seed);
    for (int i = 0; i < TIMES; i++) {
      trial.accept(random);
    }
  }
}
