package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.persistence.SimulatedFiles;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A power loss in the middle of unforced writes, then a crash at each step of what the next process
 * does (it opens, writes for the first time, checkpoints and writes again), then a crash at each
 * step of the same in the process after that; and what is found then is checked as in {@link
 * CrashStepTest}.
 *
 * <p>Faults instead of crashes, while recovering: {@link FaultStepTest#recoveringFromAPowerLoss}.
 */
final class RecoveryCrashTest {
  /** Of the second crash only every so many-th step is tried, another one for each first step. */
  private static final int STRIDE = Integer.getInteger("sagitta.nightly.recoveryStride", 5);

  /** Decides the order of threads. */
  private static final long SEED = Long.getLong("sagitta.seed", 1);

  private static final Durability BEFORE = Durability.os();
  private static final Durability AFTER = Durability.sync();

  private static long crashes;
  private static long faults;

  /** What the process does that recovers. */
  enum Recovering {
    WRITES {
      @Override
      void run(ModelWriter writer) {
        writer.upsert("a", 1, 6);
        writer.batch("a", 7, List.of(2, 3), List.of(4));
      }
    },
    CHECKPOINTS {
      @Override
      void run(ModelWriter writer) {
        writer.checkpoint("a");
        writer.upsert("a", 5, 8);
      }
    },
    CLOSES {
      @Override
      void run(ModelWriter writer) {
        writer.upsert("a", 6, 9);
        writer.close();
        writer.upsert("a", 7, 9);
      }
    },
    CREATES_AND_DROPS {
      @Override
      void run(ModelWriter writer) {
        if (writer.lifetimes().containsKey("a")) {
          writer.drop("a");
        }
        writer.create("a");
        writer.upsert("a", 1, 1);
        writer.create("c");
        writer.upsert("c", 2, 2);
        writer.drop("a");
      }

      @Override
      Left source(Simulation simulation, int seed) {
        return crashWhileCreatingAndDropping(simulation, seed);
      }
    };

    abstract void run(ModelWriter writer);

    /** What comes before the first crash, and that crash. */
    Left source(Simulation simulation, int seed) {
      return powerLossInTheMiddleOfWrites(simulation, seed);
    }
  }

  /**
   * A file system after a crash.
   *
   * @param writer knows what may be on it
   * @param reached whether it came to the crash; if not, the process was ended behind its last step
   */
  record Left(SimulatedFiles files, ModelWriter writer, boolean powerLoss, boolean reached) {}

  @AfterAll
  static void report() {
    System.out.printf(
        "RecoveryCrashTest: %,d crashes, %,d faults after crashes; seed %d%n",
        crashes, faults, SEED);
  }

  @ParameterizedTest
  @EnumSource
  void crashesWhileRecoveringFromACrashWhileRecovering(Recovering recovering) {
    boolean more = true;
    for (int first = 1; more; first++) {
      more = false;
      boolean moreSecond = true;
      for (int second = 1 + first % STRIDE; moreSecond; second += STRIDE) {
        int step = first;
        int stepAfter = second;
        try {
          Left end =
              Simulation.run(
                  SEED, simulation -> crashTwice(simulation, step, stepAfter, recovering));
          moreSecond = end.reached();
          more |= moreSecond;
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(
              "step %d, then step %d: %s".formatted(first, second, e.getMessage()), e);
        }
      }
    }
  }

  private static Left crashTwice(
      Simulation simulation, int first, int second, Recovering recovering) {
    Left cut = recovering.source(simulation, first);
    Left once = crashAt(simulation, cut, first, recovering);
    if (!once.reached()) {
      return once;
    }
    Left twice = crashAt(simulation, once, second, recovering);
    try (var survivor =
        ModelDatabase.simulated(simulation, twice.files(), AFTER, SmallWorkloads.TINY)) {
      crashes +=
          CrashVerifier.verify(
              survivor, twice.writer(), twice.powerLoss(), second % 3 == 0, first + second);
    }
    return twice;
  }

  private static Left powerLossInTheMiddleOfWrites(Simulation simulation, long seed) {
    var database =
        ModelDatabase.simulated(simulation, new SimulatedFiles(), BEFORE, SmallWorkloads.TINY);
    var writer = new ModelWriter(database, BEFORE);
    SmallWorkloads.checkpointsAndLogRotation(writer);
    writer.upsertAll("a", 20, 10, 5);
    crashes++;
    return new Left(database.crashes(seed, 1).getFirst(), writer, true, true);
  }

  /** At a step that depends on the seed: 187 steps, and every one once in so many seeds. */
  private static Left crashWhileCreatingAndDropping(Simulation simulation, int seed) {
    var files = new SimulatedFiles();
    files.crashAtStep(1 + 31 * seed % 187, 0.5);
    var database = ModelDatabase.simulated(simulation, files, AFTER, SmallWorkloads.TINY);
    var writer = new ModelWriter(database, AFTER);
    try {
      SmallWorkloads.creatingAndDropping(writer);
    } catch (SagittaException crashed) {
      assertTrue(files.ioSteps() >= 1, () -> "failed before the crash: " + crashed);
    }
    crashes++;
    boolean powerLoss = seed % 2 == 0;
    SimulatedFiles cut = database.crashes(seed, 1).getFirst();
    return new Left(powerLoss ? cut : files.killProcess(), writer, powerLoss, true);
  }

  private static Left crashAt(Simulation simulation, Left before, int step, Recovering recovering) {
    SimulatedFiles files = before.files();
    var database = ModelDatabase.simulated(simulation, files, AFTER, SmallWorkloads.TINY);
    ModelWriter writer = resumed(simulation, before, database, null);
    long crashStep = files.ioSteps() + step;
    files.crashAtStep(crashStep, step % 3 / 2.0);
    try {
      recovering.run(writer);
    } catch (SagittaException crashed) {
      assertTrue(files.ioSteps() >= crashStep, () -> "failed before the crash: " + crashed);
    }
    boolean reached = files.ioSteps() >= crashStep;
    boolean powerLoss = step % 4 < 2;
    SimulatedFiles cut = database.crashes(step, 1).getFirst();
    crashes++;
    return new Left(powerLoss ? cut : files.killProcess(), writer, powerLoss, reached);
  }

  private static ModelWriter resumed(
      Simulation simulation, Left before, ModelDatabase database, @Nullable FaultPlan faults) {
    var found =
        ModelDatabase.simulated(simulation, before.files().copy(1), AFTER, SmallWorkloads.TINY);
    return ModelWriter.resumed(before.writer(), found, before.powerLoss(), database, AFTER, faults);
  }

  @ParameterizedTest
  @EnumSource
  void callsFailWhileRecoveringFromACrashWhileRecovering(Recovering recovering) {
    boolean more = true;
    for (int first = 1; more; first += STRIDE) {
      more = false;
      boolean moreCalls = true;
      for (int call = 1 + first % STRIDE; moreCalls; call += STRIDE) {
        var plan = new FaultPlan(call, FaultPlan.Kind.ONCE, first % 3);
        int step = first;
        try {
          boolean reached =
              Simulation.run(SEED, simulation -> crashAndFail(simulation, step, plan, recovering));
          moreCalls = reached && plan.failed().isPresent();
          more |= reached;
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("step %d, then %s: %s".formatted(first, plan, e), e);
        }
      }
    }
  }

  /** Whether it came to the crash. */
  private static boolean crashAndFail(
      Simulation simulation, int step, FaultPlan plan, Recovering recovering) {
    Left once = crashAt(simulation, recovering.source(simulation, step), step, recovering);
    if (!once.reached()) {
      return false;
    }
    var database = ModelDatabase.simulated(simulation, once.files(), AFTER, SmallWorkloads.TINY);
    ModelWriter writer = resumed(simulation, once, database, plan);
    once.files().intercept(plan);
    recovering.run(writer);
    once.files().intercept(ignored -> Optional.empty());
    faults += plan.failed().isPresent() ? 1 : 0;
    CrashVerifier.checkShown(database, writer);
    SimulatedFiles left = database.crashes(step, 1).getFirst();
    try (var survivor = ModelDatabase.simulated(simulation, left, AFTER, SmallWorkloads.TINY)) {
      crashes += 1 + CrashVerifier.verify(survivor, writer, true, step % 2 == 0, step);
    }
    return true;
  }
}
