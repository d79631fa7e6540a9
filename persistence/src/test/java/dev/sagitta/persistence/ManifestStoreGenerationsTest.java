package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A generation is what one checkpoint stored, however many manifests list it; two are kept. */
final class ManifestStoreGenerationsTest {

  private static final Path ROOT = Path.of("/");
  private static final UUID STORE = new UUID(1, 2);

  private final SimulatedFiles files = new SimulatedFiles();
  private final ManifestStore store = new ManifestStore(files, ROOT);

  private FileEntry extent(long number) throws IOException {
    String name = FileKind.VECTORS.fileName(number);
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, name, FileKind.VECTORS, STORE)) {
      writer.write(ByteBuffer.wrap(Payloads.of(number, 50)));
      return writer.finish();
    }
  }

  /** As a checkpoint does where the log is new, and the first write after an opening where not. */
  private void write(long firstLog, FileEntry entry) throws IOException {
    if (!files.exists(ROOT.resolve(FileKind.LOG.fileName(firstLog)))) {
      LogWriter.create(files, ROOT, new LogHeader(STORE, firstLog, 1, 7, 1, 0, 0)).close();
    }
    store.write(
        new Manifest(
            store.nextGeneration(),
            STORE,
            1,
            ByteBuffer.allocate(0),
            ByteBuffer.allocate(0),
            List.of(entry),
            firstLog,
            firstLog * 10,
            firstLog,
            0));
  }

  private List<Long> retained() throws IOException {
    return store.retained().manifests().stream().map(Manifest::generation).toList();
  }

  private void reopenAfterThreeCheckpoints() throws IOException {
    for (int number = 1; number <= 3; number++) {
      write(number, extent(number));
    }
    store.deleteObsolete();
    // Opened, and written to, twice.
    FileEntry newest = store.load().manifest().files().getFirst();
    write(3, newest);
    write(3, newest);
  }

  @Test
  void manifestsThatListTheSameFilesAreOneGeneration() throws IOException {
    reopenAfterThreeCheckpoints();
    // Of a checkpoint that has failed.
    extent(9);
    assertEquals(List.of(5L, 4L, 2L), retained());
    assertEquals(Set.of("MANIFEST-3", "vectors-9.ext"), Set.copyOf(store.deleteObsolete()));
    assertEquals(
        List.of(
            "MANIFEST-2",
            "MANIFEST-4",
            "MANIFEST-5",
            "log-2.wal",
            "log-3.wal",
            "vectors-2.ext",
            "vectors-3.ext"),
        files.list(ROOT));
    assertEquals(List.of(), store.deleteObsolete());
  }

  @Test
  void theNextCheckpointEndsThat() throws IOException {
    reopenAfterThreeCheckpoints();
    write(4, extent(4));
    assertEquals(List.of(6L, 5L), retained());
    assertEquals(
        Set.of("MANIFEST-2", "MANIFEST-3", "MANIFEST-4", "log-2.wal", "vectors-2.ext"),
        Set.copyOf(store.deleteObsolete()));
  }

  @Test
  void whatTheOlderGenerationBroughtIsReadBackAsEver() throws IOException {
    for (int number = 1; number <= 3; number++) {
      write(number, extent(number));
    }
    write(3, store.load().manifest().files().getFirst());
    files.flipBit(ROOT.resolve("vectors-2.ext"), 8 * 70);
    assertThrows(CorruptFileException.class, store::deleteObsolete);
    assertTrue(files.exists(ROOT.resolve("vectors-1.ext")), "2 can be made again from it");
    assertTrue(files.exists(ROOT.resolve("log-1.wal")));
  }

  /** It may be the older generation. */
  @Test
  void nothingIsDeletedWhileAManifestCannotBeReadThatMayBeKept() throws IOException {
    reopenAfterThreeCheckpoints();
    files.intercept(
        call ->
            call.operation() == IoCall.Operation.READ && call.path().endsWith("MANIFEST-2")
                ? Optional.of(Interceptor.Fault.of(new IOException("bad sector")))
                : Optional.empty());
    List<String> before = files.list(ROOT);
    UnreadableFileException refused =
        assertThrows(UnreadableFileException.class, store::deleteObsolete);
    assertEquals(ROOT.resolve("MANIFEST-2"), refused.file());
    assertEquals(before, files.list(ROOT));
  }
}
