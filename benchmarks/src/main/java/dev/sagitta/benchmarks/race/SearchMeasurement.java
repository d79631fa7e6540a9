package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.data.IntLists;
import dev.sagitta.benchmarks.race.Engine.OpenIndex;
import dev.sagitta.benchmarks.race.Engine.Searcher;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutionException;

/**
 * Searches an open index for all queries, with one ef after the other, and writes what was found
 * and how long each search took; then with two threads, to see what a second one brings.
 */
final class SearchMeasurement {
  /** The ef at which two threads search. */
  static final int EF_OF_TWO_THREADS = 64;

  private static final int PASSES_MAX = 10_000;

  private final OpenIndex index;
  private final float[][] queries;
  private final Task.Search search;
  private final Path directory;

  SearchMeasurement(OpenIndex index, float[][] queries, Task.Search search, Path directory) {
    this.index = index;
    this.queries = queries;
    this.search = search;
    this.directory = directory;
  }

  /** Runs, and adds the figures to a result. */
  void run(Map<String, String> result)
      throws IOException, InterruptedException, ExecutionException {
    Searcher searcher = index.newSearcher();
    warmUp(searcher);
    for (int ef : search.efs()) {
      passes(searcher, ef, search.passSeconds() / 4);
      Passes measured = passes(searcher, ef, search.passSeconds());
      IntLists.write(Task.hitsFile(directory, ef), measured.hits());
      IntLists.write(Task.nanosFile(directory, ef), new int[][] {measured.nanos()});
      result.put("seconds-" + ef, EngineProcess.seconds(measured.seconds()));
    }
    Memory.put(result);
    SimultaneousSearches simultaneous =
        new SimultaneousSearches(index, queries, EF_OF_TWO_THREADS, 2 * search.passSeconds());
    result.put("oneThreadQps", EngineProcess.seconds(simultaneous.qps(1)));
    result.put("twoThreadsQps", EngineProcess.seconds(simultaneous.qps(2)));
  }

  private void warmUp(Searcher searcher) throws IOException {
    long start = System.nanoTime();
    do {
      for (int ef : search.efs()) {
        passes(searcher, ef, 0);
      }
    } while (Seconds.since(start) < search.warmUpSeconds());
  }

  /** Some passes over all queries: what the last one found, and how long all searches took. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Passes(int[][] hits, int[] nanos, double seconds) {}

  /** Searches for all queries, again and again until so much time is over. */
  private Passes passes(Searcher searcher, int ef, double seconds) throws IOException {
    int[][] hits = new int[queries.length][];
    int[] nanos = new int[queries.length];
    int count = 0;
    double spent = 0;
    for (int pass = 0; pass < PASSES_MAX && (pass == 0 || spent < seconds); pass++) {
      nanos = Arrays.copyOf(nanos, (pass + 1) * queries.length);
      long start = System.nanoTime();
      long before = start;
      for (int query = 0; query < queries.length; query++) {
        hits[query] = searcher.search(queries[query], ef);
        long now = System.nanoTime();
        nanos[count++] = (int) Math.min(Integer.MAX_VALUE, now - before);
        before = now;
      }
      spent += Seconds.between(start, before);
    }
    return new Passes(hits, nanos, spent);
  }
}
