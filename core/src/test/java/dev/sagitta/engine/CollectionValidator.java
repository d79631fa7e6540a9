package dev.sagitta.engine;

import dev.sagitta.RecordId;
import dev.sagitta.VectorRecord;
import dev.sagitta.engine.CollectionState.Published;
import dev.sagitta.hnsw.GraphValidator;
import dev.sagitta.hnsw.GraphValidator.Kind;
import dev.sagitta.hnsw.HnswGraph;
import java.lang.foreign.Arena;
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

  private CollectionValidator(CollectionEngine engine) {
    this.engine = engine;
    state = engine.state();
    slots = state.slots();
    now = state.published();
    codec = new IdCodec(engine.config().ids());
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
    validateSlots();
    validateNewest();
    validateLinks(graph);
  }

  /** What verify checks too, here of what is in memory. */
  private void validateSlots() {
    try (Arena arena = Arena.ofShared()) {
      SlotChecks checks =
          new SlotChecks(
              state,
              engine.config(),
              arena,
              violation -> check(false, "%s", violation),
              damage -> {
                throw damage;
              });
      for (int slot = 0; slot < now.slotCount(); slot++) {
        checks.checkSlot(slot);
        validateVisibility(slot);
      }
      for (int slot = 0; slot < now.slotCount(); slot++) {
        checks.checkNewest(slot);
      }
      checks.checkCounts();
    }
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

  private void validateVisibility(int slot) {
    long dead = slots.dead(slot);
    check(
        slots.visible(slot, now.sequence()) == (dead == SlotTable.NEVER),
        "slot %d dies at %d, yet its visibility at %d says else",
        slot,
        dead,
        now.sequence());
  }

  /** The API agrees about the newest version of every id. */
  private void validateNewest() {
    Set<RecordId> all = new HashSet<>();
    long live = 0;
    for (int slot = now.slotCount() - 1; slot >= 0; slot--) {
      RecordId id = id(slot);
      if (all.add(id)) {
        boolean lives = slots.dead(slot) == SlotTable.NEVER;
        live += lives ? 1 : 0;
        validateFound(slot, id, lives);
      }
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
          found.get().vector().equals(state.vectors().read(slot)),
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

  private RecordId id(int slot) {
    return codec.decode(state.records().id(slots.address(slot)));
  }

  private static void check(boolean holds, String message, Object... arguments) {
    if (!holds) {
      throw new AssertionError(message.formatted(arguments));
    }
  }
}
