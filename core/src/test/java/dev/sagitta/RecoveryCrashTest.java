package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.persistence.SimulatedFiles;
import java.util.List;
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
    };

    abstract void run(ModelWriter writer);
  }

  /**
   * A file system after a crash.
   *
   * @param writer knows what may be on it
   * @param reached whether it came to the crash; if not, the process was ended behind its last step
   */
  private record Left(
      SimulatedFiles files, ModelWriter writer, boolean powerLoss, boolean reached) {}

  @AfterAll
  static void report() {
    System.out.printf("RecoveryCrashTest: %,d crashes%n", crashes);
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
    Left cut = powerLossInTheMiddleOfWrites(simulation, first);
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

  private static Left crashAt(Simulation simulation, Left before, int step, Recovering recovering) {
    var database = ModelDatabase.simulated(simulation, before.files(), AFTER, SmallWorkloads.TINY);
    var writer = ModelWriter.resumed(before.writer(), database, AFTER, before.powerLoss());
    database.kill();
    SimulatedFiles files = database.files();
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
}
