package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class TopHitsTest {
  /** Orders ids against slots, so that an order by slot cannot pass for one by id. */
  private static boolean idBefore(int slot, int other) {
    return slot > other;
  }

  private final TopHits hits = new TopHits(TopHitsTest::idBefore);

  private List<Integer> slots() {
    return IntStream.range(0, hits.size()).mapToObj(hits::slot).toList();
  }

  @Property
  void keepsTheBestInOrderOfScoreThenId(
      @ForAll @Size(max = 60) List<@IntRange(min = -3, max = 3) Integer> scores,
      @ForAll @IntRange(min = 1, max = 40) int k,
      @ForAll @IntRange(min = 1, max = 40) int kBefore) {
    hits.reset(kBefore);
    hits.offer(1_000, -100);
    hits.reset(k);
    for (int slot = 0; slot < scores.size(); slot++) {
      hits.offer(slot, scores.get(slot));
    }
    List<Integer> expected =
        IntStream.range(0, scores.size())
            .boxed()
            .sorted(
                Comparator.<Integer, Integer>comparing(scores::get)
                    .thenComparing(Comparator.reverseOrder()))
            .limit(k)
            .toList();
    assertEquals(expected, slots());
    for (int i = 0; i < hits.size(); i++) {
      assertEquals((float) scores.get(hits.slot(i)), hits.score(i));
    }
  }

  @Test
  void breaksTiesByIdAtTheLastPlaceToo() {
    hits.reset(2);
    hits.offer(1, 5);
    hits.offer(3, 5);
    hits.offer(2, 5);
    assertEquals(List.of(3, 2), slots());
  }

  @Test
  void takesBothZerosForEqual() {
    hits.reset(2);
    hits.offer(1, -0f);
    hits.offer(2, 0f);
    assertEquals(List.of(2, 1), slots());
  }
}
