package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class VisitedSetTest {
  @Property(tries = 200)
  void agreesWithAHashSet(@ForAll List<@IntRange(min = 0, max = 50) Integer> ordinals) {
    VisitedSet visited = new VisitedSet();
    for (int round = 0; round < 3; round++) {
      Set<Integer> model = new HashSet<>();
      for (int ordinal : ordinals) {
        assertEquals(model.add(ordinal), visited.add(ordinal));
      }
      visited.clear();
    }
  }

  @Property(tries = 200)
  void addsManyAtOnceBehindOthersAsAHashSetDoes(
      @ForAll List<@Size(max = 40) List<@IntRange(min = 0, max = 90) Integer>> chunks,
      @ForAll @IntRange(max = 3) int others) {
    VisitedSet visited = new VisitedSet(-2);
    for (int round = 0; round < 4; round++) {
      Set<Integer> model = new HashSet<>();
      for (List<Integer> chunk : chunks) {
        int[] ordinals = chunk.stream().mapToInt(Integer::intValue).toArray();
        int[] added = new int[others + ordinals.length];
        int end = visited.addAll(ordinals, ordinals.length, added, others);
        int[] expected = chunk.stream().filter(model::add).mapToInt(Integer::intValue).toArray();
        assertArrayEquals(expected, Arrays.copyOfRange(added, others, end));
        assertArrayEquals(new int[others], Arrays.copyOf(added, others));
      }
      visited.clear();
    }
  }

  @Test
  void growsWithManyAtOnce() {
    VisitedSet visited = new VisitedSet();
    int[] chunk = new int[1_500];
    int[] added = new int[chunk.length];
    for (int first = 0; first < 20_000; first += chunk.length) {
      int begin = first;
      Arrays.setAll(chunk, i -> begin + i);
      assertEquals(chunk.length, visited.addAll(chunk, chunk.length, added, 0));
      assertArrayEquals(chunk, added);
    }
    assertEquals(0, visited.addAll(chunk, chunk.length, added, 0));
  }

  @Test
  void growsWithWhatItHolds() {
    VisitedSet visited = new VisitedSet();
    for (int i = 0; i < 20_000; i++) {
      assertTrue(visited.add(i * 7));
    }
    for (int i = 0; i < 20_000; i++) {
      assertFalse(visited.add(i * 7));
    }
    assertTrue(visited.add(3));
  }

  @Test
  void isEmptyAfterAHugeWalk() {
    VisitedSet visited = new VisitedSet();
    for (int i = 0; i < VisitedSet.KEPT_SLOTS_MAX; i++) {
      visited.add(i);
    }
    visited.clear();
    assertTrue(visited.add(5));
    assertFalse(visited.add(5));
  }

  @Test
  void stillTellsWalksApartWhenTheEpochWraps() {
    VisitedSet visited = new VisitedSet(-2);
    for (int round = 0; round < 4; round++) {
      assertTrue(visited.add(0), "round " + round);
      assertTrue(visited.add(9), "round " + round);
      assertFalse(visited.add(9), "round " + round);
      visited.clear();
    }
  }
}
