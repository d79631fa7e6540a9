package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.KillPoint.Phase;
import dev.sagitta.distance.Metric;
import dev.sagitta.engine.CollectionValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * The life of a process that is to be killed at a {@link KillPoint}: it recovers and checks what
 * the one before it left, then goes round through everything that changes files, told phase by
 * phase to its {@link KillFiles}. For one thread.
 *
 * <p>Writer 0 of the script writes here, writer 1 on a thread of its own beside each checkpoint. A
 * second collection lives for a round. What happened to it is counted too, as if by a writer more:
 * made, one record stored, dropped, and so on.
 */
final class KillCycle {
  /** Those of the script, and that of the second collection. */
  static final int WRITERS = KillScript.WRITERS + 1;

  private static final int SECOND = WRITERS - 1;
  private static final int STEPS_OF_SECOND = 3;
  private static final String SECOND_NAME = "second";
  private static final CollectionConfig SECOND_CONFIG =
      CollectionConfig.builder(2, Metric.EUCLIDEAN).build();

  private static final int CALLS_PER_PHASE = 2;

  /** On a busy machine a checkpoint takes long, and all that is written has to be replayed. */
  private static final int CALLS_BESIDE_MAX = 1_000;

  private static final int QUERIES = 3;
  private static final int RECALL_QUERIES = 20;
  private static final int SELF_QUERIES = 5;

  private final KillLevel level;
  private final Path directory;
  private final KillFiles files;
  private final Acknowledgements acknowledgements;
  private final KillModel model;
  private final KillWriter writer;
  private final KillWriter beside;
  private long secondSteps;
  private VectorDatabase database;
  private VectorCollection collection;

  /** Is told what is acknowledged, by several threads. */
  @FunctionalInterface
  interface Acknowledgements {
    /** The steps of a writer up to this one are acknowledged. */
    void acknowledged(int writer, long steps);
  }

  private KillCycle(
      KillLevel level,
      Path directory,
      KillFiles files,
      Acknowledgements acknowledgements,
      KillModel model,
      List<Long> atLeast) {
    this.level = level;
    this.directory = directory;
    this.files = files;
    this.acknowledgements = acknowledgements;
    this.model = model;
    files.enter(Phase.RECOVER);
    database = level.openByHand(directory, files);
    checkNothingIsLeftOver();
    secondSteps = findSecond(atLeast.get(SECOND));
    collection = level.collection(database);
    awaitIndexed();
    model.recover(collection, atLeast);
    writer = writer(0);
    beside = writer(1);
  }

  /**
   * Opens a database, or makes one, and fails unless it holds what it must.
   *
   * @param atLeast what was acknowledged, by writer
   */
  static KillCycle recover(
      KillLevel level,
      Path directory,
      long seed,
      KillFiles files,
      Acknowledgements acknowledgements,
      List<Long> atLeast) {
    KillModel model = new KillModel(level.script(seed));
    KillCycle cycle = new KillCycle(level, directory, files, acknowledgements, model, atLeast);
    cycle.checkWhole(seed);
    cycle.checkSecondOpening();
    return cycle;
  }

  private KillWriter writer(int number) {
    return new KillWriter(
        model.script(),
        collection,
        number,
        model.steps().get(number),
        steps -> acknowledgements.acknowledged(number, steps));
  }

  private void checkNothingIsLeftOver() {
    try (Stream<Path> entries = Files.list(directory)) {
      List<String> names = entries.map(entry -> entry.getFileName().toString()).toList();
      assertTrue(
          List.of("LOCK", KillLevel.COLLECTION, SECOND_NAME).containsAll(names), names.toString());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    for (CollectionInfo info : database.collections()) {
      assertEquals(Optional.empty(), info.damage());
    }
  }

  /** What is found before the first write is found once more. */
  private void checkSecondOpening() {
    try {
      SecondOpening.check(
          level,
          directory,
          again -> {
            assertEquals(database.collectionNames(), again.collectionNames());
            model.check(level.collection(again));
            if (again.collectionNames().contains(SECOND_NAME)) {
              assertEquals(
                  database.collection(SECOND_NAME).get(1), again.collection(SECOND_NAME).get(1));
            }
          });
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** How far the second collection came; nothing acknowledged may be undone. */
  private long findSecond(long atLeast) {
    long state = 0;
    if (database.collectionNames().contains(SECOND_NAME)) {
      VectorCollection second = database.collection(SECOND_NAME);
      CollectionValidator.validate(second.engine());
      Optional<VectorRecord> record = second.get(1);
      assertEquals(record.isPresent() ? 1 : 0, second.count());
      state = record.map(found -> found.payload().getLong("step").orElseThrow()).orElse(1L);
    }
    long found = atLeast;
    while (found % STEPS_OF_SECOND != state % STEPS_OF_SECOND) {
      found++;
    }
    assertTrue(
        found <= atLeast + 1 && (state < 2 || state == found),
        "the second collection did " + atLeast + " steps and is in the state after " + state);
    return found;
  }

  private void awaitIndexed() {
    try {
      collection.awaitIndexed();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void validateIndexed() {
    try {
      CollectionValidator.validateIndexed(collection.engine());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void checkWhole(long seed) {
    validateIndexed();
    SplittableRandom random = new SplittableRandom(seed);
    KillSearches.check(level, collection, model, random, QUERIES);
    KillSearches.checkRecall(collection, random, RECALL_QUERIES);
    model.liveIds().stream()
        .limit(SELF_QUERIES)
        .forEach(id -> KillSearches.checkFindsItself(collection, model.record(id)));
    assertEquals(Optional.empty(), collection.stats().failure());
    assertEquals(Optional.empty(), collection.stats().warning());
  }

  /** What every writer did, found or done since. */
  List<Long> steps() {
    return List.of(
        writer.steps(), beside.steps(), model.steps().get(2), model.steps().get(3), secondSteps);
  }

  /** Writes for the first time after the recovery. */
  void begin() {
    files.enter(Phase.CONTINUE);
    change();
  }

  /** Does everything once that changes files. */
  void round() throws IOException {
    files.enter(Phase.CREATE);
    stepSecondUpTo(2);
    files.enter(Phase.WRITE);
    write(CALLS_PER_PHASE);
    files.enter(Phase.CHECKPOINT);
    checkpoint();
    files.enter(Phase.WRITE);
    write(CALLS_PER_PHASE);
    files.enter(Phase.DROP);
    stepSecondUpTo(STEPS_OF_SECOND);
    files.enter(Phase.CLOSE);
    database.close();
    checkNothingIsTemporary();
    files.enter(Phase.OPEN);
    database = level.openByHand(directory, files);
    collection = level.collection(database);
    awaitIndexed();
    writer.moveTo(collection);
    beside.moveTo(collection);
    model.advance(0, writer.steps());
    model.advance(1, beside.steps());
    model.check(collection);
    files.enter(Phase.BEGIN);
    change();
  }

  /** Ends in peace. */
  void close() {
    database.close();
  }

  /** Writes until that has changed something: deletions of what is not there do not. */
  private void change() {
    long sequence = collection.stats().sequence();
    while (collection.stats().sequence() == sequence) {
      writer.next();
    }
  }

  private void write(int calls) {
    for (int i = 0; i < calls; i++) {
      writer.next();
    }
  }

  /** Lets the second collection take the steps that it lacks in this round. */
  private void stepSecondUpTo(int last) {
    while (secondSteps % STEPS_OF_SECOND != last % STEPS_OF_SECOND) {
      switch ((int) (secondSteps % STEPS_OF_SECOND)) {
        case 0 -> database.collection(SECOND_NAME, SECOND_CONFIG);
        case 1 ->
            database
                .collection(SECOND_NAME)
                .upsert(1, new float[] {1, 2}, Payload.of("step", secondSteps + 1));
        default -> database.drop(SECOND_NAME);
      }
      secondSteps++;
      acknowledgements.acknowledged(SECOND, secondSteps);
    }
  }

  private void checkpoint() {
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<Void> writing = new CompletableFuture<>();
    Thread.ofPlatform()
        .start(
            () -> {
              try {
                int calls = 0;
                do {
                  beside.next();
                  calls++;
                } while (!done.get() && calls < CALLS_BESIDE_MAX);
                writing.complete(null);
              } catch (Throwable e) {
                writing.completeExceptionally(e);
              }
            });
    try {
      collection.checkpoint();
    } finally {
      done.set(true);
    }
    writing.join();
  }

  private void checkNothingIsTemporary() throws IOException {
    try (Stream<Path> entries = Files.list(directory.resolve(KillLevel.COLLECTION))) {
      List<Path> temporary = entries.filter(entry -> entry.toString().endsWith(".tmp")).toList();
      assertEquals(List.of(), temporary, "left after a checkpoint");
    }
  }
}
