package dev.sagitta.engine;

import dev.sagitta.LogFullException;
import dev.sagitta.RecordId;
import dev.sagitta.SalvageProgress;
import dev.sagitta.VectorRecord;
import dev.sagitta.WriteBatch;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where the salvage of one collection puts its records: the collection in the target, written in
 * batches through the ordinary write path. Not thread-safe.
 */
final class SalvageSink {
  private static final int BATCH_CHANGES_MAX = 256;
  private static final long BATCH_BYTES_MAX = 1 << 20;

  private final CollectionEngine collection;
  private final long vectorBytes;
  private final Runnable stopIfAsked;
  private final Consumer<SalvageProgress> progress;
  private WriteBatch batch = new WriteBatch();
  private long batchBytes;
  private long batchUpserts;
  private long written;

  /**
   * A sink for one collection.
   *
   * @param stopIfAsked throws if the salvage is to end
   */
  SalvageSink(
      CollectionEngine collection, Runnable stopIfAsked, Consumer<SalvageProgress> progress) {
    this.collection = collection;
    this.vectorBytes =
        new VectorCodec(collection.config().elements(), collection.config().dimension()).bytes();
    this.stopIfAsked = stopIfAsked;
    this.progress = progress;
  }

  /**
   * Takes a record.
   *
   * @param payloadBytes length of its encoded payload
   */
  void upsert(VectorRecord record, int payloadBytes) {
    batch.upsert(record);
    batchUpserts++;
    batchBytes += vectorBytes + payloadBytes;
    flushIfFull();
  }

  void delete(RecordId id) {
    batch.delete(id);
    flushIfFull();
  }

  /**
   * Whether a record is there with the same bits; what was written before is seen after a flush.
   */
  boolean has(VectorRecord record) {
    Optional<VectorRecord> there = collection.get(record.id());
    return there.isPresent()
        && there.get().vector().equals(record.vector())
        && Arrays.equals(
            PayloadCodec.encode(there.get().payload()), PayloadCodec.encode(record.payload()));
  }

  /** Whether there is a record of an id; what was written before is seen after a flush. */
  boolean contains(RecordId id) {
    return collection.contains(id);
  }

  /** How many records there are; what was written before is seen after a flush. */
  long count() {
    return collection.count();
  }

  private void flushIfFull() {
    if (batch.size() >= BATCH_CHANGES_MAX || batchBytes >= BATCH_BYTES_MAX) {
      flush();
    }
  }

  /** Writes what is waiting. */
  void flush() {
    stopIfAsked.run();
    if (batch.size() == 0) {
      return;
    }
    write();
    written += batchUpserts;
    batch = new WriteBatch();
    batchBytes = 0;
    batchUpserts = 0;
    progress.accept(new SalvageProgress(collection.name(), written));
  }

  private void write() {
    try {
      collection.apply(batch);
    } catch (LogFullException e) {
      // Checkpoints failed meanwhile: this one makes room, or says why it cannot.
      collection.checkpoint();
      collection.apply(batch);
    }
  }

  /** Writes what is waiting and makes all of it durable in the collection's files. */
  void finish() {
    flush();
    collection.checkpoint();
  }
}
