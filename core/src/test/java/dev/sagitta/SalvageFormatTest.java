package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.ForgedFiles;
import dev.sagitta.persistence.SimulatedFiles;
import dev.sagitta.persistence.Surgery;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.Test;

/** A salvage reads no file whose format is not known here, and calls it newer, not damaged. */
final class SalvageFormatTest {
  private static final List<Surgery.Format> REFUSED =
      Arrays.stream(Surgery.Format.values()).filter(Surgery.Format::refused).toList();

  private final SalvageStore store = SalvageStore.ofSmallFiles();

  private static List<Path> files(SimulatedFiles files, FileKind kind) throws IOException {
    Path directory = SalvageStore.SOURCE.resolve("a");
    return files.list(directory).stream()
        .filter(name -> kind.number(name).isPresent())
        .map(directory::resolve)
        .sorted(
            (one, other) ->
                Long.compare(
                    kind.number(one.getFileName().toString()).orElseThrow(),
                    kind.number(other.getFileName().toString()).orElseThrow()))
        .toList();
  }

  private static byte[] changed(byte[] blockFile, Surgery.Format format) {
    byte[] header = blockFile.clone();
    format.apply(header);
    return Surgery.blockFile(header, Surgery.body(blockFile));
  }

  @Test
  void aListedFileOfANewerFormatIsNotRead() throws IOException {
    SalvageStore.Copies copies = store.killed();
    int refused = 0;
    for (FileKind kind : List.of(FileKind.SLOTS, FileKind.VECTORS, FileKind.PAYLOADS)) {
      SimulatedFiles without = copies.next();
      Path file = files(without, kind).getLast();
      without.delete(file);
      SalvageRun missing = SalvageRun.of(without, store);
      for (Surgery.Format format : REFUSED) {
        SimulatedFiles files = copies.next();
        Surgery.replaceListed(files, file, changed(files.bytes(file), format));
        SalvageRun run = SalvageRun.of(files, store);
        String what = file + " " + format;
        List<Damage> damage = run.entry("a").damage();
        assertTrue(
            damage.stream()
                .anyMatch(
                    one -> one.file().equals(file) && one.problem().startsWith("Format too new: ")),
            () -> what + ": " + damage);
        assertEquals(missing.entry("a").recovered(), run.entry("a").recovered(), what);
        assertEquals(missing.entry("a").lost(), run.entry("a").lost(), what);
        assertTrue(ModelHistory.same(missing.records("a"), run.records("a")), what);
        refused++;
      }
    }
    System.out.printf("SalvageFormatTest: %d listed files of a newer format not read%n", refused);
  }

  @Test
  void aNewestManifestOfANewerFormatIsNotSteppedOver() throws IOException {
    SalvageStore.Copies copies = store.killed();
    for (Surgery.Format format : REFUSED) {
      SimulatedFiles files = copies.next();
      Path manifest = files(files, FileKind.MANIFEST).getLast();
      Surgery.replace(files, manifest, changed(files.bytes(manifest), format));
      String before = files.digest();
      var error =
          assertThrows(
              UnsupportedFormatException.class,
              () -> SalvageRun.salvage(files, SalvageOptions.defaults(), progress -> {}));
      assertEquals(manifest, error.file());
      assertEquals(before, files.digest(), "nothing was touched");
    }
  }

  @Test
  void anOlderManifestOfANewerFormatIsPassedOver() throws IOException {
    SimulatedFiles files = store.killed().next();
    Path manifest = files(files, FileKind.MANIFEST).getFirst();
    Surgery.replace(
        files, manifest, changed(files.bytes(manifest), Surgery.Format.INCOMPATIBLE_FEATURE));
    SalvageRun run = SalvageRun.of(files, store);
    assertTrue(run.report().whole());
    assertFalse(run.entry("a").damage().isEmpty());
  }

  /** Whatever of it is believed: only one of two configurations can be the collection's. */
  @Test
  void aManifestOfAnotherConfigurationIsDamage() throws IOException {
    SalvageStore.Copies copies = store.killed();
    int manifests = files(copies.next(), FileKind.MANIFEST).size();
    assertTrue(manifests > 1);
    int told = 0;
    for (int i = 0; i < manifests; i++) {
      List<String> problems =
          forged(copies, i, value -> value == ModelWriter.DIMENSION ? 1_024 + value : value);
      if (problems.stream().anyMatch(problem -> problem.contains("dimension=1028"))) {
        told++;
      }
    }
    // Of two manifests of the same files only the newer one is looked at.
    assertEquals(manifests - 1, told);
  }

  /** No number in a manifest, however large, makes a salvage endless. */
  @Test
  void aManifestThatCountsMoreSlotsThanItsFileHoldsIsDamage() throws IOException {
    SalvageStore.Copies copies = store.killed();
    int manifests = files(copies.next(), FileKind.MANIFEST).size();
    List<String> problems = forged(copies, manifests - 1, value -> value | 1 << 30);
    assertTrue(
        problems.stream().anyMatch(problem -> problem.startsWith("expected a slot table of ")),
        problems::toString);
  }

  /**
   * Salvages a store again and again, each time with one int of one of its manifests changed behind
   * right checksums; what is told of that manifest.
   */
  private static List<String> forged(SalvageStore.Copies copies, int index, IntUnaryOperator change)
      throws IOException {
    SimulatedFiles source = copies.next();
    Path manifest = files(source, FileKind.MANIFEST).get(index);
    byte[] bytes = source.bytes(manifest);
    List<String> problems = new ArrayList<>();
    for (int at = 0; at + Integer.BYTES <= bytes.length; at++) {
      ByteBuffer other = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
      other.putInt(at, change.applyAsInt(other.getInt(at)));
      SimulatedFiles files = copies.next();
      if (ForgedFiles.forge(files, manifest, other.array())) {
        problems.addAll(problems(files));
      }
    }
    return problems;
  }

  private static List<String> problems(SimulatedFiles files) {
    SalvageReport report;
    try {
      report = SalvageRun.salvage(files, SalvageOptions.defaults(), progress -> {});
    } catch (UnsupportedFormatException newer) {
      // What was forged is the version or a feature of the newest manifest.
      return List.of();
    }
    return report.collection("a").orElseThrow().damage().stream().map(Damage::problem).toList();
  }
}
