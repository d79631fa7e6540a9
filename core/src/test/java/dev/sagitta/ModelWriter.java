package dev.sagitta;

import dev.sagitta.distance.Metric;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of a database: does what a crash test asks for and keeps a record of what was
 * begun, what was acknowledged and what must survive. Not thread-safe.
 *
 * <p>Operations fail with a {@link SagittaException} once the file system has crashed; the record
 * then says what may be found after opening again. Where calls on the file system fail one by one,
 * {@link #tolerant} makes a writer that goes on after refused operations, as an application would.
 */
final class ModelWriter {
  /** Small enough for eight rows to a vector extent at a 64-byte row. */
  static final int DIMENSION = 4;

  /** Timers run only after so many operations, so that there are writes in between. */
  private static final int OPERATIONS_PER_TICK = 5;

  private final ModelDatabase database;
  private final Durability durability;
  private final @Nullable FaultPlan faults;
  private final Map<String, Lifetime> lifetimes = new HashMap<>();

  /**
   * Collections that a killed process had begun to drop, and that the next one found gone: a power
   * loss may bring them back, until the directory is known to have been forced.
   */
  private final Map<String, ModelHistory> gone = new HashMap<>();

  /** Of the collections written to since the database was opened, by name. */
  private final Map<String, DurabilityPromise> promises = new HashMap<>();

  private long operations;
  private int creations;
  private int drops;

  /** A writer that opens the database with its first operation. */
  ModelWriter(ModelDatabase database, Durability durability) {
    this(database, durability, null);
  }

  private ModelWriter(ModelDatabase database, Durability durability, @Nullable FaultPlan faults) {
    this.database = database;
    this.durability = durability;
    this.faults = faults;
  }

  /**
   * A writer that goes on with another's collections, from the states in which a crash left them.
   *
   * @param found where they are looked at; closed afterwards
   * @param database where the writer writes: the same files once more, not opened yet
   * @param faults for a tolerant writer; null for one that ends with the first error
   */
  static ModelWriter resumed(
      ModelWriter before,
      ModelDatabase found,
      boolean powerLoss,
      ModelDatabase database,
      Durability durability,
      @Nullable FaultPlan faults) {
    var writer = new ModelWriter(database, durability, faults);
    for (String name : before.names()) {
      Lifetime lifetime = before.expected(name, powerLoss);
      if (lifetime != null && found.open().collectionNames().contains(name)) {
        VectorCollection collection = found.open().collection(name);
        ModelHistory history = lifetime.in(collection, powerLoss).copy();
        history.goOn(collection, powerLoss);
        writer.lifetimes.put(name, new Lifetime(history, lifetime.certain(), null));
      } else if (lifetime != null && lifetime.certain()) {
        throw new AssertionError(name + " is lost");
      } else if (!powerLoss) {
        ModelHistory history = lifetime == null ? before.gone.get(name) : lifetime.history();
        writer.gone.put(name, Objects.requireNonNull(history).copy());
      }
    }
    found.kill();
    return writer;
  }

  /** A writer that takes refusals as they come, on a file system that fails by a plan. */
  static ModelWriter tolerant(ModelDatabase database, Durability durability, FaultPlan faults) {
    return new ModelWriter(database, durability, faults);
  }

  /**
   * One collection of a name.
   *
   * @param certain whether it must be there after a crash, and not merely may be
   * @param before one that was dropped, and may be back while this one is not certain
   */
  record Lifetime(ModelHistory history, boolean certain, @Nullable ModelHistory before) {
    /** Checks that a collection is in a state that it may be in. */
    void check(VectorCollection collection, boolean powerLoss) {
      int unused = in(collection, powerLoss).check(collection, powerLoss);
    }

    /** Which of the two histories a collection that was found is of. */
    ModelHistory in(VectorCollection collection, boolean powerLoss) {
      ModelHistory dropped = before;
      boolean back = !certain && dropped != null && dropped.allows(collection, powerLoss);
      return back && dropped != null ? dropped : history;
    }
  }

  /** The collections that may be there, by name. */
  Map<String, Lifetime> lifetimes() {
    return lifetimes;
  }

  /**
   * The collection that may be found under a name after a crash; null if none may.
   *
   * @param powerLoss which may bring back one that was gone
   */
  @Nullable Lifetime expected(String name, boolean powerLoss) {
    Lifetime lifetime = lifetimes.get(name);
    ModelHistory returning = powerLoss ? gone.get(name) : null;
    return lifetime == null && returning != null ? new Lifetime(returning, false, null) : lifetime;
  }

  private Set<String> names() {
    var names = new TreeSet<>(lifetimes.keySet());
    names.addAll(gone.keySet());
    return names;
  }

  /** What may be found after a power loss, as text that differs where that does. */
  String promised() {
    var text = new StringJoiner(", ");
    text.add(creations + " creations, " + drops + " drops");
    new TreeMap<>(lifetimes)
        .forEach(
            (name, lifetime) -> {
              ModelHistory before = lifetime.before();
              text.add(name + " " + lifetime.history().allowed() + " " + lifetime.certain());
              text.add(before == null ? "" : before.allowed());
            });
    new TreeMap<>(gone).forEach((name, history) -> text.add(name + " gone " + history.allowed()));
    return text.toString();
  }

  /** Creates a collection with LONG ids. */
  void create(String name) {
    creations++;
    Lifetime known = lifetimes.get(name);
    ModelHistory before = known == null ? gone.get(name) : known.history();
    // The process before may have made it, or a creation or drop that failed have left it there.
    boolean there = known != null && existsNow(name);
    boolean certain = known != null && known.certain() && there;
    ModelHistory history = before != null && there ? before : new ModelHistory();
    lifetimes.put(name, new Lifetime(history, certain, before));
    promises.remove(name);
    attempt(
        name,
        () -> {
          var unused =
              database
                  .open()
                  .collection(
                      name, CollectionConfig.builder(DIMENSION, Metric.EUCLIDEAN).m(4).build());
          // One that was found is durable from the first write on, one that was made at once.
          lifetimes.put(name, new Lifetime(history, certain || !there, null));
          if (!there) {
            gone.remove(name);
          }
        });
  }

  /** Drops a collection. */
  void drop(String name) {
    drops++;
    lifetimes.put(name, new Lifetime(history(name), false, null));
    attempt(
        name,
        () -> {
          database.open().drop(name);
          lifetimes.remove(name);
          gone.remove(name);
        });
    Lifetime refused = lifetimes.get(name);
    if (refused != null && faults != null && faults.losesPages()) {
      // It was closed, and is opened anew without what could not be forced.
      refused.history().loseUnforced();
      faults.suspended(() -> goOn(name));
    }
  }

  /** Stores one record whose id, vector and payload follow from the numbers. */
  void upsert(String name, int id, int version) {
    VectorRecord record = record(id, version);
    attempt(
        name,
        () -> {
          history(name).begin(List.of(record), List.of());
          collection(name).upsert(record);
          acknowledge(name);
        });
  }

  /** Stores a stream of records, each an operation of its own. */
  void upsertAll(String name, int firstId, int count, int version) {
    List<VectorRecord> all =
        IntStream.range(firstId, firstId + count).mapToObj(id -> record(id, version)).toList();
    attempt(
        name,
        () -> {
          for (VectorRecord record : all) {
            history(name).begin(List.of(record), List.of());
          }
          long unused = collection(name).upsertAll(all.stream());
          acknowledge(name);
        });
  }

  /** Deletes a record that is there or not. */
  void delete(String name, int id) {
    attempt(
        name,
        () -> {
          history(name).begin(List.of(), List.of(id(id)));
          if (collection(name).delete(id(id))) {
            acknowledge(name);
          } else {
            // Nothing was written, so nothing was forced either.
            history(name).acknowledge(collection(name).stats());
          }
        });
  }

  /** Upserts the first ids and deletes the others, at once. */
  void batch(String name, int version, List<Integer> upserted, List<Integer> deleted) {
    List<VectorRecord> records = upserted.stream().map(id -> record(id, version)).toList();
    List<RecordId> ids = deleted.stream().map(ModelWriter::id).toList();
    var batch = new WriteBatch();
    records.forEach(batch::upsert);
    ids.forEach(batch::delete);
    attempt(
        name,
        () -> {
          history(name).begin(records, ids);
          collection(name).apply(batch);
          acknowledge(name);
        });
  }

  /** Makes a checkpoint; afterwards everything is durable. */
  void checkpoint(String name) {
    attempt(
        name,
        () -> {
          long acknowledged = history(name).acknowledgedSequence();
          collection(name).checkpoint();
          checkDurable(name, acknowledged);
        });
  }

  /** Forces the log; afterwards everything is durable. */
  void flush(String name) {
    attempt(
        name,
        () -> {
          long acknowledged = history(name).acknowledgedSequence();
          collection(name).flush();
          checkDurable(name, acknowledged);
        });
  }

  private void checkDurable(String name, long sequence) {
    CollectionStats now = collection(name).stats();
    DurabilityPromise.requireDurable(now, sequence, "to be made durable");
    history(name).durableAsOf(now);
  }

  /** Waits for the linkers. */
  void awaitIndexed(String name) {
    attempt(
        name,
        () -> {
          try {
            collection(name).awaitIndexed();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        });
  }

  /**
   * Does something on another simulated thread beside something on this one, and waits for both.
   * Only one of them may write to a collection. The error of a crash is thrown at the end.
   */
  void atOnce(Runnable other, Runnable own) {
    CompletableFuture<Void> end = database.start(other);
    Optional<SagittaException> crashed = Optional.empty();
    try {
      own.run();
    } catch (SagittaException e) {
      crashed = Optional.of(e);
    }
    try {
      end.join();
    } catch (CompletionException e) {
      if (!(e.getCause() instanceof SagittaException otherCrashed)) {
        throw new AssertionError(e.getCause());
      }
      crashed = Optional.of(otherCrashed);
    }
    if (crashed.isPresent()) {
      throw crashed.get();
    }
  }

  /** Closes in peace; afterwards everything is durable. */
  void close() {
    promises.clear();
    try {
      database.close();
      lifetimes.values().forEach(lifetime -> lifetime.history().makeDurable());
    } catch (SagittaException e) {
      if (faults == null) {
        throw e;
      }
    }
    if (faults != null) {
      if (faults.losesPages()) {
        lifetimes.values().forEach(lifetime -> lifetime.history().loseUnforced());
      }
      // What was unknown is known once the database is open again.
      faults.suspended(() -> lifetimes.keySet().forEach(this::goOn));
    }
  }

  /** Does an operation; a tolerant writer remembers what its refusal means, and goes on. */
  private void attempt(String name, Runnable operation) {
    Lifetime lifetime = lifetimes.get(name);
    int begun = lifetime == null ? 0 : lifetime.history().begun();
    try {
      operation.run();
      if (++operations % OPERATIONS_PER_TICK == 0) {
        database.tick();
        promises.values().forEach(DurabilityPromise::tick);
      }
    } catch (SagittaException e) {
      if (faults == null) {
        throw e;
      }
      if (!faults.explains(e)) {
        throw new AssertionError("no injected fault explains " + e, e);
      }
      if (e instanceof CollectionFailedException failed && failed.outcomeUnknown()) {
        return;
      }
      faults.suspended(() -> settleRefused(name, begun));
    }
  }

  private void settleRefused(String name, int begun) {
    ModelHistory history = history(name);
    boolean stream = history.begun() > begun + 1;
    if (!stream || failed(name)) {
      history.forgetAfter(begun);
    } else {
      goOn(name);
    }
  }

  private boolean failed(String name) {
    return exists(name) && collection(name).stats().failure().isPresent();
  }

  private void goOn(String name) {
    if (exists(name)) {
      history(name).goOn(collection(name), false);
    }
  }

  private boolean existsNow(String name) {
    if (faults == null) {
      return exists(name);
    }
    boolean[] there = new boolean[1];
    faults.suspended(() -> there[0] = exists(name));
    return there[0];
  }

  private boolean exists(String name) {
    return database.open().collectionNames().contains(name);
  }

  private void acknowledge(String name) {
    CollectionStats now = collection(name).stats();
    history(name).acknowledge(now);
    lifetimes.put(name, new Lifetime(history(name), true, null));
    promises.computeIfAbsent(name, unused -> new DurabilityPromise(durability)).check(now);
  }

  private VectorCollection collection(String name) {
    return database.open().collection(name);
  }

  /** The history of a collection that may be there. */
  ModelHistory history(String name) {
    Lifetime lifetime = lifetimes.get(name);
    if (lifetime == null) {
      throw new IllegalArgumentException(name + " was not created");
    }
    return lifetime.history();
  }

  private static RecordId id(int number) {
    return ModelRecords.id(IdType.LONG, number);
  }

  /** A record whose vector and payload differ from version to version. */
  static VectorRecord record(int id, int version) {
    return ModelRecords.record(
        IdType.LONG, DIMENSION, id, 100 + 7 * id + version, (id + version) % 16);
  }
}
