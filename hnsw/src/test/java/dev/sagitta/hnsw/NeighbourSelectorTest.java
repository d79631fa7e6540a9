package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class NeighbourSelectorTest {
  private static final TestSpace.Scoring SCORING = TestSpace.Scoring.EUCLIDEAN;

  /** Selects neighbours of the first vector among the others. */
  private static List<Integer> select(float[][] vectors, int base, int limit) {
    long[] keys =
        LongStream.range(1, vectors.length)
            .map(o -> Keys.key(SCORING.score(vectors[0], vectors[(int) o]), (int) o))
            .sorted()
            .toArray();
    QueryScorer pairs = new TestSpace(vectors, SCORING).newScorer();
    NeighbourSelector selector = new NeighbourSelector(pairs, keys.length);
    float selfScore = SCORING.score(vectors[0], vectors[0]);
    int count = selector.select(keys, keys.length, base, selfScore, limit);
    List<Integer> selected = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      selected.add(selector.selected(i));
    }
    return selected;
  }

  @Test
  void prefersAnotherDirectionToANearerNodeBehindAnother() {
    // On a line: 1 and 2 lie to the right, 3 farther away to the left.
    float[][] vectors = {{0}, {1}, {2}, {-3}};
    assertEquals(List.of(1, 3), select(vectors, 0, 2));
  }

  @Test
  void fillsWhatIsLeftWithTheNearestPassedOver() {
    float[][] vectors = {{0}, {1}, {2}, {-3}, {5}, {4}};
    assertEquals(List.of(1, 3, 2, 5), select(vectors, 0, 4));
  }

  @Test
  void takesAllIfThereIsRoom() {
    float[][] vectors = {{0}, {1}, {2}};
    assertEquals(List.of(1, 2), select(vectors, 0, 16));
    assertEquals(List.of(), select(new float[][] {{0}}, 0, 16));
  }

  @Test
  void copiesOfTheBaseLeaveRoomForLinksThatLeadOut() {
    float[][] vectors = new float[41][1];
    vectors[39][0] = 2;
    vectors[40][0] = -3;
    List<Integer> selected = select(vectors, 0, 8);
    assertEquals(List.of(39, 40), selected.subList(0, 2));
    assertEquals(8, selected.size());
  }

  @Test
  void copiesOfTheBaseGetAQuarterOfTheList() {
    // Each in a direction of its own, so that all are diverse; four are copies of the base.
    float[][] vectors = new float[25][20];
    for (int i = 0; i < 20; i++) {
      vectors[5 + i][i] = 1 + 0.01f * i;
    }
    List<Integer> selected = select(vectors, 0, 8);
    assertEquals(2, selected.stream().filter(o -> o < 5).count());
    assertEquals(6, selected.stream().filter(o -> o >= 5).count());
  }

  @Test
  void copiesDoNotAllChooseTheSameCopies() {
    float[][] vectors = new float[101][1];
    assertNotEquals(select(vectors, 1, 8), select(vectors, 2, 8));
  }

  @Test
  void copiesInAGraphKeepLinksThatLeadOut() {
    float[][] vectors = Arrays.copyOf(TestVectors.uniform(1000, 8, 1), 1150);
    float[] copied = vectors[0];
    Arrays.fill(vectors, 1000, 1150, copied);
    Collections.shuffle(Arrays.asList(vectors), new Random(1));
    try (TestGraph g = TestGraph.of(vectors).insertAll()) {
      int copies = 0;
      int leadingOut = 0;
      for (int ordinal = 0; ordinal < vectors.length; ordinal++) {
        if (Arrays.equals(vectors[ordinal], copied)) {
          copies++;
          leadingOut += leadsOut(g, ordinal) ? 1 : 0;
        }
      }
      assertEquals(151, copies);
      assertTrue(leadingOut > 140, leadingOut + " of " + copies);
    }
  }

  private static boolean leadsOut(TestGraph g, int ordinal) {
    int[] links = new int[2 * TestGraph.PARAMETERS.m()];
    int count = g.graph.records().copyLinks(ordinal, 0, links);
    float[] vector = g.space.vectors[ordinal];
    return Arrays.stream(links, 0, count)
        .anyMatch(link -> !Arrays.equals(vector, g.space.vectors[link]));
  }
}
