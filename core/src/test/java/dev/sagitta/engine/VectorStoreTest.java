package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.CorruptionException;
import dev.sagitta.Durability;
import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.RowLayout;
import dev.sagitta.distance.kernel.VectorRows;
import dev.sagitta.persistence.FileKind;
import java.io.IOException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class VectorStoreTest {
  private static final RowLayout LAYOUT = new RowLayout(ElementType.FLOAT32, Metric.EUCLIDEAN, 2);

  @Property
  void fillsExtentsWithAsManyRowsAsFit(
      @ForAll @IntRange(min = 1, max = 16_384) int dimension,
      @ForAll @IntRange(min = 1, max = 1 << 24) int extentBytesMax) {
    RowLayout layout = new RowLayout(ElementType.FLOAT32, Metric.COSINE, dimension);
    int rows = 1 << VectorStore.rowsPerExtentShift(layout, extentBytesMax);
    if (layout.rowBytes() <= extentBytesMax) {
      assertEquals(true, (long) rows * layout.rowBytes() <= extentBytesMax);
      assertEquals(true, 2L * rows * layout.rowBytes() > extentBytesMax);
    } else {
      assertEquals(1, rows);
    }
  }

  @Test
  void readsBackTheBitsOfEveryRow() {
    Reclaimer reclaimer = new Reclaimer(new Epoch("test"));
    Extents extents = new Extents(4L * LAYOUT.rowBytes(), Runnable::run, reclaimer);
    VectorStore store = new VectorStore(LAYOUT, 2, extents);
    assertEquals(4, store.rowsPerExtent());
    for (int slot = 0; slot < 11; slot++) {
      store.write(slot, VectorValue.float32(slot, -0f));
    }
    assertEquals(3, extents.now().length);
    for (int slot = 0; slot < 11; slot++) {
      assertArrayEquals(new float[] {slot, -0f}, store.read(slot).toFloats());
    }
    extents.close();
  }

  @Test
  void makesANewSnapshotOnlyWhenExtentsChanged() {
    Reclaimer reclaimer = new Reclaimer(new Epoch("test"));
    Extents extents = new Extents(4L * LAYOUT.rowBytes(), Runnable::run, reclaimer);
    VectorStore store = new VectorStore(LAYOUT, 2, extents);
    store.write(0, VectorValue.float32(1, 2));
    VectorRows rows = store.rows();
    store.write(3, VectorValue.float32(3, 4));
    assertSame(rows, store.rows());
    store.write(4, VectorValue.float32(5, 6));
    assertNotSame(rows, store.rows());
    assertEquals(0, store.rows().offsetOf(4));
    extents.close();
  }

  @Test
  void checksSealedRowsBeforeTheyAreRead() throws IOException {
    CollectionParts parts = CollectionParts.create();
    parts.loadGraph();
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    for (int i = 0; i < 5; i++) {
      parts.write(lane, CollectionParts.upsert("id-" + i, i)).join();
    }
    parts.checkpoints(log, lane).runAndWait();
    log.close();
    // Row 4 begins the second extent, whose file is the newest.
    parts.disk.flipBit(parts.newest(FileKind.VECTORS), 8 * 80);
    try (CollectionParts reopened = parts.reopened()) {
      VectorStore store = reopened.state.vectors();
      assertArrayEquals(new float[] {3, 0}, store.read(3).toFloats());
      store.ensureVerified(new int[] {0, 3, 4}, 2);
      assertThrows(CorruptionException.class, () -> store.read(4));
      assertThrows(CorruptionException.class, () -> store.ensureVerified(new int[] {0, 3, 4}, 3));
      float[] scores = new float[1];
      StoredVectors.Scorer scorer = reopened.vectors.newScorer();
      scorer.query(VectorValue.float32(3, 4));
      scorer.score(new int[] {3}, 1, scores);
      assertEquals(16, scores[0]);
      scorer.queryStored(2);
      scorer.score(new int[] {0}, 1, scores);
      assertEquals(4, scores[0]);
      assertThrows(CorruptionException.class, () -> scorer.score(new int[] {4}, 1, scores));
      assertThrows(CorruptionException.class, () -> scorer.queryStored(4));
    }
  }
}
