package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
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
