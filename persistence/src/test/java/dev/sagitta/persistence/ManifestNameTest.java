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
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/**
 * Names of manifests that a force of the directory did not make durable, because it failed, and
 * that no later one does.
 */
final class ManifestNameTest {

  private static final Path ROOT = Path.of("/");
  private static final UUID STORE = new UUID(1, 2);
  private static final int SEEDS = 100;

  private final SimulatedFiles files = new SimulatedFiles();
  private final ManifestStore store = new ManifestStore(files, ROOT);

  /** One of the store's next generation, which lists a file that no other one does. */
  private Manifest next() throws IOException {
    return next(store);
  }

  private Manifest next(ManifestStore store) throws IOException {
    long generation = store.nextGeneration();
    String name = FileKind.VECTORS.fileName(generation);
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, name, FileKind.VECTORS, STORE)) {
      ByteBuffer nothing = ByteBuffer.allocate(0);
      return new Manifest(
          generation, STORE, 1, nothing, nothing, List.of(writer.finish()), 1, 1, 1, 0);
    }
  }

  /** Writes one, and fails at a force of the directory. */
  private void failAtForce(int failing) throws IOException {
    int[] forces = new int[1];
    Manifest next = next();
    files.intercept(
        call ->
            call.operation() == IoCall.Operation.FORCE_DIRECTORY && ++forces[0] == failing
                ? Optional.of(Interceptor.Fault.of(new IOException("injected")))
                : Optional.empty());
    assertThrows(IOException.class, () -> store.write(next));
    files.intercept(call -> Optional.empty());
  }

  /** Which generations the power losses of all seeds leave. */
  private Set<Long> left() throws IOException {
    var left = new TreeSet<Long>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedFiles survivor = files.copy(seed).crash(seed);
      left.add(new ManifestStore(survivor, ROOT).load().manifest().generation());
    }
    return left;
  }

  /** What every power loss leaves, though the newest manifest is damaged then. */
  private Set<Long> leftBehindADamagedOne() throws IOException {
    var left = new TreeSet<Long>();
    for (long seed = 0; seed < SEEDS; seed++) {
      SimulatedFiles survivor = files.copy(seed).crash(seed);
      long newest = new ManifestStore(survivor, ROOT).load().manifest().generation();
      survivor.flipBit(ROOT.resolve(FileKind.MANIFEST.fileName(newest)), 800);
      left.add(new ManifestStore(survivor, ROOT).load().manifest().generation());
    }
    return left;
  }

  @Test
  void nothingIsDeletedBehindOneThatWasOnlyFound() throws IOException {
    store.write(next());
    failAtForce(2);
    failAtForce(2);
    failAtForce(2);
    var found = new ManifestStore(files, ROOT);
    assertEquals(4, found.load().manifest().generation());
    assertEquals(List.of(), found.deleteObsolete());
    assertEquals(Set.of(1L, 2L, 3L, 4L), left());
    found.write(next(found));
    assertEquals(List.of(), found.deleteObsolete(), "all but one of them may be lost");
    assertEquals(Set.of(5L), left());
    assertEquals(Set.of(1L, 2L, 3L, 4L), leftBehindADamagedOne());
    found.write(next(found));
    assertTrue(found.deleteObsolete().contains("MANIFEST-1"));
    assertEquals(Set.of(6L), left());
    assertEquals(Set.of(5L), leftBehindADamagedOne());
  }

  @Test
  void oneWhoseForceFailedIsNoneOfTheTwoThatAreKept() throws IOException {
    store.write(next());
    failAtForce(2);
    store.write(next());
    assertEquals(Set.of("MANIFEST-2", "vectors-2.ext"), Set.copyOf(store.deleteObsolete()));
    assertEquals(Set.of(3L), left());
    assertEquals(Set.of(1L), leftBehindADamagedOne());
    store.write(next());
    assertEquals(Set.of("MANIFEST-1", "vectors-1.ext"), Set.copyOf(store.deleteObsolete()));
    assertEquals(Set.of(4L), left());
    assertEquals(Set.of(3L), leftBehindADamagedOne());
  }

  @Test
  void theOneAfterAFailedForceIsDurableWithWhatItLists() throws IOException {
    for (int failing = 1; failing <= 2; failing++) {
      store.write(next());
      failAtForce(failing);
      Manifest last = next();
      store.write(last);
      assertEquals(Set.of(last.generation()), left());
    }
  }
}
