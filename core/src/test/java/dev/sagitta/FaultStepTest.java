package dev.sagitta;

import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Small workloads in which one call on the file system fails, each in turn: by itself, or followed
 * by others as {@link FaultPlan.Kind} says. A write may be cut short, a renaming may have happened
 * all the same, and after a failed force the dirty pages count as clean, with new or old content.
 * The writer goes on as an application would. Every error is a typed one; what the database shows
 * is what it acknowledged; and a power loss or a kill at the end finds what was promised.
 *
 * <p>Nothing is random but by seeds that stand here; a failure names call and seed.
 */
final class FaultStepTest {
  /** Decides the order of threads. */
  private static final long SEED = Long.getLong("sagitta.seed", 1);

  private static final Durability DURABILITY = Durability.sync();

  private static final List<FaultPlan.Kind> KINDS =
      Arrays.stream(System.getProperty("sagitta.nightly.faults", "ONCE,ALIKE,FULL").split(","))
          .map(FaultPlan.Kind::valueOf)
          .toList();

  private static long faults;
  private static long crashes;

  @AfterAll
  static void report() {
    System.out.printf("FaultStepTest: %,d faults, %,d crashes after them%n", faults, crashes);
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

  private static int recover(Simulation simulation, FaultPlan plan) {
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
    var survivor = ModelDatabase.simulated(simulation, cut, DURABILITY, SmallWorkloads.TINY);
    ModelWriter resumed = ModelWriter.resumed(writer, survivor, DURABILITY, plan);
    survivor.kill();
    return fail(
        simulation,
        plan,
        survivor,
        resumed,
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
    int under(Simulation simulation, FaultPlan plan);
  }

  private static void failAtEveryCall(Tuning tuning, SmallWorkloads.Workload workload) {
    failAtEveryCall(
        (simulation, plan) -> {
          var database =
              ModelDatabase.simulated(simulation, new SimulatedFiles(), DURABILITY, tuning);
          var writer = ModelWriter.tolerant(database, DURABILITY, plan);
          return fail(simulation, plan, database, writer, tuning, workload);
        });
  }

  private static void failAtEveryCall(Run run) {
    for (FaultPlan.Kind kind : KINDS) {
      boolean more = true;
      for (long call = 1; more; call++) {
        var plan = new FaultPlan(call, kind);
        try {
          crashes += Simulation.run(SEED, simulation -> run.under(simulation, plan));
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(plan + ": " + e.getMessage(), e);
        }
        more = plan.failed().isPresent();
        faults += more ? 1 : 0;
      }
    }
  }

  /** Lets a writer work while calls fail, and looks at what is there then, and after crashes. */
  private static int fail(
      Simulation simulation,
      FaultPlan plan,
      ModelDatabase database,
      ModelWriter writer,
      Tuning tuning,
      SmallWorkloads.Workload workload) {
    SimulatedFiles files = database.files();
    files.intercept(plan);
    workload.run(writer);
    files.intercept(ignored -> Optional.empty());
    CrashVerifier.checkShown(database, writer);
    long seed = plan.failing();
    List<SimulatedFiles> survivors = new ArrayList<>(database.crashes(seed, 1));
    survivors.add(files.killProcess());
    int count = 0;
    for (int i = 0; i < survivors.size(); i++) {
      boolean powerLoss = i == 0;
      try (var survivor =
          ModelDatabase.simulated(simulation, survivors.get(i), DURABILITY, tuning)) {
        count += 1 + CrashVerifier.verify(survivor, writer, powerLoss, seed % 2 == 0, seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError((powerLoss ? "power loss: " : "kill: ") + e.getMessage(), e);
      }
    }
    return count;
  }
}
