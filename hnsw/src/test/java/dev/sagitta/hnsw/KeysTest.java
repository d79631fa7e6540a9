package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class KeysTest {
  @Property(tries = 2000)
  void orderIsThatOfScoreThenOrdinal(
      @ForAll float a,
      @ForAll @IntRange(min = 0) int ordinalA,
      @ForAll float b,
      @ForAll @IntRange(min = 0) int ordinalB) {
    int expected = a == b ? Integer.compare(ordinalA, ordinalB) : Float.compare(a, b);
    assertEquals(
        Integer.signum(expected), Long.compare(Keys.key(a, ordinalA), Keys.key(b, ordinalB)));
  }

  @Property
  void givesBackWhatWentIn(@ForAll float score, @ForAll @IntRange(min = 0) int ordinal) {
    long key = Keys.key(score, ordinal);
    assertEquals(score + 0f, Keys.score(key));
    assertEquals(ordinal, Keys.ordinal(key));
  }

  @Test
  void bothZerosAreOneScore() {
    assertEquals(Keys.key(0f, 7), Keys.key(-0f, 7));
  }

  @Test
  void infinitiesStandAtTheEnds() {
    assertEquals(1, Long.compare(Keys.key(Float.POSITIVE_INFINITY, 0), Keys.key(3e38f, 5)));
    assertEquals(-1, Long.compare(Keys.key(Float.NEGATIVE_INFINITY, 5), Keys.key(-3e38f, 0)));
  }
}
