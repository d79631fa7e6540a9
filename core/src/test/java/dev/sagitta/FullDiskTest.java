package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * On a real disk that is full, calls that need space fail with typed errors, all others go on,
 * nothing acknowledged is lost, and once there is space all is as before. {@link FileLimitTest}
 * does much of it where no disk can be mounted.
 */
final class FullDiskTest {
  private static final long SPACE_BYTES = 1 << 20;

  @RegisterExtension static final PartCounts COUNTS = new PartCounts();

  @TempDir Path directory;

  static Stream<Arguments> disksAndLevels() {
    List<Durability> levels =
        List.of(
            Durability.sync(),
            Durability.interval(Duration.ofMillis(10), 16 << 10),
            Durability.os());
    return Stream.of(SmallDisk.Type.values())
        .flatMap(type -> levels.stream().map(level -> Arguments.of(type, level)));
  }

  @ParameterizedTest
  @MethodSource("disksAndLevels")
  void nothingAcknowledgedIsLostOnAFullDisk(SmallDisk.Type type, Durability durability)
      throws IOException {
    NumberedWriter writer = new NumberedWriter();
    try (SmallDisk disk = SmallDisk.mount(type, directory)) {
      long filled = fillByWriting(disk, durability, writer);
      openWhileFull(disk, durability, writer);
      disk.free();
      try (VectorDatabase database = SmallDatabase.open(disk.data(), durability)) {
        VectorCollection collection = database.collection("c");
        writer.checkAfterOpening(collection);
        writer.write(collection, 20);
        collection.checkpoint();
        writer.check(collection);
        assertEquals(Optional.empty(), collection.stats().failure());
        assertEquals(Optional.empty(), collection.stats().warning());
        assertEquals(List.of("c"), database.collectionNames());
      }
      try (VectorDatabase database = SmallDatabase.open(disk.data(), durability)) {
        writer.checkAfterOpening(database.collection("c"));
      }
      System.out.printf(
          "FullDiskTest %s %s: full after %d records, %d at the end%n",
          type, durability, filled, writer.acknowledged());
    }
  }

  /** Writes until the disk is full, looks at what still works, and closes. */
  private static long fillByWriting(SmallDisk disk, Durability durability, NumberedWriter writer)
      throws IOException {
    VectorDatabase database = SmallDatabase.open(disk.data(), durability);
    VectorCollection collection = database.collection("c", VersionedRecords.CONFIG);
    writer.write(collection, 50);
    disk.fill(SPACE_BYTES);
    SagittaException failure = writer.writeUntilFailure(collection);
    disk.assertSaysFull(failure);
    long filled = writer.acknowledged();
    assertTrue(collection.stats().failure().isPresent(), failure.toString());
    writer.check(collection);
    disk.assertSaysFull(assertThrows(SagittaException.class, collection::checkpoint));
    SagittaException refused = writer.writeUntilFailure(collection);
    assertEquals(filled, writer.acknowledged(), refused.toString());
    // No checkpoint goes on that could give back what it took.
    disk.fill();
    assertThrows(
        StorageException.class, () -> database.collection("other", VersionedRecords.CONFIG));
    writer.check(collection);
    closeWhileFull(disk, database);
    return filled;
  }

  /** It may not be able to make durable what was acknowledged; it lets go all the same. */
  private static void closeWhileFull(SmallDisk disk, VectorDatabase database) {
    try {
      database.close();
    } catch (SagittaException e) {
      disk.assertSaysFull(e);
    }
  }

  /** Opens a disk without a byte of space, reads, tries to write, and closes. */
  private static void openWhileFull(SmallDisk disk, Durability durability, NumberedWriter writer)
      throws IOException {
    for (int opening = 0; opening < 2; opening++) {
      disk.fill();
      VectorDatabase database = SmallDatabase.open(disk.data(), durability);
      VectorCollection collection = database.collection("c");
      writer.checkAfterOpening(collection);
      long before = writer.acknowledged();
      disk.assertSaysFull(writer.writeUntilFailure(collection));
      assertEquals(before, writer.acknowledged(), "acknowledged without space");
      assertFalse(writer.unknown(), "nothing was written");
      assertEquals(Optional.empty(), collection.stats().failure(), "it only refused a call");
      disk.assertSaysFull(assertThrows(SagittaException.class, collection::checkpoint));
      writer.check(collection);
      closeWhileFull(disk, database);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFullDiskLetsCollectionsBeReadAndDropped(SmallDisk.Type type) throws IOException {
    NumberedWriter writer = new NumberedWriter();
    try (SmallDisk disk = SmallDisk.mount(type, directory)) {
      try (VectorDatabase database = SmallDatabase.open(disk.data(), Durability.sync())) {
        writer.write(database.collection("c", VersionedRecords.CONFIG), 50);
        database.collection("dropped", VersionedRecords.CONFIG);
      }
      disk.fill();
      try (VectorDatabase database = SmallDatabase.open(disk.data(), Durability.sync())) {
        writer.checkAfterOpening(database.collection("c"));
        database.drop("dropped");
        assertEquals(List.of("c"), database.collectionNames());
      }
      disk.free();
      try (VectorDatabase database = SmallDatabase.open(disk.data(), Durability.sync())) {
        database.collection("dropped", VersionedRecords.CONFIG).upsert(record());
        writer.checkAfterOpening(database.collection("c"));
      }
    }
  }

  private static VectorRecord record() {
    return VersionedRecords.record(1, 1);
  }
}
