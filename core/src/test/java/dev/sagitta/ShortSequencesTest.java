package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.persistence.SimulatedFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every sequence of a few operations crashes at every step of its last one: the power fails or the
 * process is killed. (The steps before are those of shorter sequences.) What is found then is
 * checked as in {@link CrashStepTest}.
 */
final class ShortSequencesTest {
  private static final int LENGTH = Integer.getInteger("sagitta.nightly.sequences", 3);

  /** Decides the order of threads. */
  private static final long SEED = Long.getLong("sagitta.seed", 1);

  private static long sequences;
  private static long crashes;

  /** One operation on a database with one collection, or with none. */
  private enum Step {
    INSERT {
      @Override
      void perform(ModelWriter writer, int version) {
        writer.upsert(NAME, 10 + version, version);
      }
    },
    UPDATE {
      @Override
      void perform(ModelWriter writer, int version) {
        writer.upsert(NAME, 1, version);
      }
    },
    DELETE {
      @Override
      void perform(ModelWriter writer, int version) {
        writer.delete(NAME, 1);
      }
    },
    BATCH {
      @Override
      void perform(ModelWriter writer, int version) {
        writer.batch(NAME, version, List.of(1, 2, 3), List.of(10, 11));
      }
    },
    CHECKPOINT {
      @Override
      void perform(ModelWriter writer, int version) {
        writer.checkpoint(NAME);
      }
    },
    REOPEN {
      @Override
      void perform(ModelWriter writer, int version) {
        writer.close();
        writer.flush(NAME);
      }
    },
    REPLACE {
      @Override
      void perform(ModelWriter writer, int version) {
        writer.drop(NAME);
        writer.create(NAME);
      }
    };

    private static final String NAME = "a";

    abstract void perform(ModelWriter writer, int version);
  }

  /** How far acknowledged writes are durable. */
  enum Level {
    SYNC(Durability.sync()),
    OS(Durability.os());

    private final Durability durability;

    Level(Durability durability) {
      this.durability = durability;
    }
  }

  @AfterAll
  static void report() {
    System.out.printf(
        "ShortSequencesTest: %,d sequences of up to %d operations, %,d crashes; seed %d%n",
        sequences, LENGTH, crashes, SEED);
  }

  @ParameterizedTest
  @EnumSource
  void crashesAtEveryStepOfEverySequence(Level level) {
    extend(List.of(), level);
  }

  private static void extend(List<Step> sequence, Level level) {
    if (!sequence.isEmpty()) {
      crashInTheLast(sequence, level);
      sequences++;
    }
    if (sequence.size() < LENGTH) {
      for (Step next : Step.values()) {
        List<Step> longer = new ArrayList<>(sequence);
        longer.add(next);
        extend(longer, level);
      }
    }
  }

  private static void crashInTheLast(List<Step> sequence, Level level) {
    boolean more = true;
    for (int step = 1; more; step++) {
      int at = step;
      try {
        more = Simulation.run(SEED, simulation -> crashAt(simulation, at, sequence, level));
      } catch (RuntimeException | AssertionError e) {
        String names = sequence.stream().map(Step::name).collect(Collectors.joining(", "));
        throw new AssertionError(
            "%s, step %d of the last of %s: %s".formatted(level, step, names, e.getMessage()), e);
      }
    }
  }

  /** Whether the last operation takes as many steps. */
  private static boolean crashAt(
      Simulation simulation, int step, List<Step> sequence, Level level) {
    var files = new SimulatedFiles();
    var database =
        ModelDatabase.simulated(simulation, files, level.durability, SmallWorkloads.TINY);
    var writer = new ModelWriter(database, level.durability);
    writer.create(Step.NAME);
    writer.upsertAll(Step.NAME, 0, 3, 0);
    int last = sequence.size() - 1;
    for (int i = 0; i < last; i++) {
      sequence.get(i).perform(writer, i + 1);
    }
    long crashStep = files.ioSteps() + step;
    files.crashAtStep(crashStep, step % 3 / 2.0);
    try {
      sequence.get(last).perform(writer, last + 1);
    } catch (SagittaException crashed) {
      assertTrue(files.ioSteps() >= crashStep, () -> "failed before the crash: " + crashed);
    }
    boolean reached = files.ioSteps() >= crashStep;
    if (reached) {
      verify(simulation, database, writer, step, sequence, level);
    } else {
      database.kill();
    }
    return reached;
  }

  /** The same in every JVM, unlike hash codes of enums. */
  private static long seed(List<Step> sequence) {
    long seed = 0;
    for (Step step : sequence) {
      seed = seed * 31 + step.name().hashCode();
    }
    return seed;
  }

  private static void verify(
      Simulation simulation,
      ModelDatabase database,
      ModelWriter writer,
      int step,
      List<Step> sequence,
      Level level) {
    long seed = seed(sequence) * 31 + step;
    SimulatedFiles cut = database.crashes(seed, 1).getFirst();
    // Both of each step are too many; neighbours have one of each.
    boolean powerLoss = step % 2 == 0;
    SimulatedFiles left = powerLoss ? cut : database.files().killProcess();
    try (var survivor =
        ModelDatabase.simulated(simulation, left, level.durability, SmallWorkloads.TINY)) {
      crashes += 1 + CrashVerifier.verify(survivor, writer, powerLoss, seed % 3 == 0, seed);
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          (powerLoss ? "power loss of seed " + seed : "kill") + ": " + e.getMessage(), e);
    }
  }
}
