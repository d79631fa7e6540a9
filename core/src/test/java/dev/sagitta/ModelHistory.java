package dev.sagitta;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * All the states that a collection has been in, one for each operation of its commit order, and how
 * many of them must be behind it after a crash: of a power loss, those that the collection itself
 * said to be durable. For one writer, whose operations come one after another.
 */
final class ModelHistory {
  /** The first is empty. */
  private final List<State> states = new ArrayList<>(List.of(new State(0, Map.of())));

  private int acknowledged;
  private int durable;

  /**
   * What an operation left.
   *
   * @param sequence of the newest write so far; an operation that changes nothing is none
   * @param records never changed
   */
  private record State(long sequence, Map<RecordId, VectorRecord> records) {}

  /** The same, to go on from by itself. */
  ModelHistory copy() {
    var copy = new ModelHistory();
    copy.states.clear();
    copy.states.addAll(states);
    copy.acknowledged = acknowledged;
    copy.durable = durable;
    return copy;
  }

  /** Begins a write of some records; called before it. */
  void begin(List<VectorRecord> upserted, List<RecordId> deleted) {
    State last = states.getLast();
    Map<RecordId, VectorRecord> next = new TreeMap<>(last.records());
    upserted.forEach(record -> next.put(record.id(), record));
    deleted.forEach(next::remove);
    boolean changes = !upserted.isEmpty() || next.size() < last.records().size();
    states.add(new State(last.sequence() + (changes ? 1 : 0), next));
  }

  /** How many operations were begun. */
  int begun() {
    return states.size() - 1;
  }

  /** Forgets the operations begun after some, because they were refused. */
  void forgetAfter(int begun) {
    states.subList(begun + 1, states.size()).clear();
  }

  /** Everything that was begun has been acknowledged, and the collection says where it is. */
  void acknowledge(CollectionStats now) {
    acknowledged = states.size() - 1;
    if (now.sequence() != states.getLast().sequence()) {
      throw new AssertionError(
          "acknowledged is %d, visible %d".formatted(states.getLast().sequence(), now.sequence()));
    }
    durableAsOf(now);
  }

  /** Takes the collection's word for what survives a power loss from now on. */
  void durableAsOf(CollectionStats now) {
    while (durable + 1 < states.size()
        && states.get(durable + 1).sequence() <= now.durableSequence()) {
      durable++;
    }
  }

  /** The sequence of the newest write that was acknowledged. */
  long acknowledgedSequence() {
    return states.get(acknowledged).sequence();
  }

  /** Everything that was acknowledged survives a power loss from now on. */
  void makeDurable() {
    durable = Math.max(durable, acknowledged);
  }

  /** Of what was acknowledged only what is durable must be there from now on. */
  void loseUnforced() {
    acknowledged = Math.min(acknowledged, durable);
  }

  /** Numbers of the states that are allowed after a power loss. */
  String allowed() {
    return durable + " to " + begun();
  }

  /**
   * Checks that a collection is in the state of its newest write, which must be one that it may be
   * in.
   *
   * @param powerLoss whether only what was durable must be there, and not all acknowledged
   * @return the number of that state, or of the newest of several that are the same
   */
  int check(VectorCollection collection, boolean powerLoss) {
    Map<RecordId, VectorRecord> found = records(collection);
    int number = allowed(collection, found, powerLoss);
    if (number >= 0) {
      return number;
    }
    throw new AssertionError(
        "%s has %s as of write %d, which is none of the states %d to %d, of write %d to %d; %s"
            .formatted(
                collection,
                found.keySet(),
                collection.stats().sequence(),
                first(powerLoss),
                begun(),
                states.get(first(powerLoss)).sequence(),
                states.getLast().sequence(),
                firstWith(found) < 0 ? "it never had that" : "it had that at " + firstWith(found)));
  }

  private int first(boolean powerLoss) {
    return powerLoss ? durable : Math.max(durable, acknowledged);
  }

  /** The newest state of the collection's newest write, if that has these records; or -1. */
  private int allowed(
      VectorCollection collection, Map<RecordId, VectorRecord> found, boolean powerLoss) {
    long sequence = collection.stats().sequence();
    for (int i = begun(); i >= first(powerLoss); i--) {
      if (states.get(i).sequence() == sequence) {
        return same(states.get(i).records(), found) ? i : -1;
      }
    }
    return -1;
  }

  /** Whether a collection is in one of the states that {@link #check} allows. */
  boolean allows(VectorCollection collection, boolean powerLoss) {
    return allowed(collection, records(collection), powerLoss) >= 0;
  }

  /**
   * As {@link #check}, and goes on from the state that was found. After a kill it is in the page
   * cache; what of it was not durable before is so only after the next write.
   */
  void goOn(VectorCollection collection, boolean powerLoss) {
    int found = check(collection, powerLoss);
    states.subList(found + 1, states.size()).clear();
    acknowledged = found;
    durable = powerLoss ? found : Math.min(durable, found);
  }

  private int firstWith(Map<RecordId, VectorRecord> found) {
    for (int i = 0; i < states.size(); i++) {
      if (same(states.get(i).records(), found)) {
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
