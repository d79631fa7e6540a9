package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.CollectionValidator;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Stores records with the ids 0, 1, 2 and so on, one by one, and knows what a collection must hold:
 * those that were acknowledged, and perhaps the one whose outcome is unknown. For one thread.
 */
final class NumberedWriter {
  private static final int FILLING_BYTES = 1_500;
  private static final int WRITES_MAX = 100_000;
  private static final int SEARCHED_EVERY = 50;

  private long acknowledged;

  /** Whether the next one may be there as well. */
  private boolean unknown;

  /** Records that were acknowledged. */
  long acknowledged() {
    return acknowledged;
  }

  /** Goes on where another process was. */
  void continueAfter(long acknowledgedThere, boolean unknownThere) {
    acknowledged = acknowledgedThere;
    unknown = unknownThere;
  }

  boolean unknown() {
    return unknown;
  }

  private static VectorRecord record(long id) {
    byte[] filling = new byte[FILLING_BYTES];
    new SplittableRandom(id).nextBytes(filling);
    Payload payload = Payload.of("id", id, "version", 0, "filling", filling);
    return VectorRecord.of(id, VersionedRecords.vector(id, 0), payload);
  }

  /** Stores some more. */
  void write(VectorCollection collection, int count) {
    for (int i = 0; i < count; i++) {
      collection.upsert(record(acknowledged));
      acknowledged++;
      unknown = false;
    }
  }

  /** Stores more until that fails; how. */
  SagittaException writeUntilFailure(VectorCollection collection) {
    for (int i = 0; i < WRITES_MAX; i++) {
      try {
        write(collection, 1);
      } catch (CollectionFailedException e) {
        unknown |= e.outcomeUnknown();
        return e;
      } catch (SagittaException e) {
        return e;
      }
    }
    throw new AssertionError(WRITES_MAX + " writes and no failure");
  }

  /** Fails unless a collection has what it must and finds it; learns what became of the unknown. */
  void checkAfterOpening(VectorCollection collection) {
    if (unknown && collection.contains(acknowledged)) {
      acknowledged++;
    }
    unknown = false;
    check(collection);
    CollectionValidator.validate(collection.engine());
  }

  /** Fails unless a collection shows what was acknowledged, and finds it. */
  void check(VectorCollection collection) {
    assertEquals(acknowledged, collection.count());
    for (long id = 0; id < acknowledged; id++) {
      assertEquals(Optional.of(record(id)), collection.get(id));
      if (id % SEARCHED_EVERY == 0) {
        SearchRequest request = SearchRequest.of(VersionedRecords.vector(id, 0), 1);
        assertEquals(
            id, VersionedRecords.id(collection.searchExact(request).iterator().next().id()));
        assertEquals(id, VersionedRecords.id(collection.search(request).iterator().next().id()));
      }
    }
    assertTrue(!collection.contains(acknowledged), "more than was written");
  }
}
