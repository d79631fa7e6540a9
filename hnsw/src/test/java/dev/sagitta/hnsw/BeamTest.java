package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BeamTest {
  /** Any sequence of additions and expansions against a sorted map that forgets nothing. */
  @Property(tries = 300)
  void holdsTheNearestUpToTheLastAccepted(
      @ForAll @IntRange(min = 1, max = 8) int ef,
      @ForAll @IntRange(min = 0, max = 10) int acceptedOfTen,
      @ForAll long seed) {
    Random random = new Random(seed);
    Beam beam = new Beam();
    beam.reset(ef);
    NavigableMap<Long, Boolean> model = new TreeMap<>();
    for (int ordinal = 0; ordinal < 60; ordinal++) {
      long key = Keys.key(random.nextInt(20), ordinal);
      boolean accepted = random.nextInt(10) < acceptedOfTen;
      model.put(key, accepted);
      List<Long> expected = nearest(model, ef);
      assertEquals(expected.contains(key), beam.wants(key));
      if (beam.wants(key)) {
        beam.add(key, accepted);
      }
      assertEquals(expected, keys(beam));
    }
    beam.keepAccepted();
    assertEquals(nearest(model, ef).stream().filter(model::get).toList(), keys(beam));
  }

  private static List<Long> nearest(NavigableMap<Long, Boolean> model, int ef) {
    List<Long> kept = new ArrayList<>();
    int accepted = 0;
    for (var entry : model.entrySet()) {
      if (accepted == ef || kept.size() == Beam.capacityFor(ef)) {
        break;
      }
      kept.add(entry.getKey());
      accepted += entry.getValue() ? 1 : 0;
    }
    return kept;
  }

  private static List<Long> keys(Beam beam) {
    List<Long> keys = new ArrayList<>();
    for (int i = 0; i < beam.size(); i++) {
      keys.add(beam.key(i));
    }
    return keys;
  }

  @Test
  void expandsTheNearestFirstAndEachOnce() {
    Beam beam = new Beam();
    beam.reset(10);
    beam.add(Keys.key(5, 50), true);
    beam.add(Keys.key(3, 30), false);
    assertEquals(30, beam.expandNext());
    beam.add(Keys.key(4, 40), true);
    beam.add(Keys.key(1, 10), true);
    assertEquals(10, beam.expandNext());
    assertEquals(40, beam.expandNext());
    assertEquals(50, beam.expandNext());
    assertEquals(-1, beam.expandNext());
  }

  @Test
  void growsBehindTheEndWhenTheLastEntriesWereDroppedUnexpanded() {
    Beam beam = new Beam();
    beam.reset(1);
    beam.add(Keys.key(9, 9), true);
    assertEquals(9, beam.expandNext());
    beam.add(Keys.key(1, 1), true);
    assertEquals(1, beam.size());
    assertEquals(1, beam.expandNext());
    assertEquals(-1, beam.expandNext());
  }

  @Test
  void dropsTheFarthestWhenItIsFullOfRejectedOnes() {
    Beam beam = new Beam();
    beam.reset(1);
    for (int i = 0; i < Beam.capacityFor(1); i++) {
      beam.add(Keys.key(i, i), false);
    }
    assertFalse(beam.wants(Keys.key(100, 100)));
    assertTrue(beam.wants(Keys.key(0.5f, 200)));
    beam.add(Keys.key(0.5f, 200), false);
    assertEquals(Beam.capacityFor(1), beam.size());
  }

  @Test
  void reopensWithWhatAnotherFilterAccepts() {
    Beam beam = new Beam();
    beam.reset(4);
    for (int i = 0; i < 4; i++) {
      beam.add(Keys.key(i, i), true);
      beam.expandNext();
    }
    beam.reopen(2, ordinal -> ordinal % 2 == 1);
    assertEquals(0, beam.expandNext());
    beam.keepAccepted();
    assertEquals(List.of(Keys.key(1, 1), Keys.key(3, 3)), keys(beam));
  }
}
