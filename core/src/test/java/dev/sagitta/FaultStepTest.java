package dev.sagitta;

import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Small workloads in which one call on the file system fails, each in turn: once, or from then on
 * with all calls like it. A write may be cut short, and after a failed force the dirty pages count
 * as clean. The writer goes on as an application would. Every error is a typed one; what the
 * database shows is what it acknowledged; and a power loss or a kill at the end finds what was
 * promised.
 *
 * <p>Nothing is random but by seeds that stand here; a failure names call and seed.
 */
final class FaultStepTest {
  private static final Durability DURABILITY = Durability.sync();

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
    Durability before = Durability.os();
    var files = new SimulatedFiles();
    var database = ModelDatabase.simulated(files, before, SmallWorkloads.TINY);
    var writer = new ModelWriter(database, before);
    SmallWorkloads.checkpointsAndLogRotation(writer);
    for (int id = 20; id < 30; id++) {
      writer.upsert("a", id, 5);
    }
    long[] seed = {0};
    List<SimulatedFiles> cut = database.crashes(0, 8);
    failAtEveryCall(
        plan -> {
          // Each time another outcome of the same power loss.
          SimulatedFiles copy = cut.get((int) (seed[0]++ % cut.size())).crash(seed[0]);
          var survivor = ModelDatabase.simulated(copy, DURABILITY, SmallWorkloads.TINY);
          ModelWriter resumed = ModelWriter.resumed(writer, survivor, DURABILITY, plan);
          survivor.kill();
          fail(
              plan,
              survivor,
              resumed,
              seed[0],
              SmallWorkloads.TINY,
              recovered -> {
                recovered.upsert("a", 1, 6);
                recovered.batch("a", 7, List.of(2, 3), List.of(4));
                recovered.checkpoint("a");
                recovered.upsert("a", 5, 8);
              });
        });
  }

  /** What is done under a plan. */
  private interface Run {
    void under(FaultPlan plan);
  }

  private static void failAtEveryCall(Tuning tuning, SmallWorkloads.Workload workload) {
    failAtEveryCall(
        plan -> {
          var files = new SimulatedFiles();
          var database = ModelDatabase.simulated(files, DURABILITY, tuning);
          var writer = ModelWriter.tolerant(database, DURABILITY, plan);
          fail(plan, database, writer, plan.failing(), tuning, workload);
        });
  }

  private static void failAtEveryCall(Run run) {
    for (boolean forGood : new boolean[] {false, true}) {
      // Background threads make a run's number of calls differ a little from another's.
      int withoutFault = 0;
      for (long call = 1; withoutFault < 5; call++) {
        var plan = new FaultPlan(call, forGood);
        try {
          run.under(plan);
        } catch (RuntimeException | AssertionError e) {
          throw new AssertionError(
              "call %d (%s)%s: %s"
                  .formatted(call, plan.failed(), forGood ? " for good" : "", e.getMessage()),
              e);
        }
        if (plan.failed().isEmpty()) {
          withoutFault++;
        } else {
          faults++;
        }
      }
    }
  }

  /** Lets a writer work while calls fail, and looks at what is there then, and after crashes. */
  private static void fail(
      FaultPlan plan,
      ModelDatabase database,
      ModelWriter writer,
      long seed,
      Tuning tuning,
      SmallWorkloads.Workload workload) {
    SimulatedFiles files = database.files();
    files.intercept(plan);
    workload.run(writer);
    files.intercept(ignored -> Optional.empty());
    CrashVerifier.checkShown(database, writer);
    List<SimulatedFiles> survivors = new ArrayList<>(database.crashes(seed, 1));
    survivors.add(files.killProcess());
    for (int i = 0; i < survivors.size(); i++) {
      boolean powerLoss = i == 0;
      try (var survivor = ModelDatabase.simulated(survivors.get(i), DURABILITY, tuning)) {
        crashes += 1 + CrashVerifier.verify(survivor, writer, powerLoss, seed % 2 == 0, seed);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError((powerLoss ? "power loss: " : "kill: ") + e.getMessage(), e);
      }
    }
  }
}
