package dev.sagitta;

import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Small workloads in which one call on the file system fails, each in turn: by itself, or followed
 * by others as {@link FaultPlan.Kind} says. A write may be cut short, a renaming may have happened
 * all the same, and after a failed force the dirty pages count as clean, with new or old content,
 * and so do names. The writer goes on as an application would. Every error is a typed one; what the
 * database shows is what it acknowledged; and a power loss or a kill at the end finds what was
 * promised.
 *
 * <p>Nothing is random but by seeds that stand here; a failure names call and seed.
 */
final class FaultStepTest {
  /** Decides the order of threads. */
  private static final long SEED = Long.getLong("sagitta.seed", 1);

  /** Levels, and variants of the first call's aftermath. */
  private static final boolean ALL = Boolean.getBoolean("sagitta.nightly.allFaults");

  private static final List<Durability> LEVELS =
      ALL
          ? List.of(
              Durability.sync(), Durability.interval(Duration.ofHours(1), 4_096), Durability.os())
          : List.of(Durability.sync());

  private static final int VARIANTS = ALL ? 3 : 1;

  private static final List<FaultPlan.Kind> KINDS =
      Arrays.stream(System.getProperty("sagitta.nightly.faults", "ONCE,ALIKE").split(","))
          .map(FaultPlan.Kind::valueOf)
          .toList();

  /** Power losses after a directory could not be forced. */
  private static final int NAME_LOSSES = 6;

  private static long faults;
  private static long crashes;

  @AfterAll
  static void report() {
    System.out.printf(
        "FaultStepTest: %,d faults %s, %,d crashes after them; seed %d%n",
        faults, KINDS, crashes, SEED);
  }

  @Test
  void upsertsUpdatesAndDeletes() {
    failAtEveryCall(SmallWorkloads.TINY, SmallWorkloads::upsertsUpdatesAndDeletes);
  }

  @Test
  void atomicBatches() {
    failAtEveryCall(SmallWorkloads.TINY, SmallWorkloads::atomicBatches);
  }

  @Test
  void checkpointsAndLogRotation() {
    failAtEveryCall(SmallWorkloads.TINY, SmallWorkloads::checkpointsAndLogRotation);
  }

  @Test
  void checkpointsInTheBackground() {
    failAtEveryCall(SmallWorkloads.TINY_LOG, SmallWorkloads::checkpointsInTheBackground);
  }

  @Test
  void creatingAndDropping() {
    failAtEveryCall(SmallWorkloads.TINY, SmallWorkloads::creatingAndDropping);
  }

  @Test
  void closingAndOpening() {
    failAtEveryCall(SmallWorkloads.TINY, SmallWorkloads::closingAndOpening);
  }

  /** Opening, the first write behind a cut tail, and the checkpoint of what was recovered. */
  @Test
  void recoveringFromAPowerLoss() {
    failAtEveryCall(FaultStepTest::recover);
  }

  private static int recover(Simulation simulation, Durability durability, FaultPlan plan) {
    Durability before = Durability.os();
    var database =
        ModelDatabase.simulated(simulation, new SimulatedFiles(), before, SmallWorkloads.TINY);
    var writer = new ModelWriter(database, before);
    SmallWorkloads.checkpointsAndLogRotation(writer);
    for (int id = 20; id < 30; id++) {
      writer.upsert("a", id, 5);
    }
    // Each time another outcome of the same power loss.
    SimulatedFiles cut = database.crashes(plan.failing(), 1).getFirst();
    var found = ModelDatabase.simulated(simulation, cut.copy(1), durability, SmallWorkloads.TINY);
    var survivor = ModelDatabase.simulated(simulation, cut, durability, SmallWorkloads.TINY);
    ModelWriter resumed = ModelWriter.resumed(writer, found, true, survivor, durability, plan);
    return fail(
        simulation,
        plan,
        survivor,
        resumed,
        durability,
        SmallWorkloads.TINY,
        recovered -> {
          recovered.upsert("a", 1, 6);
          recovered.batch("a", 7, List.of(2, 3), List.of(4));
          recovered.checkpoint("a");
          recovered.upsert("a", 5, 8);
        });
  }

  /** What is done under a plan; gives how many crashes came after. */
  private interface Run {
    int under(Simulation simulation, Durability durability, FaultPlan plan);
  }

  private static void failAtEveryCall(Tuning tuning, SmallWorkloads.Workload workload) {
    failAtEveryCall(
        (simulation, durability, plan) -> {
          var database =
              ModelDatabase.simulated(simulation, new SimulatedFiles(), durability, tuning);
          var writer = ModelWriter.tolerant(database, durability, plan);
          return fail(simulation, plan, database, writer, durability, tuning, workload);
        });
  }

  private static void failAtEveryCall(Run run) {
    for (Durability durability : LEVELS) {
      for (FaultPlan.Kind kind : KINDS) {
        for (int variant = 0; variant < VARIANTS; variant++) {
          failAtEveryCall(run, durability, kind, variant);
        }
      }
    }
  }

  private static void failAtEveryCall(
      Run run, Durability durability, FaultPlan.Kind kind, int variant) {
    boolean more = true;
    for (long call = 1; more; call++) {
      var plan = new FaultPlan(call, kind, variant);
      try {
        crashes += Simulation.run(SEED, simulation -> run.under(simulation, durability, plan));
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(durability + ", " + plan + ": " + e.getMessage(), e);
      }
      more = plan.failed().isPresent();
      faults += more ? 1 : 0;
    }
  }

  /** Lets a writer work while calls fail, and looks at what is there then, and after crashes. */
  private static int fail(
      Simulation simulation,
      FaultPlan plan,
      ModelDatabase database,
      ModelWriter writer,
      Durability durability,
      Tuning tuning,
      SmallWorkloads.Workload workload) {
    SimulatedFiles files = database.files();
    files.intercept(plan);
    workload.run(writer);
    files.intercept(ignored -> Optional.empty());
    CrashVerifier.checkShown(database, writer);
    long seed = plan.failing();
    List<SimulatedFiles> survivors = new ArrayList<>(database.crashes(seed, powerLosses(plan)));
    int losses = survivors.size();
    if (!plan.needsMounting()) {
      survivors.add(files.killProcess());
    }
    int count = 0;
    for (int i = 0; i < survivors.size(); i++) {
      boolean powerLoss = i < losses;
      try (var survivor =
          ModelDatabase.simulated(simulation, survivors.get(i), durability, tuning)) {
        boolean unforcedLost = powerLoss || plan.losesPages();
        count += 1 + CrashVerifier.verify(survivor, writer, unforcedLost, seed % 2 == 0, seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError((powerLoss ? "power loss: " : "kill: ") + e.getMessage(), e);
      }
    }
    return count;
  }

  /** More where names are in doubt, each of which stayed or not. */
  private static int powerLosses(FaultPlan plan) {
    return plan.leavesNamesInDoubt() ? NAME_LOSSES : 1;
  }
}
