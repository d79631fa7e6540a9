package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A process whose files may not grow beyond a limit of the system (RLIMIT_FSIZE) meets real writes
 * that fail in the middle, of logs and of checkpoints, without any rights: typed errors, reads and
 * searches go on, it can be opened again under the same limit, and nothing acknowledged is lost.
 */
final class FileLimitTest {
  /** Units of 512 bytes: less than a payload extent has. */
  private static final int FILE_UNITS = 96;

  private static final int OPENINGS = 3;

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void nothingAcknowledgedIsLostWhenFilesCannotGrow(KillLevel level) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no sh, whose ulimit this needs");
    NumberedWriter writer = new NumberedWriter();
    try (ChildProgram child =
        ChildProgram.startLimited(
            FILE_UNITS,
            Limited.class,
            directory.resolve("errors"),
            data().toString(),
            level.name())) {
      for (int opening = 0; opening < OPENINGS; opening++) {
        long acknowledged = Long.parseLong(child.line());
        // Later there may be no room: a new log begins with what the last does not prove durable.
        assertTrue(acknowledged >= Math.max(1, writer.acknowledged()), "opening " + opening);
        writer.continueAfter(acknowledged, Boolean.parseBoolean(child.line()));
      }
      assertEquals(0, child.await());
      assertEquals("", child.errors());
    }
    long limited = writer.acknowledged();
    try (VectorDatabase database = level.open(data())) {
      VectorCollection collection = database.collection("c");
      writer.checkAfterOpening(collection);
      writer.write(collection, 20);
      collection.checkpoint();
      writer.check(collection);
      assertEquals(Optional.empty(), collection.stats().warning());
    }
    try (VectorDatabase database = level.open(data())) {
      writer.checkAfterOpening(database.collection("c"));
    }
    System.out.printf(
        "FileLimitTest %s: %d records within the limit, %d in all%n",
        level, limited, writer.acknowledged());
  }

  private Path data() {
    return directory.resolve("data");
  }

  /** Writes up to the limit several times over, and looks each time at what still works. */
  static final class Limited {
    private Limited() {}

    public static void main(String[] arguments) {
      NumberedWriter writer = new NumberedWriter();
      for (int opening = 0; opening < OPENINGS; opening++) {
        VectorDatabase database = KillLevel.valueOf(arguments[1]).open(Path.of(arguments[0]));
        VectorCollection collection = database.collection("c", VersionedRecords.CONFIG);
        writer.checkAfterOpening(collection);
        assertTooLarge(writer.writeUntilFailure(collection));
        writer.check(collection);
        assertTooLarge(assertThrows(SagittaException.class, collection::checkpoint));
        long before = writer.acknowledged();
        assertTooLarge(writer.writeUntilFailure(collection));
        assertEquals(before, writer.acknowledged());
        writer.check(collection);
        try {
          database.close();
        } catch (SagittaException e) {
          assertTooLarge(e);
        }
        System.out.println(writer.acknowledged());
        System.out.println(writer.unknown());
      }
    }

    private static void assertTooLarge(SagittaException error) {
      StringBuilder all = new StringBuilder();
      for (Throwable cause = error; cause != null; cause = cause.getCause()) {
        all.append(cause).append("; ");
      }
      assertTrue(all.toString().contains("File too large"), all.toString());
    }
  }
}
