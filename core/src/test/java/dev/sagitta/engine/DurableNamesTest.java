package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.persistence.DirectoryNotOpenedException;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which directories are forced for a database's name, and which may refuse. */
final class DurableNamesTest {
  private static final Path DATABASE = Path.of("/a/b/data");

  private final SimulatedFiles files = new SimulatedFiles();
  private final List<Path> forced = new ArrayList<>();

  DurableNamesTest() throws IOException {
    files.createDirectory(Path.of("/a"));
    files.createDirectory(Path.of("/a/b"));
    files.createDirectory(DATABASE);
    watch(call -> Optional.empty());
  }

  private void watch(Interceptor interceptor) {
    files.intercept(
        call -> {
          if (call.operation() != IoCall.Operation.FORCE_DIRECTORY) {
            return Optional.empty();
          }
          forced.add(call.path());
          return interceptor.before(call);
        });
  }

  private void refuse(String directory, IOException error) {
    watch(
        call ->
            call.path().equals(Path.of(directory))
                ? Optional.of(Interceptor.Fault.of(error))
                : Optional.empty());
  }

  private static DirectoryNotOpenedException denied(String directory) {
    return new DirectoryNotOpenedException(new AccessDeniedException(directory));
  }

  @Test
  void thoseAboveAreForcedAsFarAsTheyHoldNothingElse() throws IOException {
    files.createDirectory(Path.of("/a/other"));
    DurableNames.forceAncestors(files, DATABASE);
    assertEquals(List.of(Path.of("/a/b"), Path.of("/a")), forced);
  }

  @Test
  void theOneAboveIsForcedAlone() throws IOException {
    DurableNames.forceParent(files, DATABASE);
    assertEquals(List.of(Path.of("/a/b")), forced);
    DurableNames.forceParent(files, Path.of("/"));
    assertEquals(1, forced.size());
  }

  @Test
  void oneThatMayNotBeReadEndsThatInPeace() throws IOException {
    refuse("/a", denied("/a"));
    DurableNames.forceAncestors(files, DATABASE);
    refuse("/a/b", denied("/a/b"));
    DurableNames.forceAncestors(files, DATABASE);
    DurableNames.forceParent(files, DATABASE);
    assertEquals(List.of(Path.of("/a/b"), Path.of("/a"), Path.of("/a/b"), Path.of("/a/b")), forced);
  }

  @Test
  void wantOfDescriptorsIsAnError() {
    var error = new DirectoryNotOpenedException(new IOException("Too many open files"));
    refuse("/a/b", error);
    assertSame(
        error, assertThrows(IOException.class, () -> DurableNames.forceAncestors(files, DATABASE)));
  }
}
