package dev.sagitta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * All the states that a collection has been in, one for each operation of its commit order, and how
 * many of them must be behind it after a crash. For one writer, whose operations come one after
 * another.
 */
final class ModelHistory {
  /** Each is never changed; the first is empty. */
  private final List<Map<RecordId, VectorRecord>> states = new ArrayList<>(List.of(Map.of()));

  private int acknowledged;
  private int durable;

  /** The same, to go on from by itself. */
  ModelHistory copy() {
    var copy = new ModelHistory();
    copy.states.clear();
    copy.states.addAll(states);
    copy.acknowledged = acknowledged;
    copy.durable = durable;
    return copy;
  }

  /** Adds what the next operation makes of the newest state; called before the operation. */
  void begin(Consumer<Map<RecordId, VectorRecord>> operation) {
    Map<RecordId, VectorRecord> next = new TreeMap<>(states.getLast());
    operation.accept(next);
    states.add(next);
  }

  /** How many operations were begun. */
  int begun() {
    return states.size() - 1;
  }

  /** Forgets the operations begun after some, because they were refused. */
  void forgetAfter(int begun) {
    states.subList(begun + 1, states.size()).clear();
  }

  /** Everything that was begun has been acknowledged. */
  void acknowledge() {
    acknowledged = states.size() - 1;
  }

  /** Everything that was acknowledged survives a power loss from now on. */
  void makeDurable() {
    durable = acknowledged;
  }

  /**
   * Checks that a collection is in one of the states that it may be in.
   *
   * @param powerLoss whether only what was durable must be there, and not all acknowledged
   * @return the number of the newest such state
   */
  int check(VectorCollection collection, boolean powerLoss) {
    Map<RecordId, VectorRecord> found = records(collection);
    int first = powerLoss ? durable : acknowledged;
    for (int i = states.size() - 1; i >= first; i--) {
      if (same(states.get(i), found)) {
        return i;
      }
    }
    throw new AssertionError(
        "%s has %s, which is none of the states %d to %d; %s"
            .formatted(
                collection,
                found.keySet(),
                first,
                states.size() - 1,
                firstWith(found) < 0 ? "it never had that" : "it had that at " + firstWith(found)));
  }

  /** Whether a collection is in one of the states that {@link #check} allows. */
  boolean allows(VectorCollection collection, boolean powerLoss) {
    Map<RecordId, VectorRecord> found = records(collection);
    return states.subList(powerLoss ? durable : acknowledged, states.size()).stream()
        .anyMatch(state -> same(state, found));
  }

  /**
   * As {@link #check}, and goes on from the state that was found. After a kill it is in the page
   * cache; what of it was not durable before is so only after the next write.
   */
  void goOn(VectorCollection collection, boolean powerLoss) {
    int found = check(collection, powerLoss);
    states.subList(found + 1, states.size()).clear();
    acknowledged = found;
    if (powerLoss) {
      durable = found;
    }
  }

  private int firstWith(Map<RecordId, VectorRecord> found) {
    for (int i = 0; i < states.size(); i++) {
      if (same(states.get(i), found)) {
        return i;
      }
    }
    return -1;
  }

  /** All records of a collection. */
  static Map<RecordId, VectorRecord> records(VectorCollection collection) {
    Map<RecordId, VectorRecord> records = new TreeMap<>();
    try (Stream<VectorRecord> all = collection.records()) {
      all.forEach(
          record -> {
            if (records.put(record.id(), record) != null) {
              throw new AssertionError(record.id() + " is there twice");
            }
          });
    }
    return records;
  }

  /** Whether two states have the same records bit for bit. */
  static boolean same(Map<RecordId, VectorRecord> a, Map<RecordId, VectorRecord> b) {
    return a.keySet().equals(b.keySet())
        && a.values().stream()
            .allMatch(record -> ModelRecords.same(record, b.getOrDefault(record.id(), record)));
  }
}
