package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.persistence.SimulatedFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

final class SimulationTest {
  private static final Durability DURABILITY = Durability.sync();

  /** Every call on the file system in its order, and the bytes that are left by a power loss. */
  private static List<String> trace(long seed, SmallWorkloads.Workload workload) {
    return Simulation.run(
        seed,
        simulation -> {
          List<String> trace = new ArrayList<>();
          var files = new SimulatedFiles();
          files.intercept(
              call -> {
                trace.add(call.toString());
                return Optional.empty();
              });
          var database =
              ModelDatabase.simulated(simulation, files, DURABILITY, SmallWorkloads.TINY_LOG);
          workload.run(new ModelWriter(database, DURABILITY));
          trace.add(files.digest());
          database.crashes(seed, 1).forEach(survivor -> trace.add(survivor.digest()));
          return trace;
        });
  }

  @Test
  void aSeedRepeatsARunByteForByte() {
    for (long seed = 0; seed < 5; seed++) {
      List<String> first = trace(seed, SmallWorkloads::checkpointsInTheBackground);
      assertTrue(first.size() > 200, () -> first.size() + " calls");
      assertEquals(first, trace(seed, SmallWorkloads::checkpointsInTheBackground));
      assertEquals(
          trace(seed, SmallWorkloads::creatingAndDropping),
          trace(seed, SmallWorkloads::creatingAndDropping));
    }
  }

  @Test
  void anotherSeedOrdersThreadsOtherwise() {
    assertNotEquals(
        trace(1, SmallWorkloads::checkpointsInTheBackground),
        trace(2, SmallWorkloads::checkpointsInTheBackground));
  }

  @Test
  void errorsOfTheBodyReachTheCaller() {
    var error = new AssertionError("of the body");
    assertEquals(
        error,
        assertThrows(
            AssertionError.class,
            () ->
                Simulation.run(
                    0,
                    simulation -> {
                      throw error;
                    })));
  }

  @Test
  void aPauseEndsWhenNobodyElseCanGoOn() {
    int polls =
        Simulation.run(
            0,
            simulation -> {
              var threads = simulation.threads(1);
              var done = new CompletableFuture<Integer>();
              threads
                  .linkers()
                  .execute(
                      () -> {
                        for (int i = 0; i < 3; i++) {
                          LockSupport.parkNanos(1_000_000);
                          threads.pause(TimeUnit.DAYS.toNanos(1));
                        }
                        done.complete(3);
                      });
              int result = done.join();
              threads.close();
              return result;
            });
    assertEquals(3, polls);
  }
}
