package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.RotStore.Role;
import dev.sagitta.persistence.LogFrame;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Rot in what the promise leaves out: the frames at the end of the log of a process that was killed
 * behind which nothing says that they were durable. It looks like a torn tail. At every level it
 * costs the damaged frame and what follows, and never more: the state is exactly the one before
 * that frame, and at least the last that a frame or the manifest proves durable.
 *
 * <p>At SYNC that is the last group alone, forced as it was; below, what came after the last force,
 * and the group before.
 *
 * <p>{@code -Dsagitta.nightly.bits=all} tries every bit, else a run tries some. It prints its seed;
 * {@code -Dsagitta.seed=N} takes it again.
 */
final class RotTailTest {
  private static final boolean ALL = System.getProperty("sagitta.nightly.bits", "").equals("all");
  private static final int TRIALS_MAX = 100;

  private final long seed = Long.getLong("sagitta.seed", System.nanoTime());

  @Test
  void atSync() {
    rotTheTail(Durability.sync(), 1);
  }

  @Test
  void atInterval() {
    rotTheTail(Durability.interval(Duration.ofHours(1), Limits.INTERVAL_BYTES_MAX), 4);
  }

  @Test
  void atOs() {
    rotTheTail(Durability.os(), 4);
  }

  private void rotTheTail(Durability durability, int framesMin) {
    System.out.println("RotTailTest: -Dsagitta.seed=" + seed);
    RotStore store = RotStore.of(seed, durability);
    Path log =
        store.roles().keySet().stream()
            .filter(file -> store.role(file) == Role.LAST_LOG)
            .filter(file -> file.toString().contains(RotStore.KILLED))
            .findFirst()
            .orElseThrow();
    List<LogFrame> frames = store.frames(log);
    List<LogFrame> tail =
        frames.stream()
            .filter(frame -> !frame.provenBy(frames))
            .filter(frame -> frame.sequence() > store.manifestDurable(log))
            .toList();
    assertTrue(tail.size() >= framesMin && tail.size() < frames.size(), () -> "tail " + tail);
    int firstBit = 8 * tail.getFirst().start();
    int bits = 8 * tail.getLast().end() - firstBit;
    assertEquals(8 * store.bytes(log).length, firstBit + bits, "the tail ends the log");
    int every = ALL ? 1 : Math.max(1, bits / TRIALS_MAX);
    try (var trial = new RotTrial(store)) {
      for (int i = new SplittableRandom(seed).nextInt(every); i < bits; i += every) {
        int bit = firstBit + i;
        byte[] before = store.bytes(log);
        byte[] after = before.clone();
        after[bit / 8] ^= (byte) (1 << bit % 8);
        trial.run(RotDamage.of("bit " + bit + " of " + log + " flipped", log, before, after));
      }
      assertEquals(trial.trials(), trial.count(Role.LAST_LOG, RotOutcome.CUT));
      System.out.printf(
          "RotTailTest: %s, seed %d: %d frames of %d not proven durable, %,d of %,d bits flipped,"
              + " each costs its frame and what follows%n",
          durability.getClass().getSimpleName(),
          seed,
          tail.size(),
          frames.size(),
          trial.trials(),
          bits);
    } catch (AssertionError e) {
      throw new AssertionError("-Dsagitta.seed=" + seed + ": " + e.getMessage(), e);
    }
  }
}
