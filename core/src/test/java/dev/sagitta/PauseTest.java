package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sagitta.engine.CollectionValidator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process that is stopped (SIGSTOP) while it writes and makes checkpoints keeps its directory,
 * which others are told, and goes on when it is let (SIGCONT) as if nothing had been.
 */
final class PauseTest {
  private static final int PAUSES = 8;
  private static final int LINES_PER_PAUSE_MAX = 300;

  /** After every pause, beyond what it had said while it stood still. */
  private static final int LINES_AFTER_PAUSE = 20;

  private static final int PATIENCE_MILLIS = 60_000;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void aStoppedProcessKeepsItsDirectoryAndGoesOn(KillLevel level) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no sh, whose kill this needs");
    long seed = Long.getLong("sagitta.seed", System.nanoTime());
    System.out.printf("PauseTest %s seed %d%n", level, seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path data = directory.resolve("data");
    List<Long> none = Collections.nCopies(KillScript.WRITERS, 0L);
    var task = new KillChild.Task(data, level, seed, KillScript.PARENT, true, none);
    List<Long> atLeast;
    try (KillChild child = KillChild.start(task, directory.resolve("errors"))) {
      child.awaitRecovered();
      for (int pause = 0; pause < PAUSES; pause++) {
        child.awaitAcknowledgements(child.lines() + 1 + random.nextInt(LINES_PER_PAUSE_MAX));
        signal("STOP", child);
        awaitStopped(child);
        DatabaseLockedException refusal =
            assertThrows(DatabaseLockedException.class, () -> level.open(data));
        assertEquals(OptionalLong.of(child.pid()), refusal.holderPid());
        child.awaitSilence();
        int lines = child.lines();
        signal("CONT", child);
        child.awaitAcknowledgements(lines + LINES_AFTER_PAUSE);
      }
      atLeast = child.kill();
    }
    KillModel model = new KillModel(level.script(seed));
    try (VectorDatabase database = level.open(data)) {
      VectorCollection collection = level.collection(database);
      model.recover(collection, atLeast);
      CollectionValidator.validate(collection.engine());
    }
    System.out.printf(
        "PauseTest %s seed %d: %d pauses, acknowledged %s, recovered %s%n",
        level, seed, PAUSES, atLeast, model);
  }

  private static void signal(String name, KillChild child)
      throws IOException, InterruptedException {
    Process sent =
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + child.pid()).inheritIO().start();
    assertEquals(0, sent.waitFor(), "kill -" + name);
  }

  /** Waits until all its threads stand still; as far as Linux tells. */
  private static void awaitStopped(KillChild child) throws IOException, InterruptedException {
    Path status = Path.of("/proc", Long.toString(child.pid()), "status");
    for (int i = 0; Files.exists(status); i++) {
      if (Files.readAllLines(status).stream().anyMatch(line -> line.matches("State:\\s+T.*"))) {
        return;
      }
      assertTrue(i < PATIENCE_MILLIS, "runs on");
      Thread.sleep(1);
    }
  }
}
