package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The simulated file system and the real one answer alike while nothing crashes. */
final class FileOperationsAgreementTest {

  private static final List<String> PATHS =
      List.of("a", "d", "e", "d/a", "d/e", "d/e/a", "a/x", "missing/a");

  enum Kind {
    CREATE,
    OPEN_FOR_READING,
    CLOSE,
    WRITE,
    READ,
    TRUNCATE,
    FORCE,
    SIZE,
    MAP,
    EXISTS,
    IS_DIRECTORY,
    LIST,
    CREATE_DIRECTORY,
    RENAME,
    DELETE,
    FORCE_DIRECTORY,
    LOCK,
    UNLOCK
  }

  /** One call; which of the numbers matter depends on the kind. */
  record Step(Kind kind, String path, String otherPath, int position, int bytes) {}

  @Provide
  Arbitrary<List<Step>> scripts() {
    Arbitrary<String> paths = Arbitraries.of(PATHS);
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            paths,
            paths,
            Arbitraries.integers().between(0, 2000),
            Arbitraries.integers().between(1, 1500))
        .as(Step::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(150);
  }

  @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
  void answersAlike(@ForAll("scripts") List<Step> script) throws IOException {
    Path directory = Files.createTempDirectory("agreement").toRealPath();
    try (var real = new Run(new NioFiles(), directory);
        var simulated = new Run(new SimulatedFiles(), Path.of("/"))) {
      for (Step step : script) {
        assertEquals(real.answer(step), simulated.answer(step), step.toString());
      }
      for (String path : PATHS) {
        for (Kind kind : List.of(Kind.EXISTS, Kind.LIST, Kind.OPEN_FOR_READING, Kind.READ)) {
          Step step = new Step(kind, path, path, 0, 4000);
          assertEquals(real.answer(step), simulated.answer(step), step.toString());
        }
      }
    } finally {
      deleteTree(directory);
    }
  }

  /** Plays steps on one file system and tells in words what came of each. */
  private static final class Run implements Closeable {
    private final FileOperations files;
    private final Path directory;
    private final Map<String, FileHandle> handles = new HashMap<>();
    private final Map<String, Closeable> locks = new HashMap<>();
    private final List<Closeable> opened = new ArrayList<>();

    Run(FileOperations files, Path directory) {
      this.files = files;
      this.directory = directory;
    }

    String answer(Step step) {
      try {
        return play(step);
      } catch (IOException | RuntimeException e) {
        // The JDK is not of one mind which of these two a path through a file gives.
        return e instanceof NotDirectoryException
            ? FileSystemException.class.getName()
            : e.getClass().getName();
      }
    }

    private String play(Step step) throws IOException {
      Path path = directory.resolve(step.path);
      Path other = directory.resolve(step.otherPath);
      FileHandle handle = handles.get(step.path);
      switch (step.kind) {
        case CREATE -> keep(step, files.create(path));
        case OPEN_FOR_READING -> keep(step, files.openForReading(path));
        case CREATE_DIRECTORY -> files.createDirectory(path);
        case RENAME -> files.rename(path, other);
        case DELETE -> files.delete(path);
        case FORCE_DIRECTORY -> files.forceDirectory(path);
        case EXISTS -> {
          return String.valueOf(files.exists(path));
        }
        case IS_DIRECTORY -> {
          return String.valueOf(files.isDirectory(path));
        }
        case LIST -> {
          return files.list(path).toString();
        }
        case LOCK -> {
          Closeable lock = files.lock(path);
          opened.add(lock);
          locks.put(step.path, lock);
        }
        case UNLOCK -> {
          Closeable lock = locks.get(step.path);
          if (lock != null) {
            lock.close();
          }
        }
        case CLOSE, WRITE, READ, TRUNCATE, FORCE, SIZE, MAP -> {
          return handle == null ? "no handle" : play(step, handle);
        }
      }
      return "done";
    }

    private String play(Step step, FileHandle handle) throws IOException {
      switch (step.kind) {
        case CLOSE -> handle.close();
        case WRITE -> {
          byte[] content = new byte[step.bytes];
          Arrays.fill(content, (byte) (step.position + step.bytes));
          handle.write(ByteBuffer.wrap(content), step.position);
        }
        case READ -> {
          ByteBuffer target = ByteBuffer.allocate(step.bytes);
          int count = handle.read(target, step.position);
          return count + " bytes of " + runs(target.array());
        }
        case TRUNCATE -> handle.truncate(step.position);
        case FORCE -> handle.force();
        case SIZE -> {
          return String.valueOf(handle.size());
        }
        case MAP -> {
          try (Arena arena = Arena.ofConfined()) {
            // Now and then the right length, else a wrong one.
            long bytes = step.bytes % 3 == 0 ? step.bytes : handle.size() & -4L;
            var segment = handle.map(bytes, arena);
            return segment.getClass()
                + (segment.isReadOnly() ? " read-only " : " writable ")
                + runs(segment.toArray(ValueLayout.JAVA_BYTE));
          }
        }
        default -> throw new AssertionError(step);
      }
      return "done";
    }

    private void keep(Step step, FileHandle handle) {
      opened.add(handle);
      handles.put(step.path, handle);
    }

    @Override
    public void close() throws IOException {
      for (Closeable each : opened) {
        each.close();
      }
    }
  }

  /** The bytes as "value x count", because a failure prints them. */
  private static String runs(byte[] bytes) {
    var text = new StringBuilder();
    int start = 0;
    for (int i = 1; i <= bytes.length; i++) {
      if (i == bytes.length || bytes[i] != bytes[start]) {
        text.append(bytes[start]).append(" x ").append(i - start).append(", ");
        start = i;
      }
    }
    return text.toString();
  }

  private static void deleteTree(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
