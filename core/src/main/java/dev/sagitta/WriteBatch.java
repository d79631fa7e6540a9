package dev.sagitta;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Upserts and deletes that become visible and durable together or not at all; applied by {@link
 * VectorCollection#apply}. When an id is named more than once, the last wins. Not thread-safe.
 */
public final class WriteBatch {
  private final Map<RecordId, Change> changes = new LinkedHashMap<>();

  /** One change of a batch: a record to store, or its absence to delete. */
  public record Change(RecordId id, Optional<VectorRecord> record) {}

  /** An empty batch. */
  public WriteBatch() {}

  /** Adds an upsert; the vector array is kept, not copied, until the batch is applied. */
  public WriteBatch upsert(VectorRecord record) {
    Inputs.notNull("record", record);
    return add(new Change(record.id(), Optional.of(record)));
  }

  /** Adds an upsert under a LONG id. */
  public WriteBatch upsert(long id, float[] vector, Payload payload) {
    return upsert(VectorRecord.of(id, vector, payload));
  }

  /** Adds an upsert under a LONG id, without a payload. */
  public WriteBatch upsert(long id, float[] vector) {
    return upsert(VectorRecord.of(id, vector));
  }

  /** Adds an upsert under a STRING id. */
  public WriteBatch upsert(String id, float[] vector, Payload payload) {
    return upsert(VectorRecord.of(id, vector, payload));
  }

  /** Adds an upsert under a STRING id, without a payload. */
  public WriteBatch upsert(String id, float[] vector) {
    return upsert(VectorRecord.of(id, vector));
  }

  /** Adds an upsert under a UUID id. */
  public WriteBatch upsert(UUID id, float[] vector, Payload payload) {
    return upsert(VectorRecord.of(id, vector, payload));
  }

  /** Adds an upsert under a UUID id, without a payload. */
  public WriteBatch upsert(UUID id, float[] vector) {
    return upsert(VectorRecord.of(id, vector));
  }

  /** Adds a delete; deleting an absent id is no error. */
  public WriteBatch delete(RecordId id) {
    Inputs.notNull("id", id);
    return add(new Change(id, Optional.empty()));
  }

  /** Adds a delete of a LONG id. */
  public WriteBatch delete(long id) {
    return delete(RecordId.of(id));
  }

  /** Adds a delete of a STRING id. */
  public WriteBatch delete(String id) {
    return delete(RecordId.of(id));
  }

  /** Adds a delete of a UUID id. */
  public WriteBatch delete(UUID id) {
    return delete(RecordId.of(id));
  }

  /** The changes, at most one per id. */
  public Collection<Change> changes() {
    return Collections.unmodifiableCollection(changes.values());
  }

  /** Number of changes, at most one per id. */
  public int size() {
    return changes.size();
  }

  private WriteBatch add(Change change) {
    changes.remove(change.id());
    changes.put(change.id(), change);
    return this;
  }
}
