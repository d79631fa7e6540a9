package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.CodeLayout;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What walks go by and what linkers encode into, step by step. */
final class WalkVectorsTest {
  /** Slot n lies at (n, 0). */
  private static final int SLOTS = 100;

  private CollectionParts parts;
  private WalkVectors walk;

  @BeforeEach
  void store() throws IOException {
    parts = CollectionParts.create();
    walk = parts.walk;
    for (int slot = 0; slot < SLOTS; slot++) {
      parts.state.apply(slot + 1, CollectionParts.upsert("id-" + slot, slot));
    }
    parts.state.publish();
  }

  @AfterEach
  void close() throws IOException {
    walk.close();
    parts.close();
  }

  /** Codes that tell whole numbers up to a maximum apart. */
  private static CodeStore storeUpTo(float max) {
    return new CodeStore(new CodeLayout(Metric.EUCLIDEAN, 2, 0, max));
  }

  private void encode(int from, int to) {
    for (int slot = from; slot < to; slot++) {
      walk.encode(slot);
    }
  }

  private static float score(WalkVectors.Scorer scorer, int slot) {
    float[] scores = new float[1];
    scorer.score(new int[] {slot}, 1, scores);
    return scores[0];
  }

  @Test
  void linkersEncodeIntoEveryStoreThatWasBegun() {
    CodeStore first = storeUpTo(255);
    walk.begin(first);
    encode(0, 50);
    assertTrue(walk.use(first));
    CodeStore second = storeUpTo(127.5f);
    walk.begin(second);
    encode(50, SLOTS);
    assertSame(first, walk.current(), "until the second is used");
    WalkVectors.Scorer old = walk.newScorer();
    assertTrue(old.query(VectorValue.float32(new float[] {3, 0})));
    assertTrue(walk.use(second));
    walk.encode(49);
    assertEquals(81, score(old, 12), 1e-3f, "a walk goes on as it began");
    assertEquals(96 * 96, score(old, 99), 1e-1f);
    WalkVectors.Scorer scorer = walk.newScorer();
    assertTrue(scorer.query(VectorValue.float32(new float[] {3.25f, 0})));
    assertEquals(95.75f * 95.75f, score(scorer, 99), 1e-1f);
    scorer.queryStored(60);
    assertEquals(0, score(scorer, 60));
    assertEquals(first.bytes() + second.bytes(), walk.bytes());
    assertEquals(List.of(first), walk.end(walk.current()));
    assertEquals(second.bytes(), walk.bytes());
    first.close();
  }

  @Test
  void withoutCodesWalksGoByVectorsAndNothingIsEncoded() {
    encode(0, SLOTS);
    assertNull(walk.current());
    assertEquals(0, walk.bytes());
    WalkVectors.Scorer scorer = walk.newScorer();
    assertFalse(scorer.query(VectorValue.float32(new float[] {1_000, 0})));
    assertEquals(990 * 990, score(scorer, 10));
    assertFalse(scorer.byCodes());
  }

  /** Slots from 51 on lie outside; the seventeenth is one too many. */
  @Test
  void walksGoByVectorsOnceTooManyLieOutsideTheRange() {
    CodeStore narrow = storeUpTo(50);
    walk.begin(narrow);
    encode(0, 51);
    assertTrue(walk.use(narrow));
    encode(51, 51 + 16);
    assertSame(narrow, walk.current());
    assertFalse(walk.distrusts());
    WalkVectors.Scorer begun = walk.newScorer();
    assertTrue(begun.query(VectorValue.float32(new float[] {3, 0})));
    walk.encode(51 + 16);
    assertNull(walk.current());
    assertTrue(walk.distrusts());
    // Walks that had begun may meet what is linked from now on.
    walk.encode(99);
    assertEquals(47 * 47, score(begun, 99), 1);
    assertFalse(walk.use(narrow), "not used again");
    assertEquals(List.of(narrow), walk.end(walk.current()));
    assertFalse(walk.distrusts());
    narrow.close();
  }
}
