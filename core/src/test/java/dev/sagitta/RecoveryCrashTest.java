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
 * CrashStepTest}. In place of either crash, or of both, a call on the file system fails, the
 * process goes on as well as it can, and the crash comes at its end.
 */
final class RecoveryCrashTest {
  /**
   * Of the second crash only every so many-th step is tried, others for each first step; where
   * calls fail, of the first one too.
   */
  private static final int STRIDE = Integer.getInteger("sagitta.nightly.recoveryStride", 5);

  /** Of the calls that fail only every so many-th. */
  private static final int FAULT_STRIDE =
      Integer.getInteger("sagitta.nightly.recoveryFaultStride", 21);

  /** Decides the order of threads. */
  private static final long SEED = Long.getLong("sagitta.seed", 1);

  private static final Durability BEFORE = Durability.os();
  private static final Durability AFTER = Durability.sync();

  /** How many steps {@link #crashWhileCreatingAndDropping} may crash at. */
  private static final int CREATING_STEPS = Simulation.run(SEED, RecoveryCrashTest::creatingSteps);

  private static long crashes;
  private static long faults;

  /** What happens to a process. */
  private enum Blow {
    CRASH(STRIDE),
    FAULT(FAULT_STRIDE);

    private final int stride;

    Blow(int stride) {
      this.stride = stride;
    }
  }

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
   * @param reached whether it came to the step or call; if not, the process was ended behind its
   *     last one
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
  void crashWhileRecoveringFromACrashWhileRecovering(Recovering recovering) {
    strikeTwice(Blow.CRASH, Blow.CRASH, recovering);
  }

  @ParameterizedTest
  @EnumSource
  void faultWhileRecoveringFromACrashWhileRecovering(Recovering recovering) {
    strikeTwice(Blow.CRASH, Blow.FAULT, recovering);
  }

  @ParameterizedTest
  @EnumSource
  void crashWhileRecoveringFromAFaultWhileRecovering(Recovering recovering) {
    strikeTwice(Blow.FAULT, Blow.CRASH, recovering);
  }

  @ParameterizedTest
  @EnumSource
  void faultWhileRecoveringFromAFaultWhileRecovering(Recovering recovering) {
    strikeTwice(Blow.FAULT, Blow.FAULT, recovering);
  }

  private static void strikeTwice(Blow first, Blow second, Recovering recovering) {
    int stride = first == Blow.CRASH && second == Blow.CRASH ? 1 : first.stride;
    boolean more = true;
    for (int round = 0; more; round++) {
      int step = 1 + round * stride;
      more = false;
      boolean moreAfter = true;
      for (int next = 1 + round % second.stride; moreAfter; next += second.stride) {
        int stepAfter = next;
        try {
          moreAfter =
              Simulation.run(
                  SEED,
                  simulation ->
                      strikeTwice(simulation, first, step, second, stepAfter, recovering));
          more |= moreAfter;
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(
              "%s at %d, then %s at %d: %s".formatted(first, step, second, stepAfter, e), e);
        }
      }
    }
  }

  /** Whether it came to both. */
  private static boolean strikeTwice(
      Simulation simulation,
      Blow first,
      int step,
      Blow second,
      int stepAfter,
      Recovering recovering) {
    Left cut = recovering.source(simulation, step);
    Left once = strike(simulation, cut, first, step, recovering);
    if (!once.reached()) {
      return false;
    }
    Left twice = strike(simulation, once, second, stepAfter, recovering);
    try (var survivor =
        ModelDatabase.simulated(simulation, twice.files(), AFTER, SmallWorkloads.TINY)) {
      crashes +=
          CrashVerifier.verify(
              survivor, twice.writer(), twice.powerLoss(), stepAfter % 3 == 0, step + stepAfter);
    }
    return twice.reached();
  }

  private static Left strike(
      Simulation simulation, Left before, Blow blow, int step, Recovering recovering) {
    return switch (blow) {
      case CRASH -> crashAt(simulation, before, step, recovering);
      case FAULT -> failAt(simulation, before, step, recovering);
    };
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

  private static int creatingSteps(Simulation simulation) {
    var files = new SimulatedFiles();
    var database = ModelDatabase.simulated(simulation, files, AFTER, SmallWorkloads.TINY);
    SmallWorkloads.creatingAndDropping(new ModelWriter(database, AFTER));
    int steps = Math.toIntExact(files.ioSteps());
    database.kill();
    return steps;
  }

  /** At a step that depends on the seed; neighbouring seeds are far apart. */
  private static Left crashWhileCreatingAndDropping(Simulation simulation, int seed) {
    var files = new SimulatedFiles();
    int step = 1 + 31 * seed % CREATING_STEPS;
    files.crashAtStep(step, 0.5);
    var database = ModelDatabase.simulated(simulation, files, AFTER, SmallWorkloads.TINY);
    var writer = new ModelWriter(database, AFTER);
    try {
      SmallWorkloads.creatingAndDropping(writer);
    } catch (SagittaException crashed) {
      assertTrue(files.ioSteps() >= step, () -> "failed before the crash: " + crashed);
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
    return end(database, writer, step, files.ioSteps() >= crashStep);
  }

  private static Left failAt(Simulation simulation, Left before, int call, Recovering recovering) {
    SimulatedFiles files = before.files();
    var plan = new FaultPlan(call, FaultPlan.Kind.ONCE, call % 5 % 3);
    var database = ModelDatabase.simulated(simulation, files, AFTER, SmallWorkloads.TINY);
    ModelWriter writer = resumed(simulation, before, database, plan);
    files.intercept(plan);
    recovering.run(writer);
    files.intercept(ignored -> Optional.empty());
    CrashVerifier.checkShown(database, writer);
    boolean reached = plan.failed().isPresent();
    faults += reached ? 1 : 0;
    return end(database, writer, call, reached);
  }

  private static Left end(ModelDatabase database, ModelWriter writer, int step, boolean reached) {
    boolean powerLoss = step % 4 < 2;
    SimulatedFiles files = database.files();
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
}
