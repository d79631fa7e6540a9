package dev.sagitta.engine;

import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import java.util.List;
import org.agrona.collections.IntHashSet;

/**
 * The records of a collection in memory: slots, ids, vectors, payloads and what is pending; the one
 * place that applies operations, for the write lane and for recovery alike.
 *
 * <p>Operations are applied in the order of their sequences by one thread at a time. What an
 * operation changes is seen by nobody until {@link #publish} makes its sequence visible: new slots
 * are born at, and old ones die at, a sequence that readers do not have yet. So an operation whose
 * log write fails after it was applied stays invisible.
 */
final class CollectionState {
  /**
   * What readers may see.
   *
   * @param sequence the newest visible operation
   * @param slotCount slots up to that operation
   * @param live records that live at that operation
   */
  record Published(long sequence, int slotCount, long live) {}

  private final SlotTable slots;
  private final IdIndex ids;
  private final VectorStore vectors;
  private final RecordStore records;
  private final PendingSlots pending = new PendingSlots();

  /** Records that live after the last applied operation; of the write lane. */
  private long live;

  /** The last operation that was applied; of the write lane. */
  private long applied;

  /** First slot that is not in the pending list yet; of the write lane. */
  private int firstUnlisted;

  private volatile Published published;

  /** The state of a checkpoint; the log is to be applied yet. */
  CollectionState(
      SlotTable slots,
      IdIndex ids,
      VectorStore vectors,
      RecordStore records,
      long sequence,
      long live) {
    this.slots = slots;
    this.ids = ids;
    this.vectors = vectors;
    this.records = records;
    this.live = live;
    this.applied = sequence;
    this.firstUnlisted = slots.count();
    this.published = new Published(sequence, slots.count(), live);
  }

  SlotTable slots() {
    return slots;
  }

  VectorStore vectors() {
    return vectors;
  }

  RecordStore records() {
    return records;
  }

  PendingSlots pending() {
    return pending;
  }

  IdIndex ids() {
    return ids;
  }

  /** What readers may see; taken first by every reader. */
  Published published() {
    return published;
  }

  /**
   * Whether an operation would change anything: a delete of an absent id would not.
   *
   * @throws dev.sagitta.CorruptionException if stored ids that must be compared are damaged
   */
  boolean changes(Operation operation) {
    return switch (operation) {
      case Operation.Upsert upsert -> {
        newest(upsert.id());
        yield true;
      }
      case Operation.Delete delete -> liveSlot(delete.id()) != SlotTable.NONE;
      case Operation.Batch batch -> {
        boolean any = false;
        for (Operation.Single change : batch.changes()) {
          any |= changes(change);
        }
        yield any;
      }
    };
  }

  /**
   * Makes room writable where an operation will store; called before the log has it, as applying
   * must not fail any more then, now or when the log is replayed.
   *
   * @throws dev.sagitta.CorruptionException if what a checkpoint stored there is damaged
   */
  void prepare(Operation operation) {
    boolean stores =
        switch (operation) {
          case Operation.Upsert upsert -> true;
          case Operation.Delete delete -> false;
          case Operation.Batch batch ->
              batch.changes().stream().anyMatch(Operation.Upsert.class::isInstance);
        };
    if (stores) {
      vectors.prepare(slots.count());
      records.prepare();
    }
  }

  /** Refuses an operation that could pass the limit of slots, or does not fit an extent. */
  void requireRoom(Operation operation) {
    int upserts = 0;
    switch (operation) {
      case Operation.Batch batch -> {
        upserts = batch.changes().size();
        batch.changes().forEach(this::requireFits);
      }
      case Operation.Upsert upsert -> {
        upserts = 1;
        requireFits(upsert);
      }
      case Operation.Delete delete -> {}
    }
    if (slots.count() > Limits.SLOTS_MAX - upserts) {
      throw new InvalidInputException(
          "the collection has %d slots, at most %d are allowed"
              .formatted(slots.count(), Limits.SLOTS_MAX));
    }
  }

  private void requireFits(Operation.Single change) {
    if (change instanceof Operation.Upsert upsert) {
      long bytes = RecordStore.blobBytes(upsert.id().length, upsert.payload().length);
      if (bytes > records.extents().extentBytes()) {
        throw new InvalidInputException(
            "id and payload need %d bytes, an extent has %d"
                .formatted(bytes, records.extents().extentBytes()));
      }
    }
  }

  /** Applies an operation at its sequence. Write lane and recovery only. */
  void apply(long sequence, Operation operation) {
    applied = sequence;
    switch (operation) {
      case Operation.Upsert upsert -> upsert(sequence, upsert);
      case Operation.Delete delete -> delete(sequence, delete);
      case Operation.Batch batch -> batch.changes().forEach(change -> apply(sequence, change));
    }
  }

  private void upsert(long sequence, Operation.Upsert upsert) {
    int hash = ids.hash(upsert.id());
    int previous = ids.find(upsert.id(), hash);
    int slot = slots.count();
    vectors.write(slot, upsert.vector());
    long address = records.append(upsert.id(), upsert.payload());
    slots.append(sequence, address, previous, hash);
    if (previous != SlotTable.NONE && slots.dead(previous) == SlotTable.NEVER) {
      slots.kill(previous, sequence);
    } else {
      live++;
    }
    ids.put(hash, slot, previous);
  }

  private void delete(long sequence, Operation.Delete delete) {
    int slot = liveSlot(delete.id());
    if (slot != SlotTable.NONE) {
      slots.kill(slot, sequence);
      live--;
    }
  }

  private int newest(byte[] id) {
    return ids.find(id, ids.hash(id));
  }

  private int liveSlot(byte[] id) {
    int slot = newest(id);
    return slot != SlotTable.NONE && slots.dead(slot) == SlotTable.NEVER ? slot : SlotTable.NONE;
  }

  /**
   * Makes all applied operations visible. The new slots join the pending list first: a reader takes
   * the sequence before the list, so it finds every slot that it may see in the list or in the
   * graph.
   */
  void publish() {
    for (; firstUnlisted < slots.count(); firstUnlisted++) {
      pending.add(firstUnlisted);
    }
    published = new Published(applied, slots.count(), live);
  }

  /**
   * Ends recovery: lists what is pending and makes everything that was applied visible.
   *
   * @param pendingAtCheckpoint slots that were not linked when the checkpoint was made
   */
  void recovered(IntHashSet pendingAtCheckpoint) {
    for (int slot = 0; slot < firstUnlisted && !pendingAtCheckpoint.isEmpty(); slot++) {
      if (pendingAtCheckpoint.contains(slot)) {
        addIfLive(slot);
      }
    }
    for (; firstUnlisted < slots.count(); firstUnlisted++) {
      addIfLive(firstUnlisted);
    }
    published = new Published(applied, slots.count(), live);
  }

  private void addIfLive(int slot) {
    if (slots.dead(slot) == SlotTable.NEVER) {
      pending.add(slot);
    }
  }

  /** The slot of an id that a reader at a sequence sees; {@link SlotTable#NONE} if none. */
  int find(byte[] id, long sequence) {
    int slot = newest(id);
    while (slot != SlotTable.NONE && slots.born(slot) > sequence) {
      slot = slots.previous(slot);
    }
    return slot != SlotTable.NONE && slots.visible(slot, sequence) ? slot : SlotTable.NONE;
  }

  /** Frees the memory; the epoch is closed by then. The slot table belongs to its arena. */
  void close() {
    Closing.all(List.of(vectors.extents()::close, records.extents()::close, ids::close));
  }
}
