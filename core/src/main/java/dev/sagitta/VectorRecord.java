package dev.sagitta;

import dev.sagitta.distance.VectorValue;
import java.util.UUID;

/**
 * One record: its id, its vector and its payload.
 *
 * <p>The vector array is kept as given, not copied: whoever makes a record leaves the array alone
 * until the call that takes the record has returned. A record that a collection returned owns a
 * fresh array.
 *
 * @param id the id, of the collection's {@link IdType}
 * @param vector as many elements as the collection's dimension, of its type
 * @param payload the payload, possibly {@link Payload#empty()}
 */
public record VectorRecord(RecordId id, VectorValue vector, Payload payload) {

  /** Refuses nulls. */
  public VectorRecord {
    Inputs.notNull("id", id);
    Inputs.notNull("vector", vector);
    Inputs.notNull("payload", payload);
  }

  /** A record with a LONG id. */
  public static VectorRecord of(long id, VectorValue vector, Payload payload) {
    return new VectorRecord(RecordId.of(id), vector, payload);
  }

  /** A record with a LONG id and no payload. */
  public static VectorRecord of(long id, VectorValue vector) {
    return of(id, vector, Payload.empty());
  }

  /** A record with a LONG id and a FLOAT32 vector. */
  public static VectorRecord of(long id, float[] vector, Payload payload) {
    return of(id, float32(vector), payload);
  }

  /** A record with a LONG id, a FLOAT32 vector and no payload. */
  public static VectorRecord of(long id, float[] vector) {
    return of(id, vector, Payload.empty());
  }

  /** A record with a STRING id. */
  public static VectorRecord of(String id, VectorValue vector, Payload payload) {
    return new VectorRecord(RecordId.of(id), vector, payload);
  }

  /** A record with a STRING id and no payload. */
  public static VectorRecord of(String id, VectorValue vector) {
    return of(id, vector, Payload.empty());
  }

  /** A record with a STRING id and a FLOAT32 vector. */
  public static VectorRecord of(String id, float[] vector, Payload payload) {
    return of(id, float32(vector), payload);
  }

  /** A record with a STRING id, a FLOAT32 vector and no payload. */
  public static VectorRecord of(String id, float[] vector) {
    return of(id, vector, Payload.empty());
  }

  /** A record with a UUID id. */
  public static VectorRecord of(UUID id, VectorValue vector, Payload payload) {
    return new VectorRecord(RecordId.of(id), vector, payload);
  }

  /** A record with a UUID id and no payload. */
  public static VectorRecord of(UUID id, VectorValue vector) {
    return of(id, vector, Payload.empty());
  }

  /** A record with a UUID id and a FLOAT32 vector. */
  public static VectorRecord of(UUID id, float[] vector, Payload payload) {
    return of(id, float32(vector), payload);
  }

  /** A record with a UUID id, a FLOAT32 vector and no payload. */
  public static VectorRecord of(UUID id, float[] vector) {
    return of(id, vector, Payload.empty());
  }

  private static VectorValue float32(float[] vector) {
    return VectorValue.float32(Inputs.notNull("vector", vector));
  }

  /**
   * The vector's elements as floats, exactly; see {@link VectorValue#toFloats}. Of a FLOAT32 vector
   * its own array.
   */
  public float[] floats() {
    return vector.toFloats();
  }
}
