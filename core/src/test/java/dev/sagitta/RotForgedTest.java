package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Files whose content was changed and all of whose checksums were made right, opened in a JVM of 64
 * MiB of heap by {@link RotForgery}: what they say may be believed, but each call ends with a value
 * or a typed error, and never in want of memory.
 *
 * <p>A run forges every n-th bit, and of the numbers four times as many; {@code
 * -Dsagitta.nightly.forged=N} says which, 1 is all. It prints its seed; {@code -Dsagitta.seed=N}
 * takes it again.
 */
final class RotForgedTest {
  private static final int EVERY = Integer.getInteger("sagitta.nightly.forged", 240);

  @TempDir Path directory;

  @Test
  void forgedBytesGiveTypedErrorsOrValues() throws Exception {
    long seed = Long.getLong("sagitta.seed", System.nanoTime());
    // Before anything else, so that a child that dies does not take it along.
    System.out.println("RotForgedTest: -Dsagitta.seed=" + seed);
    try (ChildProgram child =
        ChildProgram.start(
            List.of("-Xmx64m", "-ea", "-XX:TieredStopAtLevel=1"),
            RotForgery.class,
            directory.resolve("errors"),
            Long.toString(seed),
            Integer.toString(EVERY),
            Integer.toString(Math.max(1, EVERY / 4)))) {
      List<String> failures = new ArrayList<>();
      String line = child.line();
      while (!line.startsWith("report: ")) {
        failures.add(line);
        line = child.line();
      }
      assertEquals(0, child.await());
      assertEquals(List.of(), failures, "-Dsagitta.seed=" + seed);
      assertEquals("", child.errors());
      System.out.println("RotForgedTest: seed " + seed + ": " + line.substring(8));
    }
  }
}
