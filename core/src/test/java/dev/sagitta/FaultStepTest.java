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

  private static void failAtEveryCall(Tuning tuning, SmallWorkloads.Workload workload) {
    for (boolean forGood : new boolean[] {false, true}) {
      // Background threads make a run's number of calls differ a little from another's.
      int withoutFault = 0;
      for (long call = 1; withoutFault < 5; call++) {
        var plan = new FaultPlan(call, forGood);
        try {
          run(plan, call, tuning, workload);
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

  private static void run(
      FaultPlan plan, long call, Tuning tuning, SmallWorkloads.Workload workload) {
    var files = new SimulatedFiles();
    files.intercept(plan);
    var database = ModelDatabase.simulated(files, DURABILITY, tuning);
    var writer = ModelWriter.tolerant(database, DURABILITY, plan);
    workload.run(writer);
    files.intercept(ignored -> Optional.empty());
    CrashVerifier.checkShown(database, writer);
    List<SimulatedFiles> survivors = new ArrayList<>(database.crashes(call, 1));
    survivors.add(files.killProcess());
    for (int i = 0; i < survivors.size(); i++) {
      boolean powerLoss = i == 0;
      try (var survivor = ModelDatabase.simulated(survivors.get(i), DURABILITY, tuning)) {
        crashes += 1 + CrashVerifier.verify(survivor, writer, powerLoss, call % 2 == 0, call);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError((powerLoss ? "power loss: " : "kill: ") + e.getMessage(), e);
      }
    }
  }
}
