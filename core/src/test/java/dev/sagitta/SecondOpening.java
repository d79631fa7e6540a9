package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sagitta.persistence.NioFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Opens once more what a process has opened after a kill and not yet written to, as the next one
 * does if that process is killed too: it must find the same and change no byte.
 */
final class SecondOpening {
  /** Not copied: to close it in the process that holds it would let go of the lock. */
  private static final Path LOCK = Path.of("LOCK");

  private SecondOpening() {}

  /**
   * Opens a copy of a database, and removes it.
   *
   * @param directory of a database that nobody writes to, open or not
   * @param check fails unless it finds the same; changes nothing
   */
  static void check(KillLevel level, Path directory, Consumer<VectorDatabase> check)
      throws IOException {
    Path copy = directory.resolveSibling(directory.getFileName() + "-again");
    copy(directory, copy);
    try (VectorDatabase again = level.openByHand(copy, new NioFiles())) {
      check.accept(again);
      assertSame(directory, copy);
    }
    Trees.delete(copy);
  }

  /** Copies a database that nobody writes to; what a killed process left there goes. */
  static void copy(Path directory, Path copy) throws IOException {
    if (Files.exists(copy)) {
      Trees.delete(copy);
    }
    Files.createDirectory(copy);
    for (Path name : names(directory)) {
      Files.copy(directory.resolve(name), copy.resolve(name));
    }
  }

  private static void assertSame(Path expected, Path actual) throws IOException {
    Set<Path> names = names(expected);
    assertEquals(names, names(actual), "files after opening again");
    for (Path name : names) {
      if (Files.isRegularFile(expected.resolve(name))) {
        assertEquals(
            -1,
            Files.mismatch(expected.resolve(name), actual.resolve(name)),
            () -> name + " is another after opening again, from this byte on");
      }
    }
  }

  /** Relative, directories before what is in them. */
  private static Set<Path> names(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.map(directory::relativize)
          .filter(name -> !name.equals(LOCK) && !name.toString().isEmpty())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
