package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Verifies whose every call on the file system may be followed by one of the write lane, of a
 * linker or of a checkpoint in the background, in an order that a seed decides: what is being
 * written or deleted is never taken for damage. A failure names the seed; {@code -Dsagitta.seed=N}
 * runs that one alone.
 */
final class VerifySimulationTest {
  private static final int SEEDS = Integer.getInteger("sagitta.nightly.verify.seeds", 30);
  private static final long ONLY = Long.getLong("sagitta.seed", 0);
  private static final int IDS = 25;
  private static final int WRITES_MAX = 200;

  private static long verifies;
  private static long steps;
  private static long generations;

  @AfterAll
  static void report() {
    System.out.printf(
        "VerifySimulationTest: %,d verifies of %,d steps beside %,d manifests written%n",
        verifies, steps, generations);
  }

  @Test
  void neverTakesForDamageWhatIsBeingWritten() {
    for (long seed = ONLY == 0 ? 1 : ONLY; seed <= (ONLY == 0 ? SEEDS : ONLY); seed++) {
      try {
        for (VerifyLevel level : VerifyLevel.values()) {
          verifyBesideWrites(seed, level);
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("-Dsagitta.seed=%d: %s".formatted(seed, e.getMessage()), e);
      }
    }
    assertTrue(ONLY > 0 || generations > verifies / 2, generations + " manifests were written");
  }

  private static void verifyBesideWrites(long seed, VerifyLevel level) {
    List<Durability> levels =
        List.of(
            Durability.sync(), Durability.os(), Durability.interval(Duration.ofSeconds(1), 4_096));
    Durability durability = levels.get((int) (seed % levels.size()));
    boolean unused =
        Simulation.run(
            seed,
            simulation -> {
              var files = new SimulatedFiles(seed);
              var database =
                  ModelDatabase.simulated(simulation, files, durability, SmallWorkloads.TINY_LOG);
              try {
                VectorCollection collection =
                    database
                        .open()
                        .collection("a", CollectionConfig.builder(4, Metric.COSINE).m(4).build());
                int[] written = {0};
                write(collection, written, 20);
                verify(simulation, level, collection, written, false, database);
                database.close();
                VectorCollection again = database.open().collection("a");
                verify(simulation, level, again, written, true, database);
                database.close();
              } finally {
                database.bury();
              }
              return true;
            });
  }

  private static void write(VectorCollection collection, int[] written, int count) {
    for (int i = 0; i < count; i++) {
      int number = written[0]++;
      if (number % 7 == 6) {
        boolean unused = collection.delete(ModelWriter.record(number % IDS, 0).id());
      } else {
        collection.upsert(ModelWriter.record(number % IDS, number));
      }
    }
  }

  private static void verify(
      Simulation simulation,
      VerifyLevel level,
      VectorCollection collection,
      int[] written,
      boolean whole,
      ModelDatabase database) {
    long before = newestManifest(database);
    boolean[] done = {false};
    try (ExecutorService writer = simulation.threads(1).serial("writer")) {
      writer.execute(() -> writeUntil(done, collection, written));
      VerifyReport report =
          whole
              ? database.open().verify(level, progress -> step(simulation))
              : collection.verify(level, progress -> step(simulation));
      done[0] = true;
      assertTrue(report.intact(), () -> level + ": " + report.damage());
    }
    verifies++;
    generations += newestManifest(database) - before;
  }

  /** Every few writes a checkpoint, so that files are replaced and deleted all the time. */
  private static void writeUntil(boolean[] done, VectorCollection collection, int[] written) {
    for (int i = 1; i < WRITES_MAX && !done[0]; i++) {
      write(collection, written, 1);
      if (i % 4 == 0) {
        collection.checkpoint();
      }
    }
  }

  private static void step(Simulation simulation) {
    steps++;
    simulation.tick();
  }

  private static long newestManifest(ModelDatabase database) {
    try {
      return database.files().list(ModelDatabase.DIRECTORY.resolve("a")).stream()
          .filter(name -> name.startsWith("MANIFEST-") && !name.endsWith(".tmp"))
          .mapToLong(name -> Long.parseLong(name.substring("MANIFEST-".length())))
          .max()
          .orElse(0);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
