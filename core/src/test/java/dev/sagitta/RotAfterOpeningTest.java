package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A block of vectors that changes on the real medium while a database that maps it is open. Until
 * its first use it is checked, and so is every copy that is read anew. A block that was verified is
 * not looked at again by reads: that is what P5 leaves out, and no more is.
 */
final class RotAfterOpeningTest {
  private static final int COUNT = 1_000;
  private static final int DIMENSION = 64;

  private static final int HEADER_BYTES = 64;
  private static final int ROW_BYTES = DIMENSION * Float.BYTES;
  private static final int BLOCK = 1 << 16;

  /** Its vector begins in the second block. */
  private static final int DAMAGED_ID = BLOCK / ROW_BYTES;

  private static final int DAMAGED_AT = HEADER_BYTES + DAMAGED_ID * ROW_BYTES;

  /** Of so many records a part of the vector is in the block. */
  private static final int IN_THE_BLOCK = BLOCK / ROW_BYTES + 1;

  private static final CollectionConfig CONFIG =
      CollectionConfig.builder(DIMENSION, Metric.EUCLIDEAN).build();

  @TempDir private Path directory;

  @BeforeEach
  void fill() {
    try (VectorDatabase database = VectorDatabase.open(directory)) {
      VectorCollection collection = database.collection("a", CONFIG);
      for (int id = 0; id < COUNT; id++) {
        collection.upsert(record(id));
      }
    }
  }

  private static VectorRecord record(int id) {
    var random = new SplittableRandom(id);
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = random.nextFloat();
    }
    return VectorRecord.of(id, vector);
  }

  private Path vectors() throws IOException {
    try (Stream<Path> files = Files.list(directory.resolve("a"))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("vectors-"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static void damage(Path file) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var one = ByteBuffer.allocate(1);
      channel.read(one, DAMAGED_AT);
      one.put(0, (byte) (one.get(0) ^ 1)).flip();
      channel.write(one, DAMAGED_AT);
    }
  }

  /** How many records are read as they were; all errors must name the block. */
  private static int readable(VectorCollection collection, Path damaged) {
    int readable = 0;
    for (int id = 0; id < COUNT; id++) {
      try {
        VectorRecord found = collection.get(RecordId.of(id)).orElseThrow();
        assertTrue(ModelRecords.same(record(id), found), "record " + id);
        readable++;
      } catch (CorruptionException e) {
        assertEquals(damaged, e.file());
        assertEquals(BLOCK, e.offset());
      }
    }
    return readable;
  }

  private static void assertFound(VectorCollection collection, Path damaged) {
    VerifyReport report = collection.verify(VerifyLevel.CHECKSUMS);
    assertEquals(1, report.damageCount());
    assertEquals(damaged, report.damage().getFirst().file());
    assertEquals(BLOCK, report.damage().getFirst().offset());
  }

  @Test
  void untilItsFirstUseABlockIsChecked() throws IOException {
    try (VectorDatabase database = VectorDatabase.open(directory)) {
      VectorCollection collection = database.collection("a");
      Path damaged = vectors();
      damage(damaged);
      assertEquals(COUNT - IN_THE_BLOCK, readable(collection, damaged));
      assertFound(collection, damaged);
    }
  }

  @Test
  void whatAVerifiedBlockLosesIsFoundByVerifyAndByTheNextOpening() throws IOException {
    Path damaged = vectors();
    try (VectorDatabase database = VectorDatabase.open(directory)) {
      VectorCollection collection = database.collection("a");
      assertEquals(COUNT, readable(collection, damaged));
      damage(damaged);
      for (int id = 0; id < COUNT; id++) {
        float[] expected = record(id).floats();
        float[] found = collection.get(RecordId.of(id)).orElseThrow().floats();
        if (id == DAMAGED_ID) {
          found[0] = expected[0];
        }
        assertTrue(ModelRecords.sameBits(expected, found), "record " + id);
      }
      assertFound(collection, damaged);
      // A write would go on behind it, and a checkpoint give all that new checksums.
      assertThrows(CorruptionException.class, () -> collection.upsert(record(COUNT)));
      collection.checkpoint();
    }
    try (VectorDatabase database = VectorDatabase.open(directory)) {
      VectorCollection collection = database.collection("a");
      assertEquals(COUNT - IN_THE_BLOCK, readable(collection, damaged));
      assertFound(collection, damaged);
    }
  }
}
