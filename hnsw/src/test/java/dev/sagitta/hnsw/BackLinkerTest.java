package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackLinkerTest {
  private static final int COUNT = 400;
  private static final HnswParameters PARAMETERS = new HnswParameters(4, 30);

  private static TestGraph graph() {
    TestSpace space = new TestSpace(TestVectors.uniform(COUNT, 3, 1), TestSpace.Scoring.EUCLIDEAN);
    return new TestGraph(space, PARAMETERS).insertAll();
  }

  private static int[] links(TestGraph g, int ordinal) {
    int[] links = new int[PARAMETERS.linksMax(0)];
    return Arrays.copyOf(links, g.graph.records().copyLinks(ordinal, 0, links));
  }

  /** Nodes whose layer-0 list is full. */
  private static int[] full(TestGraph g) {
    return IntStream.range(0, COUNT)
        .filter(o -> g.graph.records().count(o, 0) == PARAMETERS.linksMax(0))
        .toArray();
  }

  /** The nearest node that the base does not link to. */
  private static int newLink(TestGraph g, int base) {
    int[] links = links(g, base);
    return g.found(
            g.space.vectors[base],
            1,
            o -> o != base && Arrays.stream(links).noneMatch(link -> link == o))
        .getFirst();
  }

  private static BackLinker linker(TestGraph g) {
    return new BackLinker(g.graph, g.space.newScorer());
  }

  /** What a linker sees when another is just about to drop the other link to each node. */
  private static void makeEveryLinkLookLikeTheLast(TestGraph g) {
    for (int ordinal = 0; ordinal < COUNT; ordinal++) {
      g.graph.records().nodes.set(ordinal, NodeRecords.IN_DEGREE, 1);
    }
  }

  @Test
  void shrinksAFullListForANearerNode() {
    try (TestGraph g = graph()) {
      int[] bases = full(g);
      int added = 0;
      for (int base : bases) {
        int link = newLink(g, base);
        if (linker(g).add(base, 0, link)) {
          added++;
          assertTrue(Arrays.stream(links(g, base)).anyMatch(o -> o == link));
        }
      }
      assertTrue(added > bases.length / 4, added + " of " + bases.length);
    }
  }

  @Test
  void neverDropsTheLastLinkToANode() {
    try (TestGraph g = graph().damaged()) {
      makeEveryLinkLookLikeTheLast(g);
      for (int base : full(g)) {
        int[] before = links(g, base);
        int link = newLink(g, base);
        assertFalse(linker(g).add(base, 0, link));
        assertFalse(linker(g).takeOver(base, link));
        assertArrayEquals(before, links(g, base));
      }
    }
  }

  @Test
  void aLinkThatIsThereIsNotAddedAgain() {
    try (TestGraph g = graph()) {
      int[] before = links(g, 9);
      assertTrue(linker(g).add(9, 0, before[0]));
      assertTrue(linker(g).addIfRoom(9, 0, before[0]));
      assertTrue(linker(g).takeOver(9, before[0]));
      assertArrayEquals(before, links(g, 9));
    }
  }

  @Test
  void takesThePlaceOfALinkThatBothHave() {
    try (TestGraph g = graph()) {
      int taken = 0;
      for (int base : full(g)) {
        int link = newLink(g, base);
        int[] before = links(g, base);
        if (linker(g).takeOver(base, link)) {
          taken++;
          int[] dropped =
              Arrays.stream(before)
                  .filter(o -> Arrays.stream(links(g, base)).noneMatch(now -> now == o))
                  .toArray();
          assertEquals(1, dropped.length);
          assertTrue(Arrays.stream(links(g, link)).anyMatch(o -> o == dropped[0]));
        }
      }
      assertTrue(taken > 0);
    }
  }
}
