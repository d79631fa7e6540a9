package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.benchmarks.race.Engine.OpenIndex;
import dev.sagitta.benchmarks.race.Engine.Searcher;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class SimultaneousSearchesTest {
  private static final float[][] QUERIES = {{0}, {1}, {2}, {3}};

  /** A searcher notes the first query that it gets, and takes a millisecond for each. */
  private final Set<Float> firsts = ConcurrentHashMap.newKeySet();

  private final OpenIndex index =
      new OpenIndex() {
        @Override
        public Searcher newSearcher() {
          return new Searcher() {
            private boolean began;

            @Override
            public int[] search(float[] query, int ef) {
              if (!began) {
                firsts.add(query[0]);
                began = true;
              }
              long start = System.nanoTime();
              while (System.nanoTime() - start < 1_000_000) {
                Thread.onSpinWait();
              }
              return new int[] {};
            }
          };
        }

        @Override
        public void close() {}
      };

  @Test
  void threadsBeginAtDifferentQueriesAndAreCountedTogether()
      throws IOException, InterruptedException, ExecutionException {
    double qps = new SimultaneousSearches(index, QUERIES, 64, 0.2).qps(2);

    assertEquals(Set.of(0f, 2f), firsts);
    assertTrue(qps > 0 && qps <= 2_010, "searches per second: " + qps);
  }
}
