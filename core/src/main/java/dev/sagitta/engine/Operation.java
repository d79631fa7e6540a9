package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import java.util.List;

/**
 * One write as the log keeps it and the collection's state applies it: with one sequence, whole or
 * absent.
 */
@SuppressWarnings("ArrayRecordComponent") // owned by the operation, never compared
sealed interface Operation {

  /** A change of one record, alone or as part of a batch. */
  sealed interface Single extends Operation {
    /** The encoded id. */
    byte[] id();
  }

  /** Stores a record; arrays are owned by the operation. */
  record Upsert(byte[] id, VectorValue vector, byte[] payload) implements Single {}

  /** Deletes a record. */
  record Delete(byte[] id) implements Single {}

  /** Changes of different ids, applied together. */
  record Batch(List<Single> changes) implements Operation {}
}
