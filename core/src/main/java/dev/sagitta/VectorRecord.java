package dev.sagitta;

import java.util.Arrays;
import java.util.Objects;
import java.util.UUID;

/**
 * One record: its id, its vector and its payload.
 *
 * <p>The vector array is kept as given, not copied: whoever makes a record leaves the array alone
 * until the call that takes the record has returned. A record that a collection returned owns a
 * fresh array.
 *
 * @param id the id, of the collection's {@link IdType}
 * @param vector as many elements as the collection's dimension
 * @param payload the payload, possibly {@link Payload#empty()}
 */
@SuppressWarnings("ArrayRecordComponent") // documented: kept, and compared by content
public record VectorRecord(RecordId id, float[] vector, Payload payload) {

  /** Refuses nulls. */
  public VectorRecord {
    Inputs.notNull("id", id);
    Inputs.notNull("vector", vector);
    Inputs.notNull("payload", payload);
  }

  /** A record with a LONG id. */
  public static VectorRecord of(long id, float[] vector, Payload payload) {
    return new VectorRecord(RecordId.of(id), vector, payload);
  }

  /** A record with a LONG id and no payload. */
  public static VectorRecord of(long id, float[] vector) {
    return of(id, vector, Payload.empty());
  }

  /** A record with a STRING id. */
  public static VectorRecord of(String id, float[] vector, Payload payload) {
    return new VectorRecord(RecordId.of(id), vector, payload);
  }

  /** A record with a STRING id and no payload. */
  public static VectorRecord of(String id, float[] vector) {
    return of(id, vector, Payload.empty());
  }

  /** A record with a UUID id. */
  public static VectorRecord of(UUID id, float[] vector, Payload payload) {
    return new VectorRecord(RecordId.of(id), vector, payload);
  }

  /** A record with a UUID id and no payload. */
  public static VectorRecord of(UUID id, float[] vector) {
    return of(id, vector, Payload.empty());
  }

  /** Equal ids, payloads and vectors bit for bit (with all NaN alike, which no vector holds). */
  @Override
  public boolean equals(Object other) {
    return other instanceof VectorRecord that
        && id.equals(that.id)
        && Arrays.equals(vector, that.vector)
        && payload.equals(that.payload);
  }

  @Override
  public int hashCode() {
    return Objects.hash(id, Arrays.hashCode(vector), payload);
  }

  @Override
  public String toString() {
    return "VectorRecord[id=%s, dimension=%d, payload=%s]".formatted(id, vector.length, payload);
  }
}
