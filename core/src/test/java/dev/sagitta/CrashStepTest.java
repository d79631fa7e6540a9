package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Small workloads that crash at every step of their input and output, at each level of durability:
 * the power fails, with several outcomes each, or the process is killed. Whatever the step, the
 * database opens without help; its collections are those acknowledged, in a state of their commit
 * order that has all that was promised; they accept writes; and opening again, after closing or
 * after another power loss, finds the same.
 *
 * <p>Nothing is random but by seeds that stand here; a failure names step and seed.
 */
final class CrashStepTest {
  /** Outcomes of each power loss that are looked at. */
  private static final int POWER_LOSSES = Integer.getInteger("sagitta.nightly.powerLosses", 3);

  private static final List<Durability> LEVELS =
      List.of(Durability.sync(), Durability.interval(Duration.ofHours(1), 4_096), Durability.os());

  /** Decides the order of threads. */
  private static final long SEED = Long.getLong("sagitta.seed", 1);

  private static long steps;
  private static long crashes;
  private static long laterCrashes;

  @AfterAll
  static void report() {
    System.out.printf(
        "CrashStepTest: %,d crashes at %,d steps, and %,d crashes of what was left; seed %d%n",
        crashes, steps, laterCrashes, SEED);
  }

  @Test
  void upsertsUpdatesAndDeletes() {
    crashAtEveryStep(SmallWorkloads.TINY, SmallWorkloads::upsertsUpdatesAndDeletes);
  }

  @Test
  void largeBatches() {
    crashAtEveryStep(SmallWorkloads.TINY, SmallWorkloads::largeBatches);
  }

  @Test
  void atomicBatches() {
    crashAtEveryStep(SmallWorkloads.TINY, SmallWorkloads::atomicBatches);
  }

  @Test
  void checkpointsAndLogRotation() {
    crashAtEveryStep(SmallWorkloads.TINY, SmallWorkloads::checkpointsAndLogRotation);
  }

  @Test
  void checkpointsInTheBackground() {
    crashAtEveryStep(SmallWorkloads.TINY_LOG, SmallWorkloads::checkpointsInTheBackground);
  }

  @Test
  void creatingAndDropping() {
    crashAtEveryStep(SmallWorkloads.TINY, SmallWorkloads::creatingAndDropping);
  }

  @Test
  void closingAndOpening() {
    crashAtEveryStep(SmallWorkloads.TINY, SmallWorkloads::closingAndOpening);
  }

  private static void crashAtEveryStep(Tuning tuning, SmallWorkloads.Workload workload) {
    for (Durability durability : LEVELS) {
      long last =
          Simulation.run(SEED, simulation -> steps(simulation, tuning, durability, workload));
      for (long step = 1; step <= last; step++) {
        steps++;
        long at = step;
        String context = durability + ", step " + step + " of " + last;
        try {
          laterCrashes +=
              Simulation.run(
                  SEED, simulation -> crashAt(simulation, at, tuning, durability, workload));
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(context + ", " + e.getMessage(), e);
        }
      }
    }
  }

  /** How many steps a workload takes that nothing disturbs. */
  private static long steps(
      Simulation simulation,
      Tuning tuning,
      Durability durability,
      SmallWorkloads.Workload workload) {
    var files = new SimulatedFiles();
    var database = ModelDatabase.simulated(simulation, files, durability, tuning);
    var writer = new ModelWriter(database, durability);
    workload.run(writer);
    writer.close();
    return files.ioSteps();
  }

  /** How many crashes came later. */
  private static int crashAt(
      Simulation simulation,
      long step,
      Tuning tuning,
      Durability durability,
      SmallWorkloads.Workload workload) {
    var files = new SimulatedFiles();
    // A write that crashes has reached the page cache not at all, in part, or wholly.
    files.crashAtStep(step, step % 4 / 3.0);
    var database = ModelDatabase.simulated(simulation, files, durability, tuning);
    var writer = new ModelWriter(database, durability);
    Optional<SagittaException> error = Optional.empty();
    try {
      workload.run(writer);
      writer.close();
    } catch (SagittaException crashed) {
      error = Optional.of(crashed);
    }
    String why = error.map(Throwable::toString).orElse("no error");
    assertTrue(files.ioSteps() >= step, () -> "did not come to the crash: " + why);
    List<SimulatedFiles> survivors =
        new ArrayList<>(database.crashes(step * POWER_LOSSES, POWER_LOSSES));
    survivors.add(files.killProcess());
    int count = 0;
    for (int i = 0; i < survivors.size(); i++) {
      boolean powerLoss = i < POWER_LOSSES;
      try (var survivor =
          ModelDatabase.simulated(simulation, survivors.get(i), durability, tuning)) {
        crashes++;
        count += CrashVerifier.verify(survivor, writer, powerLoss, (step + i) % 4 == 0, step);
      } catch (RuntimeException | AssertionError e) {
        String seed = powerLoss ? "power loss of seed " + (step * POWER_LOSSES + i) : "kill";
        throw new AssertionError(seed + ": " + e.getMessage(), e);
      }
    }
    return count;
  }
}
