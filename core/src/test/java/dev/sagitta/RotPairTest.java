package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.RotDamage.Change;
import dev.sagitta.RotDamage.Shape;
import dev.sagitta.RotStore.Role;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.LogFrame;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Two files of a collection damaged at once: each pair lost, and with one of them cut or a bit of
 * it flipped. What comes of it is a refusal that names one of them, or the truth. An older state
 * comes without an error only where docs/file-format.md says that nothing can tell: the last log is
 * one of the two, and is damaged so that nothing proves what was behind, or is lost together with
 * the newest manifest while the log before names no successor; and even then it is the state in
 * front of the damage, no older one.
 *
 * <p>{@code -Dsagitta.nightly.pairs=N} tries each pair N times. It prints its seed; {@code
 * -Dsagitta.seed=N} takes it again.
 */
final class RotPairTest {
  private static final int TIMES = Integer.getInteger("sagitta.nightly.pairs", 1);
  private static final int FRAME_HEADER_BYTES = 40;

  private final long seed = Long.getLong("sagitta.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private final RotStore store = RotStore.of(seed);
  private final Map<String, Integer> counts = new TreeMap<>();

  @Test
  void pairsGiveARefusalOrTheTruth() throws IOException {
    System.out.println("RotPairTest: -Dsagitta.seed=" + seed);
    for (String name : store.names()) {
      List<Path> files =
          store.roles().keySet().stream()
              .filter(file -> file.startsWith(ModelDatabase.DIRECTORY.resolve(name)))
              .toList();
      for (int i = 0; i < files.size(); i++) {
        for (int j = i + 1; j < files.size(); j++) {
          Path one = files.get(i);
          Path other = files.get(j);
          check(name, Map.of(one, lost(one), other, lost(other)));
          for (int time = 0; time < TIMES; time++) {
            check(name, Map.of(one, damaged(one), other, damaged(other)));
          }
        }
      }
    }
    for (String outcome : List.of("refused", "refused by reads", "the truth", "cut")) {
      assertTrue(counts.getOrDefault(outcome, 0) > 0, () -> "never " + outcome + ": " + counts);
    }
    System.out.println("RotPairTest: seed " + seed + ": pairs of files: " + counts);
  }

  private Change lost(Path file) {
    return new Change(store.bytes(file), Shape.NOTHING, new byte[0]);
  }

  /** Lost, cut, or with a bit flipped. */
  private Change damaged(Path file) {
    byte[] before = store.bytes(file);
    byte[] after = before.clone();
    switch (random.nextInt(4)) {
      case 0 -> {
        return lost(file);
      }
      case 1 -> after = Arrays.copyOf(before, random.nextInt(before.length));
      default -> after[random.nextInt(before.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return new Change(before, Shape.FILE, after);
  }

  private void check(String name, Map<Path, Change> changes) throws IOException {
    var damage = new RotDamage("pair", new LinkedHashMap<>(new TreeMap<>(changes)));
    SimulatedFiles files = store.files().copy(1);
    damage.on(files);
    try (VectorDatabase database = store.open(files)) {
      RotStore.Content content = store.content(name);
      RotReading reading = RotReading.of(database, name, content.states(), content.ids());
      for (SagittaException error : reading.errors()) {
        checkError(damage, error);
      }
      counts.merge(outcome(name, damage, reading), 1, Integer::sum);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("-Dsagitta.seed=%d: %s: %s".formatted(seed, describe(damage), e), e);
    }
  }

  private static void checkError(RotDamage damage, SagittaException error) {
    DamageErrors.require(error);
    if (error instanceof CorruptionException corrupt
        && damage.files().stream()
            .noneMatch(
                file ->
                    file.equals(corrupt.file())
                        || String.valueOf(file.getParent()).equals(corrupt.file().toString()))) {
      throw new AssertionError("names another file", error);
    }
  }

  private String outcome(String name, RotDamage damage, RotReading reading) {
    if (reading.refusal().isPresent()) {
      return "refused";
    }
    int last = store.content(name).states().size() - 1;
    if (reading.sequence() == last) {
      return reading.errors().isEmpty() ? "the truth" : "refused by reads";
    }
    boolean cut = reading.sequence() >= cutMin(damage);
    if (!cut) {
      throw new AssertionError("is at sequence " + reading.sequence() + " of " + last);
    }
    return "cut";
  }

  /** The oldest state that may come back. */
  private long cutMin(RotDamage damage) {
    Path log =
        damage.files().stream()
            .filter(file -> store.role(file) == Role.LAST_LOG)
            .findFirst()
            .orElseThrow(() -> new AssertionError("an older state, but the last log is intact"));
    boolean manifestLost =
        damage.files().stream().anyMatch(file -> store.role(file) == Role.NEWEST_MANIFEST);
    Change change = damage.changes().getOrDefault(log, lost(log));
    List<LogFrame> frames = store.frames(log);
    if (change.shape() == Shape.NOTHING) {
      if (!manifestLost) {
        throw new AssertionError("the newest manifest knows of the log that is lost");
      }
      if (LogFrame.sealedSuccessor(store.bytes(before(log))) != 0) {
        throw new AssertionError("the seal of the log before names the one that is lost");
      }
      return frames.getFirst().sequence() - 1;
    }
    int intact =
        change.first() >= 0
            ? change.first()
            : Math.min(change.before().length, change.after().length);
    List<LogFrame> undamaged = new ArrayList<>(frames);
    undamaged.removeIf(
        frame ->
            frame.start() <= change.last()
                || frame.start() + FRAME_HEADER_BYTES > change.after().length);
    LogFrame first =
        frames.stream().filter(frame -> frame.end() > intact).findFirst().orElseThrow();
    if (first.provenBy(undamaged)) {
      throw new AssertionError("cut is what an intact frame proves durable: " + first);
    }
    if (!manifestLost && first.sequence() <= store.manifestDurable(log)) {
      throw new AssertionError("cut is what the manifest proves durable: " + first);
    }
    return first.sequence() - 1;
  }

  private static Path before(Path log) {
    long number = FileKind.LOG.number(log.getName(log.getNameCount() - 1).toString()).orElseThrow();
    return log.resolveSibling(FileKind.LOG.fileName(number - 1));
  }

  private String describe(RotDamage damage) {
    var text = new ArrayList<String>();
    damage
        .changes()
        .forEach(
            (file, change) ->
                text.add(
                    "%s (%s) %s"
                        .formatted(
                            file,
                            store.role(file),
                            change.shape() == Shape.NOTHING
                                ? "lost"
                                : change.contentOnly()
                                    ? "byte " + change.first() + " changed"
                                    : "cut to " + change.after().length)));
    return String.join(", ", text);
  }
}
