package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HnswGraphTest {
  private static final TestSpace SPACE =
      new TestSpace(TestVectors.uniform(50, 4, 1), TestSpace.Scoring.EUCLIDEAN);

  @Test
  void containsWhatWasInsertedOnly() {
    try (TestGraph g = new TestGraph(SPACE)) {
      GraphInserter inserter = new GraphInserter(g.graph);
      assertFalse(g.graph.contains(3));
      inserter.insert(3);
      assertTrue(g.graph.contains(3));
      assertFalse(g.graph.contains(2));
      assertFalse(g.graph.contains(-1));
      assertFalse(g.graph.contains(Integer.MAX_VALUE));
      assertEquals(1, g.graph.linkedCount());
    }
  }

  @Test
  void holdsNoMemoryBeforeTheFirstInsertAndAChunkAfterIt() {
    try (TestGraph g = new TestGraph(SPACE)) {
      assertEquals(0, g.graph.bytes());
      new GraphInserter(g.graph).insert(0);
      int recordBytes = 16 + 8 * TestGraph.PARAMETERS.m();
      assertEquals(4096L * recordBytes, g.graph.bytes());
    }
  }

  @Test
  void freesItsMemoryWhenClosed() {
    HnswGraph graph = new HnswGraph(TestGraph.PARAMETERS, SPACE);
    new GraphInserter(graph).insert(0);
    graph.close();
    assertThrows(IllegalStateException.class, () -> graph.contains(0));
  }

  @Test
  void levelsFallOffByMAndFollowFromTheOrdinalAlone() {
    try (HnswGraph graph = new HnswGraph(new HnswParameters(8, 10), SPACE);
        HnswGraph other = new HnswGraph(new HnswParameters(8, 99), SPACE)) {
      int[] atLeast = new int[4];
      for (int ordinal = 0; ordinal < 80_000; ordinal++) {
        int level = graph.levelOf(ordinal);
        assertEquals(level, other.levelOf(ordinal));
        for (int i = 0; i <= Math.min(level, 3); i++) {
          atLeast[i]++;
        }
      }
      assertEquals(80_000, atLeast[0]);
      assertEquals(10_000, atLeast[1], 500);
      assertEquals(1_250, atLeast[2], 150);
      assertEquals(156, atLeast[3], 50);
    }
  }

  @Test
  void levelsEndAtTheHighest() {
    try (HnswGraph graph = new HnswGraph(new HnswParameters(2, 10), SPACE)) {
      for (int ordinal = 0; ordinal < 100_000; ordinal++) {
        assertTrue(graph.levelOf(ordinal) <= NodeRecords.LEVEL_MAX);
      }
    }
  }
}
