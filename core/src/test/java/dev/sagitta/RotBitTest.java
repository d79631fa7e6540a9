package dev.sagitta;

import dev.sagitta.RotStore.Role;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/**
 * Rot in the files of a small store while it is closed: bits flipped, bytes zeroed or set, sectors
 * swapped, garbled or those of another file. Each is told by an error that names file and place, or
 * does no harm, as {@link RotJudge} says of each kind of file; never wrong results, and closing
 * makes nothing worse.
 *
 * <p>A run tries every n-th bit, from a seeded one on; {@code -Dsagitta.nightly.bits=N} says which,
 * {@code all} is every one. It prints its seed; {@code -Dsagitta.seed=N} takes it again.
 */
final class RotBitTest {
  private static final int SECTOR_BYTES = 512;

  /** Bits of the files that a run flips one of. */
  private static final int BITS_EVERY = bitsEvery();

  private static final List<String> REPORTS = new ArrayList<>();

  private final long seed = Long.getLong("sagitta.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private final RotStore store = RotStore.of(seed);

  private static int bitsEvery() {
    String every = System.getProperty("sagitta.nightly.bits", "199");
    return every.equals("all") ? 1 : Integer.parseInt(every);
  }

  @AfterAll
  static void report() {
    REPORTS.forEach(System.out::println);
  }

  private void tryAll(String what, RotTrial.Damages damages) {
    REPORTS.add("RotBitTest: " + RotTrial.all(what, store, seed, damages));
  }

  /** Less often where only the manifest before the newest needs the file, unless all are tried. */
  private int every(Path file) {
    boolean older = store.role(file) == Role.OLDER_FILE || store.role(file) == Role.OLDER_MANIFEST;
    return older && BITS_EVERY > 1 ? 4 * BITS_EVERY : BITS_EVERY;
  }

  /** Every n-th number below a bound. */
  private int[] sample(int bound, int every) {
    int first = random.nextInt(every);
    return IntStream.iterate(first, at -> at < bound, at -> at + every).toArray();
  }

  @Test
  void flippedBits() {
    tryAll(
        "bits flipped",
        (file, content, trial) -> {
          for (int bit : sample(8 * content.length, every(file))) {
            byte[] after = content.clone();
            after[bit / 8] ^= (byte) (1 << bit % 8);
            trial.run(
                RotDamage.of("bit " + bit + " of " + file + " flipped", file, content, after));
          }
        });
  }

  @Test
  void zeroedAndSetBytes() {
    tryAll(
        "bytes zeroed or set",
        (file, content, trial) -> {
          for (int value : new int[] {0, 0xFF}) {
            for (int at : sample(content.length, every(file))) {
              byte[] after = content.clone();
              after[at] = (byte) value;
              trial.run(
                  RotDamage.of(
                      "byte %d of %s made %d".formatted(at, file, value), file, content, after));
            }
          }
        });
  }

  @Test
  void swappedSectors() {
    tryAll(
        "sectors swapped",
        (file, content, trial) -> {
          for (int a = 0; a < content.length; a += SECTOR_BYTES) {
            for (int b = a + SECTOR_BYTES; b < content.length; b += SECTOR_BYTES) {
              byte[] after = content.clone();
              int bytes = Math.min(SECTOR_BYTES, content.length - b);
              System.arraycopy(content, a, after, b, bytes);
              System.arraycopy(content, b, after, a, bytes);
              trial.run(
                  RotDamage.of(
                      "sectors at %d and %d of %s swapped".formatted(a, b, file),
                      file,
                      content,
                      after));
            }
          }
        });
  }

  /** Some sector of a file, filled up with zeros. */
  private byte[] sector(byte[] content, int bytes) {
    int from = SECTOR_BYTES * random.nextInt(1 + (content.length - 1) / SECTOR_BYTES);
    return Arrays.copyOfRange(content, from, from + bytes);
  }

  @Test
  void sectorsOfGarbageOrOfAnotherFile() {
    List<Path> all = List.copyOf(store.roles().keySet());
    tryAll(
        "sectors replaced",
        (file, content, trial) -> {
          for (int at = 0; at < content.length; at += SECTOR_BYTES) {
            int bytes = Math.min(SECTOR_BYTES, content.length - at);
            byte[] garbage = new byte[bytes];
            random.nextBytes(garbage);
            Path other = all.get(random.nextInt(all.size()));
            byte[] foreign = sector(store.bytes(other), bytes);
            for (byte[] sector : List.of(garbage, foreign, new byte[bytes])) {
              byte[] after = content.clone();
              System.arraycopy(sector, 0, after, at, bytes);
              trial.run(
                  RotDamage.of(
                      "sector at %d of %s replaced, perhaps from %s".formatted(at, file, other),
                      file,
                      content,
                      after));
            }
          }
        });
  }
}
