package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class WriteBatchTest {
  private static final float[] VECTOR = {1, 2};

  @Test
  void collectsChangesOfEveryKindOfId() {
    UUID uuid = new UUID(1, 2);
    WriteBatch batch =
        new WriteBatch()
            .upsert(1, VECTOR, Payload.of("a", 1L))
            .upsert("one", VECTOR, Payload.empty())
            .upsert(uuid, VECTOR, Payload.empty())
            .delete(2)
            .delete("two")
            .delete(new UUID(3, 4));
    assertEquals(6, batch.size());
    List<WriteBatch.Change> changes = List.copyOf(batch.changes());
    assertEquals(
        List.of(
            RecordId.of(1),
            RecordId.of("one"),
            RecordId.of(uuid),
            RecordId.of(2),
            RecordId.of("two"),
            RecordId.of(new UUID(3, 4))),
        changes.stream().map(WriteBatch.Change::id).toList());
    VectorRecord first = changes.getFirst().record().orElseThrow();
    assertEquals(Payload.of("a", 1L), first.payload());
    assertSame(VECTOR, first.floats());
    assertTrue(changes.subList(3, 6).stream().allMatch(change -> change.record().isEmpty()));
  }

  @Test
  void letsTheLastChangeOfAnIdWin() {
    WriteBatch batch =
        new WriteBatch()
            .upsert(1, new float[] {1}, Payload.empty())
            .upsert(2, new float[] {2}, Payload.empty())
            .upsert(1, new float[] {3}, Payload.empty())
            .delete(2)
            .delete(3)
            .upsert(3, new float[] {4}, Payload.empty());
    assertEquals(3, batch.size());
    List<WriteBatch.Change> changes = List.copyOf(batch.changes());
    // In the order of the changes that won.
    assertEquals(RecordId.of(1), changes.get(0).id());
    assertArrayEquals(new float[] {3}, changes.get(0).record().orElseThrow().floats());
    assertEquals(new WriteBatch.Change(RecordId.of(2), Optional.empty()), changes.get(1));
    assertArrayEquals(new float[] {4}, changes.get(2).record().orElseThrow().floats());
  }

  @Test
  void showsItsChangesForReadingOnly() {
    WriteBatch batch = new WriteBatch().delete(1);
    assertThrows(UnsupportedOperationException.class, () -> batch.changes().clear());
  }

  @Test
  void appliesTheLastChangeOfAnId() {
    try (SimulatedDatabase simulated = new SimulatedDatabase()) {
      VectorCollection plane = simulated.plane();
      plane.upsert(2, VECTOR, Payload.empty());
      plane.apply(
          new WriteBatch()
              .upsert(1, new float[] {1, 1}, Payload.empty())
              .upsert(2, new float[] {2, 2}, Payload.empty())
              .upsert(1, new float[] {3, 3}, Payload.empty())
              .delete(2)
              .delete(3));
      assertEquals(1, plane.count());
      assertArrayEquals(new float[] {3, 3}, plane.get(1).orElseThrow().floats());
      assertEquals(2, plane.stats().sequence(), "one sequence for all");
      assertEquals(2, plane.stats().slots(), "no slot for what did not win");
    }
  }
}
