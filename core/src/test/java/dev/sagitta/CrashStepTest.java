package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
  /** Outcomes of each power loss that are looked at, if there are as many that are new. */
  private static final int POWER_LOSSES = Integer.getInteger("sagitta.nightly.powerLosses", 2);

  /** After so many outcomes in a row that were seen before, there are few others. */
  private static final int KNOWN_MAX = Math.min(4 + POWER_LOSSES, 20);

  /** Orders of threads that each workload is tried in. */
  private static final int ORDERS = Integer.getInteger("sagitta.nightly.threadOrders", 1);

  /** Of power losses at one step, and of steps of one order of threads; about as many. */
  private static final long SEEDS = 1_000;

  private static final List<Durability> LEVELS =
      List.of(Durability.sync(), Durability.interval(Duration.ofHours(1), 4_096), Durability.os());

  /** Decides the first order of threads; the numbers after it decide the others. */
  private static final long SEED = Long.getLong("sagitta.seed", 1);

  /** Digests of all that crashes left. */
  private static final Set<String> STATES = new HashSet<>();

  private static long steps;
  private static long powerLosses;
  private static long kills;
  private static long known;
  private static long laterCrashes;

  @AfterAll
  static void report() {
    System.out.printf(
        "CrashStepTest: %,d crashes at %,d steps (%,d power losses, %,d kills) left %,d different"
            + " disk states, and %,d more left nothing new; %,d crashes of what was left; seed"
            + " %d%n",
        powerLosses + kills, steps, powerLosses, kills, STATES.size(), known, laterCrashes, SEED);
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

  /** One that works beside another is what the order of threads matters to. */
  @Test
  void writesBesideCheckpoints() {
    int orders = Math.max(ORDERS, 2);
    crashAtEveryStep(SmallWorkloads.TINY, SmallWorkloads::writesBesideCheckpoints, orders);
  }

  private static void crashAtEveryStep(Tuning tuning, SmallWorkloads.Workload workload) {
    crashAtEveryStep(tuning, workload, ORDERS);
  }

  private static void crashAtEveryStep(
      Tuning tuning, SmallWorkloads.Workload workload, int orders) {
    for (Durability durability : LEVELS) {
      var crashed = new CrashedWorkload(tuning, durability, workload);
      for (long seed = SEED; seed < SEED + orders; seed++) {
        crashed.atEveryStep(seed);
      }
    }
  }

  /** A workload at one level of durability. */
  private static final class CrashedWorkload {
    private final Tuning tuning;
    private final Durability durability;
    private final SmallWorkloads.Workload workload;

    /** What crashes left, each with what had been promised. */
    private final Set<String> seen = new HashSet<>();

    /** The order of threads now, by its seed. */
    private long order;

    CrashedWorkload(Tuning tuning, Durability durability, SmallWorkloads.Workload workload) {
      this.tuning = tuning;
      this.durability = durability;
      this.workload = workload;
    }

    /** Crashes at every step, in the order of threads of a seed. */
    void atEveryStep(long seed) {
      order = seed;
      long last = Simulation.run(order, this::steps);
      for (long step = 1; step <= last; step++) {
        steps++;
        long at = step;
        try {
          laterCrashes += Simulation.run(order, simulation -> crashAt(simulation, at));
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(
              "%s, thread order %d, step %d of %d, %s"
                  .formatted(durability, order, step, last, e.getMessage()),
              e);
        }
      }
    }

    /** How many steps the workload takes that nothing disturbs. */
    private long steps(Simulation simulation) {
      var files = new SimulatedFiles();
      var writer = new ModelWriter(database(simulation, files), durability);
      workload.run(writer);
      writer.close();
      return files.ioSteps();
    }

    /** How many crashes came later. */
    private int crashAt(Simulation simulation, long step) {
      var files = new SimulatedFiles();
      // A write that crashes has reached the page cache not at all, in part, or wholly.
      files.crashAtStep(step, step % 4 / 3.0);
      ModelDatabase database = database(simulation, files);
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
      database.bury();
      return losePower(simulation, files, writer, step) + kill(simulation, files, writer, step);
    }

    /** Looks at outcomes of a power loss that are new, until there are hardly any. */
    private int losePower(
        Simulation simulation, SimulatedFiles files, ModelWriter writer, long step) {
      int later = 0;
      int repeated = 0;
      int looked = 0;
      for (int draw = 0; looked < POWER_LOSSES && repeated < KNOWN_MAX; draw++) {
        long seed = SEEDS * (SEEDS * order + step) + draw;
        SimulatedFiles cut = files.crashWithNoise(seed);
        if (!isNew("power loss", cut, writer)) {
          repeated++;
          continue;
        }
        repeated = 0;
        powerLosses++;
        boolean inPeace = (step + looked) % 4 == 0;
        looked++;
        try (ModelDatabase survivor = database(simulation, cut)) {
          later += CrashVerifier.verify(survivor, writer, true, inPeace, step);
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError("power loss of seed " + seed + ": " + e.getMessage(), e);
        }
      }
      return later;
    }

    private int kill(Simulation simulation, SimulatedFiles files, ModelWriter writer, long step) {
      SimulatedFiles left = files.killProcess();
      // If step is even the power fails later, and takes what only the page cache holds.
      if (!isNew("kill", left, writer) && step % 4 != 0) {
        return 0;
      }
      kills++;
      boolean inPeace = step % 4 == 1;
      try (ModelDatabase survivor = database(simulation, left)) {
        return CrashVerifier.verify(survivor, writer, false, inPeace, step);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("kill: " + e.getMessage(), e);
      }
    }

    /** Whether a crash left what none has left yet, or what more or less was promised of. */
    private boolean isNew(String crash, SimulatedFiles left, ModelWriter writer) {
      String digest = left.digest();
      STATES.add(digest);
      boolean added = seen.add(crash + " " + digest + " " + writer.promised());
      known += added ? 0 : 1;
      return added;
    }

    private ModelDatabase database(Simulation simulation, SimulatedFiles files) {
      return ModelDatabase.simulated(simulation, files, durability, tuning);
    }
  }
}
