package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphSearcherTest {
  private static final int K = 10;

  @ParameterizedTest
  @EnumSource
  void recallsNearlyAllOfUniformVectors(TestSpace.Scoring scoring) {
    TestSpace space = new TestSpace(TestVectors.uniform(3000, 16, 1), scoring);
    try (TestGraph g = new TestGraph(space).insertAll()) {
      double recall = g.recall(TestVectors.uniform(100, 16, 2), K, TestGraph.EF_DEFAULT);
      assertTrue(recall >= 0.98, scoring + " " + recall);
    }
  }

  @ParameterizedTest
  @EnumSource
  void recallsNearlyAllOfClusteredVectors(TestSpace.Scoring scoring) {
    TestSpace space = new TestSpace(TestVectors.clustered(3000, 16, 30, 0.05, 1), scoring);
    try (TestGraph g = new TestGraph(space).insertAll()) {
      float[][] queries = TestVectors.clustered(100, 16, 30, 0.1, 1);
      double recall = g.recall(queries, K, TestGraph.EF_DEFAULT);
      assertTrue(recall >= 0.98, scoring + " " + recall);
    }
  }

  @ParameterizedTest
  @EnumSource
  void recallsNearlyAllAmongManyCopies(TestSpace.Scoring scoring) {
    TestSpace space = new TestSpace(TestVectors.duplicates(3000, 16, 150, 1), scoring);
    try (TestGraph g = new TestGraph(space).insertAll()) {
      double recall = g.recall(TestVectors.uniform(100, 16, 2), K, TestGraph.EF_DEFAULT);
      assertTrue(recall >= 0.95, scoring + " " + recall);
    }
  }

  @Test
  void recallRisesWithEfSearch() {
    try (TestGraph g = TestGraph.of(TestVectors.uniform(3000, 32, 1)).insertAll()) {
      float[][] queries = TestVectors.uniform(100, 32, 2);
      double narrow = g.recall(queries, K, K);
      double wide = g.recall(queries, K, 400);
      assertTrue(narrow < wide, narrow + " " + wide);
      assertTrue(wide >= 0.995, "" + wide);
    }
  }

  /** Scores and notes what it scored. */
  private record Noting(QueryScorer scorer, Set<Integer> scored) implements QueryScorer {
    @Override
    public void queryStored(int ordinal) {
      scorer.queryStored(ordinal);
    }

    @Override
    public void score(int[] ordinals, int count, float[] scores) {
      Arrays.stream(ordinals, 0, count).forEach(scored::add);
      scorer.score(ordinals, count, scores);
    }
  }

  @Test
  void searchesAsIfAnOrdinalWereNotThere() {
    try (TestGraph g = TestGraph.of(TestVectors.uniform(800, 8, 1)).insertAll()) {
      var scorer = new Noting(g.space.newScorer(), new HashSet<>());
      GraphSearcher searcher = new GraphSearcher(g.graph, scorer);
      int entry = HnswGraph.entryOrdinal(g.graph.entryPoint());
      for (int absent = 0; absent < 800; absent++) {
        scorer.queryStored(absent);
        searcher.without(absent);
        scorer.scored().clear();
        assertEquals(40, searcher.search(40, ordinal -> true, SearchLimit.NONE));
        assertFalse(scorer.scored().contains(absent), "" + absent);
        for (int i = 0; i < 40; i++) {
          assertTrue(searcher.ordinal(i) != absent || absent == entry, "" + absent);
        }
        searcher.without(-1);
        assertEquals(40, searcher.search(40, ordinal -> true, SearchLimit.NONE));
        assertEquals(absent, searcher.ordinal(0));
      }
    }
  }

  /** Layer 0 is strongly connected, so a beam as wide as the graph is an exact search. */
  @Property(tries = 60, edgeCases = EdgeCasesMode.NONE)
  void findsExactlyTheAcceptedInOrderIfTheBeamIsWideEnough(
      @ForAll @IntRange(min = 0, max = 300) int count,
      @ForAll @IntRange(min = 2, max = 6) int m,
      @ForAll @IntRange(min = 1, max = 40) int efConstruction,
      @ForAll @IntRange(min = 1, max = 4) int dimension,
      @ForAll @IntRange(min = 1, max = 9) int valueCount,
      @ForAll TestSpace.Scoring scoring,
      @ForAll long seed) {
    // Small whole numbers: many ties and copies. Plus one, as cosine has no angle for zero.
    Random random = new Random(seed);
    float[][] vectors = new float[count][dimension];
    for (float[] vector : vectors) {
      for (int i = 0; i < dimension; i++) {
        vector[i] = 1 + random.nextInt(valueCount);
      }
    }
    TestSpace space = new TestSpace(vectors, scoring);
    float[] query = TestVectors.uniform(1, dimension, seed)[0];
    SlotFilter accept = ordinal -> (ordinal * 31L + seed) % 3 != 0;
    List<Integer> expected =
        IntStream.range(0, count)
            .filter(accept::accept)
            .mapToLong(o -> Keys.key(scoring.score(query, vectors[o]), o))
            .sorted()
            .mapToObj(Keys::ordinal)
            .toList();
    try (TestGraph g = new TestGraph(space, new HnswParameters(m, efConstruction)).insertAll()) {
      assertEquals(expected, g.found(query, Math.max(1, count), accept));
    }
  }

  @Test
  void findsNothingInAnEmptyGraph() {
    try (TestGraph g = TestGraph.of(new float[0][])) {
      assertEquals(0, g.search(new float[] {1}, 10));
      assertFalse(g.searcher.limitReached());
    }
  }

  @Test
  void findsTheOnlyNode() {
    try (TestGraph g = TestGraph.of(new float[][] {{3}}).insertAll()) {
      assertEquals(List.of(0), g.found(new float[] {1}, 1, TestGraph.ALL));
      assertEquals(4f, g.searcher.score(0));
    }
  }

  @Test
  void findsBothOfTwoNodesInOrder() {
    try (TestGraph g = TestGraph.of(new float[][] {{3}, {2}}).insertAll()) {
      assertEquals(List.of(1, 0), g.found(new float[] {0}, 5, TestGraph.ALL));
      assertEquals(List.of(1), g.found(new float[] {0}, 1, TestGraph.ALL));
    }
  }

  @Test
  void ordersEqualScoresByOrdinal() {
    float[][] vectors = {{1}, {-1}, {1}, {-1}};
    try (TestGraph g = TestGraph.of(vectors).insertAll()) {
      assertEquals(List.of(0, 1, 2, 3), g.found(new float[] {0}, 4, TestGraph.ALL));
    }
  }

  @Test
  void returnsNothingIfAllAreRejectedAndEnds() {
    try (TestGraph g = TestGraph.of(TestVectors.uniform(3000, 8, 1)).insertAll()) {
      g.space.scored.set(0);
      assertEquals(List.of(), g.found(g.space.vectors[5], 10, ordinal -> false));
      assertTrue(g.space.scored.get() < 3000, "scored " + g.space.scored.get());
    }
  }

  @Test
  void stillFindsTheNearestIfNineInTenAreRejected() {
    try (TestGraph g = TestGraph.of(TestVectors.uniform(3000, 8, 1)).insertAll()) {
      SlotFilter accept = ordinal -> ordinal % 10 == 3;
      int right = 0;
      for (float[] query : TestVectors.uniform(50, 8, 2)) {
        List<Integer> nearest =
            IntStream.range(0, 3000)
                .filter(accept::accept)
                .mapToLong(o -> Keys.key(g.space.scoring.score(query, g.space.vectors[o]), o))
                .sorted()
                .limit(K)
                .mapToObj(Keys::ordinal)
                .toList();
        List<Integer> found = g.found(query, TestGraph.EF_DEFAULT, accept);
        assertEquals(TestGraph.EF_DEFAULT, found.size());
        assertTrue(found.stream().allMatch(accept::accept));
        right += (int) nearest.stream().filter(found::contains).count();
      }
      assertTrue(right >= 495, "found " + right + " of 500");
    }
  }

  @Test
  void endsWhenItsLimitIsReachedWithWhatItHas() {
    try (TestGraph g = TestGraph.of(TestVectors.uniform(3000, 8, 1)).insertAll()) {
      List<Integer> polls = new ArrayList<>();
      SearchLimit atThirdPoll =
          () -> {
            polls.add(polls.size());
            return polls.size() == 3;
          };
      int count = g.searcher.search(g.space.vectors[0], 1000, TestGraph.ALL, atThirdPoll);
      assertTrue(g.searcher.limitReached());
      assertEquals(3, polls.size());
      assertTrue(count > 100, "" + count);
      assertEquals(0, g.searcher.ordinal(0));
      assertEquals(1000, g.search(g.space.vectors[0], 1000));
      assertFalse(g.searcher.limitReached());
    }
  }

  @Test
  void isUsableAfterItsScorerThrew() {
    try (TestGraph g = TestGraph.of(TestVectors.uniform(500, 8, 1)).insertAll()) {
      g.space.callsUntilThrow.set(20);
      assertThrows(TestSpace.ScoringException.class, () -> g.search(g.space.vectors[7], 50));
      assertThrows(IndexOutOfBoundsException.class, () -> g.searcher.ordinal(0));
      assertEquals(50, g.search(g.space.vectors[7], 50));
      assertEquals(7, g.searcher.ordinal(0));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, HnswParameters.EF_SEARCH_MAX + 1})
  void refusesAnEfSearchOutOfRange(int ef) {
    try (TestGraph g = TestGraph.of(new float[][] {{3}}).insertAll()) {
      var e = assertThrows(IllegalArgumentException.class, () -> g.search(new float[] {1}, ef));
      assertTrue(String.valueOf(e.getMessage()).contains("efSearch " + ef), e.getMessage());
    }
  }

  @Test
  void refusesResultsThatItDoesNotHave() {
    try (TestGraph g = TestGraph.of(new float[][] {{3}}).insertAll()) {
      int count = g.search(new float[] {1}, 10);
      assertThrows(IndexOutOfBoundsException.class, () -> g.searcher.ordinal(count));
      assertThrows(IndexOutOfBoundsException.class, () -> g.searcher.score(-1));
    }
  }

  @Test
  void allocatesNothingOnceWarm() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    try (TestGraph g = TestGraph.of(TestVectors.uniform(2000, 8, 1)).insertAll()) {
      float[][] queries = TestVectors.uniform(100, 8, 2);
      SlotFilter accept = ordinal -> ordinal % 2 == 0;
      long least = Long.MAX_VALUE;
      // Several rounds, as the compiler may allocate for this thread while it warms up.
      for (int round = 0; round < 20; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (float[] query : queries) {
          g.searcher.search(query, TestGraph.EF_DEFAULT, accept, SearchLimit.NONE);
        }
        least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertEquals(0, least);
    }
  }
}
