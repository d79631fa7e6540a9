package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.agrona.collections.IntHashSet;
import org.junit.jupiter.api.Test;

final class CollectionStateTest {
  private static final int IDS = 8;

  private static Operation.Single change(Random random, int number, int id) {
    return random.nextInt(3) == 0
        ? CollectionParts.delete("id-" + id)
        : CollectionParts.upsert("id-" + id, number, -number, random.nextInt(100));
  }

  /** A change, or a batch of changes of different ids. */
  private static Operation operation(Random random, int number) {
    if (random.nextInt(4) > 0) {
      return change(random, number, random.nextInt(IDS));
    }
    List<Operation.Single> changes = new ArrayList<>();
    for (int id = 0; id < IDS; id++) {
      if (random.nextInt(3) == 0) {
        changes.add(change(random, number, id));
      }
    }
    return new Operation.Batch(changes);
  }

  private static void apply(Map<String, Float> model, Operation operation) {
    switch (operation) {
      case Operation.Upsert upsert ->
          model.put(new String(upsert.id()), upsert.vector().toFloats()[0]);
      case Operation.Delete delete -> model.remove(new String(delete.id()));
      case Operation.Batch batch -> batch.changes().forEach(change -> apply(model, change));
    }
  }

  /** A reader at any sequence, old or new, sees the map as it was after that operation. */
  @Property(tries = 150)
  void showsEveryReaderTheRecordsOfItsSequence(@ForAll long seed) throws IOException {
    Random random = new Random(seed);
    try (CollectionParts parts = CollectionParts.create()) {
      CollectionState state = parts.state;
      List<Map<String, Float>> models = new ArrayList<>(List.of(Map.of()));
      long sequence = 0;
      for (int number = 1; number <= 40; number++) {
        Operation operation = operation(random, number);
        Map<String, Float> model = new HashMap<>(models.getLast());
        int before = model.hashCode();
        apply(model, operation);
        if (state.changes(operation)) {
          state.apply(++sequence, operation);
          models.add(model);
        } else {
          assertEquals(before, model.hashCode());
          assertEquals(models.getLast(), model, "no change");
        }
        if (random.nextBoolean()) {
          state.publish();
          assertEquals(sequence, state.published().sequence());
          assertEquals(models.getLast().size(), state.published().live());
          assertEquals(state.slots().count(), state.published().slotCount());
        }
      }
      for (int at = 0; at < models.size(); at++) {
        assertEquals(models.get(at), seenAt(state, at), "at sequence " + at);
      }
    }
  }

  private static Map<String, Float> seenAt(CollectionState state, long sequence) {
    Map<String, Float> seen = new HashMap<>();
    for (int id = 0; id < IDS; id++) {
      int slot = state.find(CollectionParts.bytes("id-" + id), sequence);
      if (slot != SlotTable.NONE) {
        assertTrue(state.slots().visible(slot, sequence));
        seen.put("id-" + id, state.vectors().read(slot).toFloats()[0]);
      }
    }
    return seen;
  }

  private static List<Integer> pending(CollectionState state) {
    int[] length = new int[1];
    int[] copy = state.pending().copy(new int[1], length);
    return Arrays.stream(copy, 0, length[0]).boxed().toList();
  }

  @Test
  void hidesAnOperationUntilItIsPublished() throws IOException {
    try (CollectionParts parts = CollectionParts.create()) {
      CollectionState state = parts.state;
      state.apply(1, CollectionParts.upsert("a", 1));
      assertEquals(new CollectionState.Published(0, 0, 0), state.published());
      assertEquals(List.of(), pending(state));
      state.publish();
      assertEquals(new CollectionState.Published(1, 1, 1), state.published());
      assertEquals(List.of(0), pending(state));
      state.apply(2, CollectionParts.upsert("a", 2));
      byte[] a = CollectionParts.bytes("a");
      assertEquals(0, state.find(a, state.published().sequence()));
      state.publish();
      assertEquals(1, state.find(a, state.published().sequence()));
      assertEquals(List.of(0, 1), pending(state));
      assertEquals(1, state.published().live());
    }
  }

  @Test
  void linksAVersionToTheOneItReplacedAlsoOverADelete() throws IOException {
    try (CollectionParts parts = CollectionParts.create()) {
      CollectionState state = parts.state;
      state.apply(1, CollectionParts.upsert("a", 1));
      state.apply(2, CollectionParts.delete("a"));
      state.apply(3, CollectionParts.upsert("a", 3));
      state.publish();
      assertEquals(0, state.slots().previous(1));
      assertEquals(2, state.slots().dead(0), "dead since it was deleted");
      assertEquals(1, state.published().live());
      assertEquals(SlotTable.NONE, state.find(CollectionParts.bytes("a"), 2));
    }
  }

  @Test
  void tellsDeletesThatChangeNothing() throws IOException {
    try (CollectionParts parts = CollectionParts.create()) {
      CollectionState state = parts.state;
      Operation.Single delete = CollectionParts.delete("a");
      assertFalse(state.changes(delete));
      assertFalse(state.changes(new Operation.Batch(List.of(delete))));
      assertFalse(state.changes(new Operation.Batch(List.of())));
      state.apply(1, CollectionParts.upsert("a", 1));
      assertTrue(state.changes(delete));
      assertTrue(state.changes(new Operation.Batch(List.of(CollectionParts.delete("b"), delete))));
      state.apply(2, delete);
      assertFalse(state.changes(delete));
    }
  }

  @Test
  void listsOnlyWhatLivesAsPendingAfterRecovery() throws IOException {
    try (CollectionParts parts = CollectionParts.create()) {
      CollectionState state = parts.state;
      for (int i = 0; i < 4; i++) {
        state.apply(i + 1, CollectionParts.upsert("id-" + i, i));
      }
      state.apply(5, CollectionParts.delete("id-1"));
      state.apply(6, CollectionParts.upsert("id-2", 7));
      state.recovered(new IntHashSet());
      assertEquals(List.of(0, 3, 4), pending(state));
      assertEquals(new CollectionState.Published(6, 5, 3), state.published());
      assertArrayEquals(new float[] {7, 0}, state.vectors().read(4).toFloats());
    }
  }
}
