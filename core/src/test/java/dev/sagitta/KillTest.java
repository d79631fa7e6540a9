package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.CollectionValidator;
import dev.sagitta.persistence.NioFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Kills a writing process again and again, with SIGKILL at random moments, and looks at what the
 * next one finds: a prefix of the commit order with everything that was acknowledged.
 *
 * <p>A few in {@code mvn verify}; with {@code -Dsagitta.nightly.kills=N} 30 % of N, while {@link
 * KillPointTest} does the others. Prints its seeds; {@code -Dsagitta.kill.seed=N} writes the same
 * steps again, though the moments of the kills cannot be repeated.
 */
final class KillTest {
  /** With {@link KillPointTest} those asked for; here they come one or two a round. */
  private static final int NIGHTLY_KILLS_PER_LEVEL =
      Integer.getInteger("sagitta.nightly.kills", 0) / 10;

  /** In one store; what has to be read and compared grows with them. */
  private static final int ROUNDS = NIGHTLY_KILLS_PER_LEVEL > 0 ? 12 : 3;

  /** How many there may be while the children were killed before they wrote much. */
  private static final int ROUNDS_WITH_LITTLE_MAX = 12;

  private static final int STARTING_MILLIS_MAX = 400;
  private static final int ACKNOWLEDGEMENTS_MAX = 1_200;
  private static final int PARENT_CALLS = 10;
  private static final int QUERIES = 20;

  @TempDir Path directory;

  private int stores;

  @ParameterizedTest
  @EnumSource
  @Timeout(value = 1, unit = TimeUnit.HOURS)
  void whatWasAcknowledgedSurvivesSigkill(KillLevel level) throws Exception {
    long seed = Long.getLong("sagitta.kill.seed", System.nanoTime());
    long start = System.nanoTime();
    int kills = 0;
    do {
      kills += killAgainAndAgain(level, seed + stores);
      stores++;
    } while (kills < NIGHTLY_KILLS_PER_LEVEL);
    System.out.printf(
        "KillTest %s: %d kills at random moments in %d stores, %.0f a minute%n",
        level, kills, stores, kills / ((System.nanoTime() - start) / 60e9));
  }

  /** In a new store; how often. */
  private int killAgainAndAgain(KillLevel level, long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    KillModel model = new KillModel(level.script(seed));
    int kills = 0;
    for (int round = 1; needsRound(round, model); round++) {
      List<Long> atLeast = model.steps();
      if (random.nextBoolean()) {
        // This one may die while it starts, creates or recovers; the next recovers what it left.
        atLeast = startAndKill(task(level, seed, round, atLeast, random), random);
        kills++;
      }
      atLeast = writeAndKill(task(level, seed, round, atLeast, random), random);
      kills++;
      reopen(level, model, atLeast, random);
      System.out.printf(
          "KillTest %s seed %d round %d: acknowledged %s, recovered %s%n",
          level, seed, round, atLeast, model);
    }
    assertTrue(
        model.steps().getFirst() > KillScript.BLOCK_STEPS, "the children wrote next to nothing");
    return kills;
  }

  private static boolean needsRound(int round, KillModel model) {
    boolean little = model.steps().getFirst() <= KillScript.BLOCK_STEPS;
    return round <= ROUNDS || (little && round <= ROUNDS_WITH_LITTLE_MAX);
  }

  /** What a child does: one writer in odd rounds, several in even ones. */
  private KillChild.Task task(
      KillLevel level, long seed, int round, List<Long> atLeast, SplittableRandom random) {
    int writers = round % 2 == 1 ? 1 : KillScript.PARENT;
    return new KillChild.Task(data(), level, seed, writers, random.nextBoolean(), atLeast);
  }

  private List<Long> startAndKill(KillChild.Task task, SplittableRandom random)
      throws IOException, InterruptedException {
    try (KillChild child = KillChild.start(task, errors())) {
      if (random.nextInt(4) > 0) {
        child.awaitStarted();
      }
      Thread.sleep(random.nextInt(STARTING_MILLIS_MAX));
      return child.kill();
    }
  }

  private List<Long> writeAndKill(KillChild.Task task, SplittableRandom random)
      throws IOException, InterruptedException {
    try (KillChild child = KillChild.start(task, errors())) {
      child.awaitRecovered();
      child.awaitAcknowledgements(random.nextInt(ACKNOWLEDGEMENTS_MAX));
      return child.kill();
    }
  }

  private Path data() {
    return directory.resolve("data-" + stores);
  }

  private Path errors() {
    return directory.resolve("errors");
  }

  /** What the kill left, in a copy, without a checkpoint that would hide what is read there. */
  private void openTwice(KillLevel level, KillModel model, List<Long> atLeast)
      throws IOException, InterruptedException {
    Path copy = directory.resolve("copy");
    SecondOpening.copy(data(), copy);
    try (VectorDatabase database = level.openByHand(copy, new NioFiles())) {
      VectorCollection collection = level.collection(database);
      model.recover(collection, atLeast);
      CollectionValidator.validateIndexed(collection.engine());
      SecondOpening.check(
          level,
          copy,
          again -> {
            VectorCollection same = level.collection(again);
            model.check(same);
            CollectionValidator.validate(same.engine());
          });
    }
    Trees.delete(copy);
  }

  private void reopen(KillLevel level, KillModel model, List<Long> atLeast, SplittableRandom random)
      throws IOException, InterruptedException {
    openTwice(level, model, atLeast);
    try (VectorDatabase database = level.open(data())) {
      VectorCollection collection = level.collection(database);
      model.check(collection);
      CollectionValidator.validateIndexed(collection.engine());
      KillSearches.checkRecall(collection, random, QUERIES);
      KillSearches.check(level, collection, model, random, QUERIES);
      model.liveIds().forEach(id -> KillSearches.checkFindsItself(collection, model.record(id)));
      KillWriter writer =
          new KillWriter(
              model.script(),
              collection,
              KillScript.PARENT,
              model.steps().get(KillScript.PARENT),
              steps -> {});
      for (int i = 0; i < PARENT_CALLS; i++) {
        writer.next();
      }
      model.advance(KillScript.PARENT, writer.steps());
      model.check(collection);
      CollectionValidator.validateIndexed(collection.engine());
      KillSearches.check(level, collection, model, random, QUERIES);
      model.liveIds().stream()
          .filter(id -> KillScript.writerOf(id) == KillScript.PARENT)
          .forEach(id -> KillSearches.checkFindsItself(collection, model.record(id)));
      assertEquals(Optional.empty(), collection.stats().failure());
      assertEquals(Optional.empty(), collection.stats().warning());
    }
  }
}
