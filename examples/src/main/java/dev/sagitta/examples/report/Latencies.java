package dev.sagitta.examples.report;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;

/** Times of a repeated operation, and their percentiles. */
public final class Latencies {
  private final List<Duration> times = new ArrayList<>();

  /** Runs the operation, notes the time that it took, and hands on its result. */
  public <T> T time(Supplier<T> operation) {
    long startNanos = System.nanoTime();
    T result = operation.get();
    add(Duration.ofNanos(System.nanoTime() - startNanos));
    return result;
  }

  /** Notes a time. */
  void add(Duration time) {
    times.add(time);
  }

  /**
   * The time that so many percent of the operations did not exceed.
   *
   * @param percent more than 0, at most 100
   */
  public Duration percentile(double percent) {
    if (times.isEmpty()) {
      throw new IllegalStateException("nothing was timed");
    }
    List<Duration> sorted = new ArrayList<>(times);
    Collections.sort(sorted);
    int rank = (int) Math.ceil(percent / 100 * sorted.size());
    return sorted.get(Math.max(1, rank) - 1);
  }
}
