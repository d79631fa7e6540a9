package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A sample of the damages of {@link RotBitTest} and {@link RotFileTest} on the real file system,
 * with real mappings, in a JVM of 64 MiB of heap, by {@link RotDisk}.
 *
 * <p>{@code -Dsagitta.nightly.disk=N} changes every n-th byte. It prints its seed; {@code
 * -Dsagitta.seed=N} takes it again.
 */
final class RotDiskTest {
  private static final int EVERY = Integer.getInteger("sagitta.nightly.disk", 1_000);

  @TempDir Path directory;

  @Test
  void damageIsToldOnTheRealFileSystemAsOnTheSimulatedOne() throws Exception {
    long seed = Long.getLong("sagitta.seed", System.nanoTime());
    System.out.println("RotDiskTest: -Dsagitta.seed=" + seed);
    try (ChildProgram child =
        ChildProgram.start(
            List.of("-Xmx64m", "-ea", "-XX:TieredStopAtLevel=1"),
            RotDisk.class,
            directory.resolve("errors"),
            Long.toString(seed),
            Integer.toString(EVERY),
            directory.resolve("store").toString())) {
      List<String> failures = new ArrayList<>();
      String line = child.line();
      while (!line.startsWith("report: ")) {
        failures.add(line);
        line = child.line();
      }
      assertEquals(List.of(), failures, "-Dsagitta.seed=" + seed);
      String report = line;
      assertEquals(0, child.await(), () -> "too few of something: " + report);
      assertEquals("", child.errors());
      System.out.println("RotDiskTest: seed " + seed + ": " + line.substring(8));
    }
  }
}
