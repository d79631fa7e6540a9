package dev.sagitta;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.Spliterator;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * All that can be read of one collection whose files may be damaged: each call gives what was
 * written, or the error that tells of the damage; anything else is an {@link AssertionError}.
 */
final class RotReading {
  private static final int K = 4;

  private final Optional<SagittaException> refusal;
  private final List<SagittaException> errors = new ArrayList<>();
  private final Set<RecordId> unreadable = new TreeSet<>();
  private long sequence = -1;
  private Optional<String> warning = Optional.empty();

  private RotReading(Optional<SagittaException> refusal) {
    this.refusal = refusal;
  }

  /**
   * Reads everything.
   *
   * @param states that it can be in, by sequence
   * @param ids all that were ever there
   */
  static RotReading of(
      VectorDatabase database,
      String name,
      List<Map<RecordId, VectorRecord>> states,
      Set<RecordId> ids) {
    VectorCollection collection;
    try {
      collection = database.collection(name);
    } catch (SagittaException e) {
      var refused = new RotReading(Optional.of(e));
      refused.errors.add(e);
      return refused;
    }
    var reading = new RotReading(Optional.empty());
    reading.sequence = collection.stats().sequence();
    if (reading.sequence >= states.size()) {
      throw new AssertionError(name + " is at sequence " + reading.sequence);
    }
    reading.read(collection, states.get((int) reading.sequence), ids);
    return reading;
  }

  private void read(
      VectorCollection collection, Map<RecordId, VectorRecord> expected, Set<RecordId> ids) {
    var oracle = new ModelOracle(collection.config().metric());
    expected.values().forEach(oracle::put);
    if (collection.count() != expected.size()) {
      throw new AssertionError(collection.count() + " records instead of " + expected.size());
    }
    for (RecordId id : ids) {
      attempt(id, () -> oracle.checkId(collection, id));
    }
    Set<RecordId> found = readRecords(collection, expected);
    for (RecordId id : expected.keySet()) {
      if (!unreadable.contains(id) && !found.contains(id)) {
        throw new AssertionError("records() leaves out " + id);
      }
    }
    float[] query = ModelRecords.vector(collection.config().dimension(), 1_000);
    SearchRequest request = SearchRequest.of(query, K);
    Set<RecordId> before = new HashSet<>(unreadable);
    search(before, () -> oracle.checkExact(collection.searchExact(request), query, K));
    search(before, () -> oracle.checkHits(collection.search(request), query, K));
    // Warnings count what could not be linked, once all has been tried.
    awaitLinkers(collection);
    warning = collection.stats().warning();
    Optional<String> failure = collection.stats().failure();
    if (failure.isPresent()) {
      throw new AssertionError("failed: " + failure.get());
    }
  }

  private static void awaitLinkers(VectorCollection collection) {
    try {
      var unused = collection.awaitIndexed(Duration.ofMinutes(1));
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private Set<RecordId> readRecords(
      VectorCollection collection, Map<RecordId, VectorRecord> expected) {
    Set<RecordId> found = new HashSet<>();
    int missed = 0;
    try (Stream<VectorRecord> all = collection.records()) {
      Spliterator<VectorRecord> each = all.spliterator();
      boolean more = true;
      while (more) {
        try {
          more =
              each.tryAdvance(
                  record -> {
                    VectorRecord written = expected.get(record.id());
                    if (!found.add(record.id())
                        || written == null
                        || !ModelRecords.same(written, record)) {
                      throw new AssertionError("records() gives " + record);
                    }
                  });
        } catch (SagittaException e) {
          errors.add(e);
          missed++;
        }
      }
    }
    if (found.size() + missed != expected.size()) {
      throw new AssertionError(
          "records() gives %d and refuses %d of %d"
              .formatted(found.size(), missed, expected.size()));
    }
    return found;
  }

  private void attempt(RecordId id, Runnable read) {
    try {
      read.run();
    } catch (SagittaException e) {
      errors.add(e);
      unreadable.add(id);
    }
  }

  private void search(Set<RecordId> before, Runnable search) {
    try {
      search.run();
    } catch (SagittaException e) {
      if (before.isEmpty()) {
        throw new AssertionError("a search fails while all records can be read", e);
      }
      errors.add(e);
    }
  }

  /** Why the collection could not be opened. */
  Optional<SagittaException> refusal() {
    return refusal;
  }

  /** All errors that were met. */
  List<SagittaException> errors() {
    return errors;
  }

  /** Ids that could not be read. */
  Set<RecordId> unreadable() {
    return unreadable;
  }

  /** The state that it is in. */
  long sequence() {
    return sequence;
  }

  /** Whether the warning of the statistics names a file. */
  boolean warnsOf(Path file) {
    return warning.orElse("").contains(file.toString());
  }

  Optional<String> warning() {
    return warning;
  }
}
