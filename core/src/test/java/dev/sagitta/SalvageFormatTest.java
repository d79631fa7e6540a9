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
import java.util.Arrays;
import java.util.List;
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
    int told = 0;
    int manifests = files(copies.next(), FileKind.MANIFEST).size();
    assertTrue(manifests > 1);
    for (int i = 0; i < manifests; i++) {
      SimulatedFiles source = copies.next();
      Path manifest = files(source, FileKind.MANIFEST).get(i);
      byte[] bytes = source.bytes(manifest);
      for (int at = 0; at + Integer.BYTES <= bytes.length; at++) {
        ByteBuffer other = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
        if (other.getInt(at) != ModelWriter.DIMENSION) {
          continue;
        }
        other.putInt(at, 1_024 + ModelWriter.DIMENSION);
        SimulatedFiles files = copies.next();
        if (ForgedFiles.forge(files, manifest, other.array())) {
          told += tellsOfDimension(files) ? 1 : 0;
        }
      }
    }
    // Of two manifests of the same files only the newer one is looked at.
    assertEquals(manifests - 1, told);
  }

  private static boolean tellsOfDimension(SimulatedFiles files) {
    SalvageReport report = SalvageRun.salvage(files, SalvageOptions.defaults(), progress -> {});
    return report.collection("a").orElseThrow().damage().stream()
        .anyMatch(damage -> damage.problem().contains("dimension=1028"));
  }
}
