package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What a collection must hold when each writer of a {@link KillScript} has done its first steps,
 * and the search for how far they came in a collection that was recovered. Not thread-safe.
 */
final class KillModel {
  /**
   * Which upsert stored a record.
   *
   * @param step number of the step
   * @param index of the change in the step
   */
  private record Version(long step, int index) {}

  /**
   * How far a writer may have come.
   *
   * @param steps steps that it has done
   * @param changing those among them that changed anything, and so have a sequence
   */
  private record Progress(long steps, long changing) {}

  /** A writer's records after some of its steps. */
  private static final class State {
    private final int writer;
    private final Map<Long, Version> records;
    private Progress progress;

    State(int writer, Progress progress, Map<Long, Version> records) {
      this.writer = writer;
      this.progress = progress;
      this.records = records;
    }

    State copy() {
      return new State(writer, progress, new HashMap<>(records));
    }

    /** Does the next step. */
    void advance(KillScript script) {
      KillScript.Step step = script.step(writer, progress.steps() + 1);
      Map<Long, KillScript.Change> last = new LinkedHashMap<>();
      step.changes().forEach(change -> last.put(change.id(), change));
      boolean changed = false;
      for (KillScript.Change change : last.values()) {
        if (change.delete()) {
          changed |= records.remove(change.id()) != null;
        } else {
          changed = true;
          records.put(change.id(), new Version(step.number(), change.index()));
        }
      }
      progress = new Progress(step.number(), progress.changing() + (changed ? 1 : 0));
    }
  }

  private final KillScript script;
  private final List<State> states = new ArrayList<>();

  KillModel(KillScript script) {
    this.script = script;
    for (int writer = 0; writer < KillScript.WRITERS; writer++) {
      states.add(new State(writer, new Progress(0, 0), new HashMap<>()));
    }
  }

  KillScript script() {
    return script;
  }

  /** How many steps each writer has done. */
  List<Long> steps() {
    return states.stream().map(state -> state.progress.steps()).toList();
  }

  /** Numbers of the ids that live. */
  List<Long> liveIds() {
    return states.stream().flatMap(state -> state.records.keySet().stream()).toList();
  }

  /** The record of an id that lives. */
  VectorRecord record(long id) {
    Version version = states.get(KillScript.writerOf(id)).records.get(id);
    if (version == null) {
      throw new IllegalArgumentException("id " + id + " does not live");
    }
    return script.record(id, version.step(), version.index());
  }

  /** All records, by the number of their id. */
  Map<Long, VectorRecord> records() {
    Map<Long, VectorRecord> records = new HashMap<>();
    liveIds().forEach(id -> records.put(id, record(id)));
    return records;
  }

  /** Lets a writer do its steps up to a number, in the model. */
  void advance(int writer, long steps) {
    State state = states.get(writer);
    while (state.progress.steps() < steps) {
      state.advance(script);
    }
  }

  /**
   * Finds how far each writer came, and fails unless the collection holds exactly what the writers
   * stored by then, in as many sequences.
   *
   * @param atLeast steps that each writer must have done
   */
  void recover(VectorCollection collection, List<Long> atLeast) {
    recover(collection, atLeast, KillScript.BLOCK_STEPS);
  }

  /** Fails unless the collection holds exactly what the model says. */
  void check(VectorCollection collection) {
    recover(collection, steps(), 0);
  }

  private void recover(VectorCollection collection, List<Long> atLeast, int further) {
    Map<Long, VectorRecord> found = read(collection);
    List<List<Progress>> possible = new ArrayList<>();
    for (int writer = 0; writer < KillScript.WRITERS; writer++) {
      advance(writer, atLeast.get(writer));
      possible.add(possible(states.get(writer), versions(writer, found), further));
    }
    long sequence = collection.stats().sequence();
    List<Progress> chosen = new ArrayList<>();
    assertTrue(
        choose(possible, sequence, chosen),
        () -> "sequence is %d, steps and sequences may be %s".formatted(sequence, possible));
    for (int writer = 0; writer < KillScript.WRITERS; writer++) {
      advance(writer, chosen.get(writer).steps());
    }
    assertEquals(records(), found);
  }

  private static Map<Long, VectorRecord> read(VectorCollection collection) {
    Map<Long, VectorRecord> found = new HashMap<>();
    try (Stream<VectorRecord> records = collection.records()) {
      records.forEach(
          record ->
              assertNull(
                  found.put(KillScript.number(record.id()), record),
                  () -> record.id() + " is there twice"));
    }
    assertEquals(found.size(), collection.count(), "count");
    return found;
  }

  private static Map<Long, Version> versions(int writer, Map<Long, VectorRecord> found) {
    Map<Long, Version> versions = new HashMap<>();
    found.forEach(
        (id, record) -> {
          if (KillScript.writerOf(id) == writer) {
            long step = record.payload().getLong("step").orElseThrow();
            long index = record.payload().getLong("index").orElseThrow();
            versions.put(id, new Version(step, Math.toIntExact(index)));
          }
        });
    return versions;
  }

  /** How far the writer may have come when its records are as found, one for each sequence. */
  private List<Progress> possible(State from, Map<Long, Version> found, int further) {
    List<Progress> possible = new ArrayList<>();
    State state = from.copy();
    for (int i = 0; i <= further; i++) {
      if (i > 0) {
        state.advance(script);
      }
      boolean known =
          !possible.isEmpty() && possible.getLast().changing() == state.progress.changing();
      if (!known && state.records.equals(found)) {
        possible.add(state.progress);
      }
    }
    assertTrue(!possible.isEmpty(), () -> noPrefix(from, found, further));
    return possible;
  }

  private static String noPrefix(State from, Map<Long, Version> found, int further) {
    Map<Long, Version> missing = new HashMap<>(from.records);
    missing.entrySet().removeAll(found.entrySet());
    Map<Long, Version> other = new HashMap<>(found);
    other.entrySet().removeAll(from.records.entrySet());
    return "writer %d: its records are those after none of the steps %d to %d; at the first, %s are missing and %s are too many"
        .formatted(
            from.writer, from.progress.steps(), from.progress.steps() + further, missing, other);
  }

  /** Chooses one state of each writer so that the sequences add up. */
  private static boolean choose(
      List<List<Progress>> possible, long sequence, List<Progress> chosen) {
    if (chosen.size() == possible.size()) {
      return sequence == 0;
    }
    for (Progress progress : possible.get(chosen.size())) {
      chosen.addLast(progress);
      if (choose(possible, sequence - progress.changing(), chosen)) {
        return true;
      }
      chosen.removeLast();
    }
    return false;
  }

  @Override
  public String toString() {
    return steps().toString();
  }
}
