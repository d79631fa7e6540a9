package dev.sagitta.engine;

import dev.sagitta.IdType;
import dev.sagitta.RecordId;
import dev.sagitta.VectorRecord;
import dev.sagitta.engine.CollectionState.Published;
import dev.sagitta.hnsw.GraphValidator;
import dev.sagitta.hnsw.GraphValidator.Kind;
import dev.sagitta.hnsw.HnswGraph;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Checks every invariant of an open collection: of its slots, its id index, its records, its
 * pending list and its graph. For use while nobody writes; linkers and checkpoints may go on.
 *
 * <p>Any violation is an {@link AssertionError} that says which slot and why.
 */
public final class CollectionValidator {
  private final CollectionEngine engine;
  private final CollectionState state;
  private final SlotTable slots;
  private final Published now;
  private final IdCodec codec;

  /** By slot: the slot that replaced it, or {@link SlotTable#NONE}. */
  private final int[] replacedBy;

  private CollectionValidator(CollectionEngine engine) {
    this.engine = engine;
    state = engine.state();
    slots = state.slots();
    now = state.published();
    codec = new IdCodec(engine.config().ids());
    replacedBy = new int[now.slotCount()];
    Arrays.fill(replacedBy, SlotTable.NONE);
  }

  /** Checks everything but the shape of the graph. */
  public static void validate(CollectionEngine engine) {
    // Before the epoch is entered, because loading may wait for readers to leave.
    HnswGraph graph = engine.graph().get();
    int ticket = engine.epoch().enter();
    try {
      new CollectionValidator(engine).validate(graph);
    } finally {
      engine.epoch().exit(ticket);
    }
  }

  /** Waits until everything is linked, then checks everything and the shape of the graph. */
  public static void validateIndexed(CollectionEngine engine) throws InterruptedException {
    boolean indexed = engine.awaitIndexed(Duration.ofMinutes(2));
    check(indexed, "not indexed in time: %d pending", engine.state().pending().size());
    validate(engine);
    check(engine.state().pending().size() == 0, "pending after all was linked");
    HnswGraph graph = engine.graph().get();
    int ticket = engine.epoch().enter();
    try {
      SlotTable slots = engine.state().slots();
      for (GraphValidator.Violation violation :
          GraphValidator.validate(graph, engine.state().published().slotCount())) {
        // Whether searches can come by a dead slot is of no matter: they never return it.
        boolean harmless =
            violation.kind() == Kind.UNREACHABLE
                && slots.dead(violation.ordinal()) != SlotTable.NEVER;
        check(harmless, "graph: %s", violation);
      }
    } finally {
      engine.epoch().exit(ticket);
    }
  }

  private void validate(HnswGraph graph) {
    check(
        slots.count() == now.slotCount(),
        "%d slots in the table, %d published",
        slots.count(),
        now.slotCount());
    validateNumbers();
    for (int slot = 0; slot < now.slotCount(); slot++) {
      validateLife(slot);
      validatePrevious(slot);
      validateBlob(slot);
    }
    validateNewest();
    validateLinks(graph);
  }

  private void validateNumbers() {
    var stats = engine.stats();
    check(
        stats.checkpointSequence() <= stats.durableSequence()
            && stats.durableSequence() <= stats.sequence(),
        "sequences out of order: %s",
        stats);
    check(stats.sequence() == now.sequence(), "%s while %s", stats, now);
  }

  private void validateLife(int slot) {
    long born = slots.born(slot);
    long dead = slots.dead(slot);
    check(born >= 1 && born <= now.sequence(), "slot %d is born at %d, now %s", slot, born, now);
    check(
        dead == SlotTable.NEVER || (dead > born && dead <= now.sequence()),
        "slot %d is born at %d, dies at %d, now %s",
        slot,
        born,
        dead,
        now);
    check(
        slot == 0 || slots.born(slot - 1) <= born,
        "slot %d is born at %d, before the one before it",
        slot,
        born);
    check(
        slots.visible(slot, now.sequence()) == (dead == SlotTable.NEVER),
        "slot %d dies at %d, yet its visibility at %d says else",
        slot,
        dead,
        now.sequence());
  }

  private void validatePrevious(int slot) {
    int previous = slots.previous(slot);
    if (previous == SlotTable.NONE) {
      return;
    }
    check(previous >= 0 && previous < slot, "slot %d replaced slot %d", slot, previous);
    check(
        replacedBy[previous] == SlotTable.NONE,
        "slots %d and %d both replaced slot %d",
        replacedBy[previous],
        slot,
        previous);
    replacedBy[previous] = slot;
    check(
        slots.dead(previous) <= slots.born(slot),
        "slot %d, born at %d, replaced slot %d, which dies at %d",
        slot,
        slots.born(slot),
        previous,
        slots.dead(previous));
    check(
        Arrays.equals(idBytes(slot), idBytes(previous)),
        "slot %d, of id %s, replaced slot %d, of id %s",
        slot,
        id(slot),
        previous,
        id(previous));
  }

  private void validateBlob(int slot) {
    byte[] idBytes = idBytes(slot);
    check(
        slots.idHash(slot) == state.ids().hash(idBytes),
        "slot %d of id %s has hash %d",
        slot,
        id(slot),
        slots.idHash(slot));
    check(
        Arrays.equals(codec.encode(id(slot)), idBytes),
        "the id of slot %d decodes to %s and not back",
        slot,
        id(slot));
    long address = slots.address(slot);
    byte[] payload = state.records().payload(address);
    var unused = PayloadCodec.decode(payload);
    long end = address + RecordStore.blobBytes(idBytes.length, payload.length);
    check(
        end <= state.records().end(),
        "the record of slot %d ends at %d, behind the end at %d",
        slot,
        end,
        state.records().end());
    if (slot + 1 < now.slotCount()) {
      long extentBytes = state.records().extents().extentBytes();
      long next = slots.address(slot + 1);
      check(
          next == end || (next % extentBytes == 0 && next > end && next - end < extentBytes),
          "the record of slot %d ends at %d, the next begins at %d",
          slot,
          end,
          next);
    }
    for (float component : state.vectors().read(slot)) {
      check(Float.isFinite(component), "the vector of slot %d has component %s", slot, component);
    }
  }

  /** The index has each id once and leads to its newest slot, and the API agrees. */
  private void validateNewest() {
    Set<RecordId> all = new HashSet<>();
    long live = 0;
    for (int slot = 0; slot < now.slotCount(); slot++) {
      if (replacedBy[slot] != SlotTable.NONE) {
        check(slots.dead(slot) != SlotTable.NEVER, "slot %d lives and was replaced", slot);
        continue;
      }
      RecordId id = id(slot);
      check(all.add(id), "id %s has two newest slots, one is %d", id, slot);
      byte[] idBytes = idBytes(slot);
      int found = state.ids().find(idBytes, state.ids().hash(idBytes));
      check(found == slot, "the index leads id %s to slot %d instead of %d", id, found, slot);
      boolean lives = slots.dead(slot) == SlotTable.NEVER;
      live += lives ? 1 : 0;
      validateFound(slot, id, lives);
    }
    check(
        state.ids().count() == all.size(),
        "the index has %d ids, the slots have %d",
        state.ids().count(),
        all.size());
    check(
        now.live() == live && engine.count() == live,
        "%d live slots, %d published, %d counted",
        live,
        now.live(),
        engine.count());
  }

  private void validateFound(int slot, RecordId id, boolean lives) {
    check(engine.contains(id) == lives, "contains(%s) is not %s", id, lives);
    Optional<VectorRecord> found = engine.get(id);
    check(found.isPresent() == lives, "get(%s) finds %s, lives: %s", id, found, lives);
    if (found.isPresent()) {
      check(
          Arrays.equals(found.get().vector(), state.vectors().read(slot)),
          "get(%s) gives another vector than that of slot %d",
          id,
          slot);
    }
  }

  private void validateLinks(HnswGraph graph) {
    int[] length = new int[1];
    // The pending list first: a slot leaves it only after the graph has it.
    int[] pending = Arrays.copyOf(state.pending().copy(new int[16], length), length[0]);
    Set<Integer> listed = new HashSet<>();
    for (int slot : pending) {
      check(slot >= 0 && slot < now.slotCount(), "slot %d is pending, now %s", slot, now);
      check(listed.add(slot), "slot %d is pending twice", slot);
    }
    for (int slot = 0; slot < now.slotCount(); slot++) {
      check(
          slots.dead(slot) != SlotTable.NEVER || listed.contains(slot) || graph.contains(slot),
          "slot %d lives and is neither pending nor linked",
          slot);
    }
    check(!graph.contains(now.slotCount()), "the graph has slot %d, now %s", now.slotCount(), now);
  }

  private byte[] idBytes(int slot) {
    return state.records().id(slots.address(slot));
  }

  private RecordId id(int slot) {
    byte[] bytes = idBytes(slot);
    IdType type = engine.config().ids();
    int expected =
        switch (type) {
          case LONG -> Long.BYTES;
          case UUID -> 2 * Long.BYTES;
          case STRING -> bytes.length;
        };
    check(bytes.length == expected, "slot %d has a %s id of %d bytes", slot, type, bytes.length);
    return codec.decode(bytes);
  }

  private static void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new AssertionError(message.formatted(arguments));
    }
  }
}
