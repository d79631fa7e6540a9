package dev.sagitta;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Makes a failing list of operations short: leaves out half of it, a quarter, and so on down to
 * single operations, as long as it still fails. (A. Zeller and R. Hildebrandt, "Simplifying and
 * Isolating Failure-Inducing Input", 2002, without its complements.) jqwik's own shrinking tries
 * smaller numbers in each operation as well, and gets nowhere in its ten seconds.
 */
final class ModelShrinker {
  private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

  private final Attempt attempt;
  private final long startNanos = System.nanoTime();
  private List<ModelOperation> shortest;
  private Throwable failure;

  /** A test of some operations. */
  interface Attempt {
    /** Fails by an unchecked exception or an error. */
    void run(List<ModelOperation> operations) throws InterruptedException;
  }

  private ModelShrinker(Attempt attempt, List<ModelOperation> operations, Throwable failure) {
    this.attempt = attempt;
    this.shortest = operations;
    this.failure = failure;
  }

  /** Runs a test; if it fails, fails with the shortest list that was found to fail. */
  static void run(Attempt attempt, List<ModelOperation> operations) throws InterruptedException {
    Optional<Throwable> failure = failure(attempt, operations);
    if (failure.isPresent()) {
      var shrinker = new ModelShrinker(attempt, operations, failure.get());
      shrinker.shrink();
      throw new AssertionError(
          "fails with %d of %d operations, %s: %s"
              .formatted(
                  shrinker.shortest.size(),
                  operations.size(),
                  shrinker.shortest,
                  shrinker.failure.getMessage()),
          shrinker.failure);
    }
  }

  private static Optional<Throwable> failure(Attempt attempt, List<ModelOperation> operations)
      throws InterruptedException {
    try {
      attempt.run(operations);
      return Optional.empty();
    } catch (RuntimeException | AssertionError e) {
      return Optional.of(e);
    }
  }

  private void shrink() throws InterruptedException {
    int length = Math.max(1, shortest.size() / 2);
    boolean shorter = true;
    while (length > 1 || shorter) {
      shorter = leaveOut(length);
      length = Math.max(1, length / 2);
    }
  }

  /** Leaves out each run of some length without which it still fails; whether there was one. */
  private boolean leaveOut(int length) throws InterruptedException {
    boolean shorter = false;
    int from = 0;
    while (from < shortest.size() && System.nanoTime() - startNanos < NANOS_MAX) {
      List<ModelOperation> candidate = new ArrayList<>(shortest);
      candidate.subList(from, Math.min(from + length, candidate.size())).clear();
      Optional<Throwable> found = failure(attempt, candidate);
      if (found.isPresent()) {
        shortest = candidate;
        failure = found.get();
        shorter = true;
      } else {
        from += length;
      }
    }
    return shorter;
  }
}
