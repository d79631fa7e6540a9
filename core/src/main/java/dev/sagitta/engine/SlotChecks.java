package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.CorruptionException;
import dev.sagitta.InvalidInputException;
import dev.sagitta.SagittaException;
import dev.sagitta.StorageException;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.hnsw.OrdinalSet;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Checks that the records of a collection make sense, whatever their checksums say: lives, chains
 * of versions, ids, payloads, vectors, the id index and the counts. For a state to which nobody
 * writes; for one thread, which holds the epoch if there are others.
 *
 * <p>{@link #checkSlot} is called for every published slot, ascending, then {@link #checkNewest}
 * for every one, then {@link #checkCounts}. Memory: a bit a slot, off-heap.
 */
final class SlotChecks {
  /** Where a violation is seen. */
  enum Part {
    /** The slot's row. */
    ROW,
    /** The slot's id and payload. */
    RECORD,
    /** The slot's vector. */
    VECTOR,
    /** All of the collection. */
    COUNTS
  }

  /**
   * Something that must not be.
   *
   * @param slot where; -1 if nowhere in particular
   * @param problem what is wrong, for people
   */
  record Violation(Part part, int slot, String problem) {}

  private final CollectionState state;
  private final CollectionConfig config;
  private final SlotTable slots;
  private final RecordStore records;
  private final CollectionState.Published now;
  private final IdCodec codec;
  private final Consumer<Violation> violations;
  private final Consumer<SagittaException> damage;
  private final MemorySegment row;

  /** Slots that another one replaced. */
  private final OrdinalSet replaced;

  private long live;
  private long newest;

  /** Where the record of the slot before ends; -1 if that is unknown. */
  private long recordEnd = -1;

  /**
   * Checks of what is published now.
   *
   * @param arena memory to work with
   * @param violations told of everything that is wrong
   * @param damage told of bytes that are damaged or cannot be read, as often as they are met
   */
  SlotChecks(
      CollectionState state,
      CollectionConfig config,
      Arena arena,
      Consumer<Violation> violations,
      Consumer<SagittaException> damage) {
    this.state = state;
    this.config = config;
    this.violations = violations;
    this.damage = damage;
    slots = state.slots();
    records = state.records();
    now = state.published();
    codec = new IdCodec(config.ids());
    row = arena.allocate(state.vectors().layout().rowBytes(), 64);
    replaced = new OrdinalSet(arena, now.slotCount());
  }

  /** How many slots are to be checked. */
  int slotCount() {
    return now.slotCount();
  }

  /** Checks a slot's life, the slot that it replaced, its id, payload and vector. */
  void checkSlot(int slot) {
    checkLife(slot);
    checkPrevious(slot);
    reading(slot, () -> checkRecord(slot));
    reading(slot, () -> checkVector(slot));
  }

  private void reading(int slot, Runnable check) {
    try {
      check.run();
    } catch (CorruptionException | StorageException e) {
      damage.accept(e);
    } catch (IllegalStateException e) {
      // Of a record that was copied out of its file.
      check(false, Part.RECORD, slot, "cannot be read: %s", e);
    }
  }

  private void checkLife(int slot) {
    long born = slots.born(slot);
    long dead = slots.dead(slot);
    check(born >= 1 && born <= now.sequence(), Part.ROW, slot, "is born at %d, now %s", born, now);
    check(
        dead == SlotTable.NEVER || (dead > born && dead <= now.sequence()),
        Part.ROW,
        slot,
        "is born at %d, dies at %d, now %s",
        born,
        dead,
        now);
    check(
        slot == 0 || slots.born(slot - 1) <= born,
        Part.ROW,
        slot,
        "is born at %d, before the one before it",
        born);
    live += dead == SlotTable.NEVER ? 1 : 0;
  }

  private void checkPrevious(int slot) {
    int previous = slots.previous(slot);
    if (previous == SlotTable.NONE) {
      return;
    }
    if (previous < 0 || previous >= slot) {
      check(false, Part.ROW, slot, "replaced slot %d", previous);
      return;
    }
    check(replaced.add(previous), Part.ROW, slot, "replaced slot %d, as another did", previous);
    check(
        slots.dead(previous) <= slots.born(slot),
        Part.ROW,
        slot,
        "is born at %d and replaced slot %d, which dies at %d",
        slots.born(slot),
        previous,
        slots.dead(previous));
    reading(
        slot,
        () -> {
          byte[] id = records.id(slots.address(slot));
          byte[] other = records.id(slots.address(previous));
          check(
              Arrays.equals(id, other),
              Part.ROW,
              slot,
              "of id %s replaced slot %d of id %s",
              text(id),
              previous,
              text(other));
        });
  }

  private void checkRecord(int slot) {
    long address = slots.address(slot);
    long expected = recordEnd;
    recordEnd = -1;
    byte[] id = records.id(address);
    byte[] payload = records.payload(address);
    long end = address + RecordStore.blobBytes(id.length, payload.length);
    recordEnd = end;
    long extentBytes = records.extents().extentBytes();
    check(
        expected < 0
            || address == expected
            || (address % extentBytes == 0
                && address > expected
                && address - expected < extentBytes),
        Part.ROW,
        slot,
        "has its record at %d, the one before ends at %d",
        address,
        expected);
    check(end <= records.end(), Part.RECORD, slot, "ends at %d of %d", end, records.end());
    check(
        slots.idHash(slot) == state.ids().hash(id),
        Part.ROW,
        slot,
        "of id %s has hash %d",
        text(id),
        slots.idHash(slot));
    try {
      check(
          Arrays.equals(codec.encode(codec.decode(id)), id),
          Part.RECORD,
          slot,
          "has an id that decodes to %s and not back",
          text(id));
    } catch (IllegalArgumentException | InvalidInputException e) {
      check(false, Part.RECORD, slot, "has no id: %s", String.valueOf(e.getMessage()));
    }
    try {
      var unused = PayloadCodec.decode(payload);
    } catch (IllegalArgumentException e) {
      check(false, Part.RECORD, slot, "has no payload: %s", String.valueOf(e.getMessage()));
    }
  }

  /** The stored row must be that of a vector that the collection takes. */
  private void checkVector(int slot) {
    VectorStore vectors = state.vectors();
    VectorValue vector = vectors.read(slot);
    try {
      VectorChecks.check("vector", vector, config);
    } catch (InvalidInputException e) {
      check(
          false, Part.VECTOR, slot, "has an impossible vector: %s", String.valueOf(e.getMessage()));
      return;
    }
    vectors.layout().write(vector, row, 0);
    long different = vectors.mismatch(slot, row);
    check(different < 0, Part.VECTOR, slot, "has a row that differs at byte %d", different);
  }

  /** Checks that the id index leads to a slot if it is the newest of its id, and to no other. */
  void checkNewest(int slot) {
    boolean lives = slots.dead(slot) == SlotTable.NEVER;
    if (replaced.contains(slot)) {
      check(!lives, Part.ROW, slot, "lives and was replaced");
      return;
    }
    newest++;
    reading(
        slot,
        () -> {
          byte[] id = records.id(slots.address(slot));
          int found = state.ids().find(id, state.ids().hash(id));
          check(
              found == slot,
              Part.ROW,
              slot,
              "is the newest of id %s, the index leads to slot %d",
              text(id),
              found);
        });
  }

  /** Checks the counts, after all slots. */
  void checkCounts() {
    check(live == now.live(), Part.COUNTS, -1, "%d slots live, %d are counted", live, now.live());
    check(
        newest == state.ids().count(),
        Part.COUNTS,
        -1,
        "the slots have %d ids, the index %d",
        newest,
        state.ids().count());
  }

  private String text(byte[] id) {
    try {
      return codec.decode(id).toString();
    } catch (IllegalArgumentException | InvalidInputException e) {
      return "of %d bytes that are none".formatted(id.length);
    }
  }

  private void check(boolean holds, Part part, int slot, String problem, Object... values) {
    if (!holds) {
      String what = problem.formatted(values);
      violations.accept(
          new Violation(part, slot, slot < 0 ? what : "slot %d %s".formatted(slot, what)));
    }
  }
}
