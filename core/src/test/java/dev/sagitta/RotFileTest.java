package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Whole files of a small store damaged while it is closed: cut to other lengths, extended, emptied,
 * lost, directories in their place, swapped with each other or with those of another store. Each is
 * told by an error that names the file, or does no harm; judged as {@link RotBitTest} does.
 *
 * <p>A run tries every n-th length, from a seeded one on; {@code -Dsagitta.nightly.lengths=N} says
 * which. It prints its seed; {@code -Dsagitta.seed=N} takes it again.
 */
final class RotFileTest {
  private static final int LENGTHS_EVERY = Integer.getInteger("sagitta.nightly.lengths", 67);
  private static final int EXTENSION_BYTES = 700;
  private static final List<String> REPORTS = new ArrayList<>();

  private final long seed = Long.getLong("sagitta.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private final RotStore store = RotStore.of(seed);

  @AfterAll
  static void report() {
    REPORTS.forEach(System.out::println);
  }

  private void tryAll(String what, RotTrial.Damages damages) {
    REPORTS.add("RotFileTest: " + RotTrial.all(what, store, seed, damages));
  }

  /** Else a seed would not take a run again. */
  @Test
  void aSeedMakesTheSameStore() throws IOException {
    assertEquals(
        store.files().digest(), RotStore.of(seed).files().digest(), "-Dsagitta.seed=" + seed);
  }

  @Test
  void otherLengths() {
    tryAll(
        "files cut",
        (file, content, trial) -> {
          for (int bytes = random.nextInt(LENGTHS_EVERY);
              bytes < content.length;
              bytes += LENGTHS_EVERY) {
            trial.run(
                RotDamage.of(
                    file + " cut to " + bytes + " bytes",
                    file,
                    content,
                    Arrays.copyOf(content, bytes)));
          }
        });
  }

  @Test
  void extendedFiles() {
    tryAll(
        "files extended",
        (file, content, trial) -> {
          for (int bytes : new int[] {1, 8, random.nextInt(9, EXTENSION_BYTES), 4_096}) {
            byte[] zeros = Arrays.copyOf(content, content.length + bytes);
            byte[] garbage = zeros.clone();
            byte[] itself = zeros.clone();
            for (int at = content.length; at < zeros.length; at++) {
              garbage[at] = (byte) random.nextInt();
              itself[at] = content[at % content.length];
            }
            for (byte[] after : List.of(zeros, garbage, itself)) {
              trial.run(
                  RotDamage.of(file + " extended by " + bytes + " bytes", file, content, after));
            }
          }
        });
  }

  @Test
  void lostAndEmptyFilesAndDirectories() {
    tryAll(
        "files lost, emptied or directories",
        (file, content, trial) -> {
          // With and without writes behind it.
          for (int i = 0; i < 2; i++) {
            trial.run(RotDamage.of(file + " is lost", file, content, RotDamage.Shape.NOTHING));
          }
          for (int i = 0; i < 2; i++) {
            trial.run(RotDamage.of(file + " is empty", file, content, new byte[0]));
          }
          for (int i = 0; i < 2; i++) {
            trial.run(
                RotDamage.of(file + " is a directory", file, content, RotDamage.Shape.DIRECTORY));
          }
        });
  }

  @Test
  void filesOfAnotherStore() {
    RotStore other = RotStore.of(seed + 1);
    tryAll(
        "files of another store",
        (file, content, trial) -> {
          if (store.role(file) != RotStore.Role.LOCK) {
            for (int i = 0; i < 2; i++) {
              trial.run(
                  RotDamage.of(
                      file + " is that of another store", file, content, other.bytes(file)));
            }
          }
        });
  }

  @Test
  void swappedFiles() {
    List<Path> all = List.copyOf(store.roles().keySet());
    tryAll(
        "files swapped",
        (file, content, trial) -> {
          for (Path other : all.subList(all.indexOf(file) + 1, all.size())) {
            if (Objects.equals(file.getParent(), other.getParent())) {
              trial.run(RotDamage.swap(file, content, other, store.bytes(other)));
            }
          }
        });
  }
}
