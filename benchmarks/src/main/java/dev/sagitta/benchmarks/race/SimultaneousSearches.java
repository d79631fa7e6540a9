package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.race.Engine.OpenIndex;
import dev.sagitta.benchmarks.race.Engine.Searcher;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Searches of several threads at a time, counted while all of them run: they start together, each
 * at another query, and go on until the time is over.
 */
final class SimultaneousSearches {
  private static final double WARM_UP_SHARE = 1.0 / 8;

  /** Enough for some searches where a test allows no time. */
  private static final double SECONDS_MIN = 0.05;

  private final OpenIndex index;
  private final float[][] queries;
  private final int ef;
  private final long warmUpNanos;
  private final long windowNanos;

  /** When the threads started; written by the last that came to the barrier, read behind it. */
  private long startNanos;

  /**
   * Prepares to count.
   *
   * @param seconds in which searches count
   */
  SimultaneousSearches(OpenIndex index, float[][] queries, int ef, double seconds) {
    this.index = index;
    this.queries = queries;
    this.ef = ef;
    windowNanos = Math.round(Math.max(SECONDS_MIN, seconds) * 1e9);
    warmUpNanos = Math.round(windowNanos * WARM_UP_SHARE);
  }

  /** Searches per second of so many threads together. */
  double qps(int threads) throws IOException, InterruptedException, ExecutionException {
    CyclicBarrier barrier = new CyclicBarrier(threads, () -> startNanos = System.nanoTime());
    List<FutureTask<Long>> running = new ArrayList<>();
    for (int thread = 0; thread < threads; thread++) {
      Searcher searcher = index.newSearcher();
      int first = (int) ((long) thread * queries.length / threads);
      running.add(new FutureTask<>(() -> count(searcher, first, barrier)));
    }
    running.forEach(task -> Thread.ofPlatform().start(task));
    long sum = 0;
    for (FutureTask<Long> task : running) {
      sum += task.get();
    }
    return sum / (windowNanos / 1e9);
  }

  /** How many searches ended in the window, which begins and ends while every thread searches. */
  private long count(Searcher searcher, int first, CyclicBarrier barrier)
      throws IOException, InterruptedException, BrokenBarrierException {
    barrier.await();
    long end = warmUpNanos + windowNanos;
    long count = 0;
    int query = first;
    while (true) {
      searcher.search(queries[query], ef);
      query = (query + 1) % queries.length;
      long now = System.nanoTime() - startNanos;
      if (now >= end) {
        return count;
      }
      count += now >= warmUpNanos ? 1 : 0;
    }
  }
}
