package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import dev.sagitta.engine.CollectionValidator;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Directories that cannot be written to, that are something else, that have two names, or that are
 * gone: typed errors, and nothing lost of what is still there.
 */
final class UnusableDirectoryTest {
  private static final Durability DURABILITY = Durability.sync();

  @RegisterExtension static final PartCounts COUNTS = new PartCounts();

  @TempDir Path directory;

  @Test
  void aReadOnlyFileSystemIsRefusedAndLeftAsItIs() throws IOException {
    NumberedWriter writer = new NumberedWriter();
    try (SmallDisk disk = SmallDisk.mount(SmallDisk.Type.TMPFS, directory)) {
      fill(disk.data(), writer);
      disk.remount("ro");
      StorageException refused =
          assertThrows(StorageException.class, () -> SmallDatabase.open(disk.data(), DURABILITY));
      // What the system says, in its language.
      FileSystemException said =
          assertThrows(
              FileSystemException.class, () -> Files.createFile(disk.data().resolve("file")));
      String reason = String.valueOf(said.getReason());
      assertTrue(String.valueOf(refused.getMessage()).contains(reason), refused.toString());
      disk.remount("rw");
      goOn(disk.data(), writer);
    }
  }

  @Test
  void aDirectoryThatMayNotBeWrittenIsRefused() throws IOException {
    NumberedWriter writer = new NumberedWriter();
    fill(data(), writer);
    List<Path> all = List.of(data().resolve("LOCK"), data());
    permit(all, "r-xr-xr-x");
    try {
      assumeBinding(data());
      StorageException refused =
          assertThrows(StorageException.class, () -> SmallDatabase.open(data(), DURABILITY));
      assertTrue(String.valueOf(refused.getMessage()).contains("AccessDenied"), refused.toString());
    } finally {
      permit(all, "rwxr-xr-x");
      goOn(data(), writer);
    }
  }

  @Test
  void aDirectoryThatMayNotBeWrittenAnyMoreFailsCheckpointsOnly() throws IOException {
    NumberedWriter writer = new NumberedWriter();
    VectorDatabase database = SmallDatabase.openByHand(data(), DURABILITY);
    try (database) {
      VectorCollection collection = database.collection("c", VersionedRecords.CONFIG);
      writer.write(collection, 50);
      List<Path> of = List.of(data().resolve("c"));
      permit(of, "r-xr-xr-x");
      try {
        assumeBinding(of.getFirst());
        StorageException refused = assertThrows(StorageException.class, collection::checkpoint);
        assertTrue(
            String.valueOf(refused.getMessage()).contains("AccessDenied"), refused.toString());
        writer.write(collection, 10);
        writer.check(collection);
      } finally {
        permit(of, "rwxr-xr-x");
      }
      collection.checkpoint();
      assertEquals(Optional.empty(), collection.stats().warning());
    }
    goOn(data(), writer);
  }

  /** As in the home of another user, who lets one in. */
  @Test
  void theDirectoryAboveNeedsNotBeReadable() throws IOException {
    NumberedWriter writer = new NumberedWriter();
    Files.createDirectory(data());
    permit(List.of(directory), "--x--x--x");
    try {
      assumeFalse(Files.isReadable(directory), "permissions do not bind this user");
      fill(data(), writer);
      goOn(data(), writer);
    } finally {
      permit(List.of(directory), "rwxr-xr-x");
    }
  }

  @Test
  void whatIsNoDirectoryIsRefused() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));
    Path dangling = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("none"));
    for (Path path : List.of(file, dangling, file.resolve("data"))) {
      assertThrows(StorageException.class, () -> SmallDatabase.open(path, DURABILITY));
    }
    assertEquals(0, Files.size(file));
  }

  @Test
  void aLinkToADirectoryIsTheSameDatabase() throws IOException {
    Files.createDirectory(data());
    Path link = Files.createSymbolicLink(directory.resolve("link"), data());
    NumberedWriter writer = new NumberedWriter();
    try (VectorDatabase database = SmallDatabase.open(link, DURABILITY)) {
      writer.write(database.collection("c", VersionedRecords.CONFIG), 50);
      database.collection("dropped", VersionedRecords.CONFIG);
      database.drop("dropped");
      assertThrows(DatabaseLockedException.class, () -> SmallDatabase.open(data(), DURABILITY));
    }
    goOn(data(), writer);
    goOn(link, writer);
    assertTrue(Files.isSymbolicLink(link));
  }

  /** The memory and the open files stay; what needs a name fails. */
  @Test
  void aDirectoryRemovedUnderADatabaseGivesTypedErrorsOnly() throws IOException {
    NumberedWriter writer = new NumberedWriter();
    fill(data(), writer);
    VectorDatabase database = SmallDatabase.openByHand(data(), DURABILITY);
    VectorCollection collection = database.collection("c");
    writer.checkAfterOpening(collection);
    writer.write(collection, 20);
    Trees.delete(data());
    writer.check(collection);
    assertThrows(SagittaException.class, collection::checkpoint);
    assertThrows(
        SagittaException.class, () -> database.collection("other", VersionedRecords.CONFIG));
    assertThrows(SagittaException.class, database::collections);
    assertThrows(SagittaException.class, () -> database.drop("c"));
    writer.check(collection);
    try {
      database.close();
    } catch (SagittaException expected) {
      // It may say that it cannot make durable what is gone.
    }
    assertFalse(Files.exists(data()), "closing brings nothing back");
    try (VectorDatabase anew = SmallDatabase.open(data(), DURABILITY)) {
      assertEquals(List.of(), anew.collectionNames());
    }
  }

  private Path data() {
    return directory.resolve("data");
  }

  private static void fill(Path data, NumberedWriter writer) {
    try (VectorDatabase database = SmallDatabase.open(data, DURABILITY)) {
      writer.write(database.collection("c", VersionedRecords.CONFIG), 100);
    }
  }

  private static void goOn(Path data, NumberedWriter writer) {
    try (VectorDatabase database = SmallDatabase.open(data, DURABILITY)) {
      VectorCollection collection = database.collection("c");
      writer.checkAfterOpening(collection);
      writer.write(collection, 10);
      writer.check(collection);
      CollectionValidator.validate(collection.engine());
    }
  }

  private static void permit(List<Path> paths, String permissions) throws IOException {
    for (Path path : paths) {
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }
  }

  private static void assumeBinding(Path path) {
    assumeFalse(
        Files.isWritable(path),
        "permissions do not bind this user; aReadOnlyFileSystemIsRefusedAndLeftAsItIs needs root");
  }
}
