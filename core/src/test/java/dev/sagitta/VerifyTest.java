package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What verify finds and what not, at each level, of open collections and of others. */
final class VerifyTest {
  /** Flips in a whole store; the nightly build tries more. */
  private static final int FLIPS = Integer.getInteger("sagitta.nightly.verify.flips", 600);

  private final VerifiedDatabase store = new VerifiedDatabase();
  private final ModelDatabase database = store.database;

  @AfterEach
  void endThreads() {
    database.bury();
  }

  // Intact -------------------------------------------------------------------------------------

  @Test
  void aCleanStoreIsIntactAndNoFileIsChanged() throws InterruptedException {
    VectorCollection collection = store.filled();
    String digest = database.files().digest();
    long steps = database.files().ioSteps();
    Map<VerifyLevel, VerifyReport> open = new EnumMap<>(VerifyLevel.class);
    for (VerifyLevel level : VerifyLevel.values()) {
      VerifyReport one = collection.verify(level);
      assertTrue(one.intact(), () -> level + ": " + one.damage());
      VerifyReport both = store.verify(level);
      assertEquals(2 * one.files(), both.files());
      assertEquals(2 * one.bytes(), both.bytes());
      assertEquals(2 * one.records(), both.records());
      assertEquals(level, one.level());
      assertEquals(0, one.unreachable());
      open.put(level, both);
    }
    assertEquals(digest, database.files().digest());
    assertEquals(steps, database.files().ioSteps(), "calls that change something");
    assertEquals(0, at(open, VerifyLevel.FILES).bytes());
    assertEquals(at(open, VerifyLevel.CHECKSUMS).bytes(), at(open, VerifyLevel.CONTENT).bytes());
    assertEquals(2 * collection.stats().slots(), at(open, VerifyLevel.CONTENT).records());
    assertEquals(0, at(open, VerifyLevel.CHECKSUMS).records());
    assertTrue(collection.stats().scrub().isEmpty());
    database.kill();
    for (VerifyLevel level : VerifyLevel.values()) {
      VerifyReport unopened = store.verify(level);
      assertTrue(unopened.intact(), () -> level + ": " + unopened.damage());
      assertEquals(at(open, level).files(), unopened.files());
      assertEquals(at(open, level).records(), unopened.records());
    }
    assertEquals(digest, database.files().digest());
  }

  private static VerifyReport at(Map<VerifyLevel, VerifyReport> reports, VerifyLevel level) {
    return Objects.requireNonNull(reports.get(level));
  }

  @Test
  void anEmptyDatabaseAndAnEmptyCollectionAreIntact() {
    for (VerifyLevel level : VerifyLevel.values()) {
      store.assertIntact(level);
    }
    VectorCollection collection =
        database.open().collection("a", CollectionConfig.builder(2, Metric.EUCLIDEAN).build());
    for (VerifyLevel level : VerifyLevel.values()) {
      assertEquals(1, collection.verify(level).files());
      store.assertIntact(level);
    }
    database.kill();
    for (VerifyLevel level : VerifyLevel.values()) {
      store.assertIntact(level);
    }
  }

  @Test
  void aTornTailIsNoDamage() throws InterruptedException {
    var writing = ModelDatabase.simulated(database.files(), Durability.os(), VerifiedDatabase.TINY);
    VectorCollection collection =
        writing.open().collection("a", CollectionConfig.builder(4, Metric.EUCLIDEAN).m(4).build());
    for (int id = 0; id < VerifiedDatabase.COUNT; id++) {
      collection.upsert(ModelWriter.record(id, 0));
    }
    int torn = 0;
    for (SimulatedFiles cut : writing.crashes(1, 40)) {
      try (var survivor = ModelDatabase.simulated(cut, Durability.sync(), VerifiedDatabase.TINY)) {
        for (VerifyLevel level : VerifyLevel.values()) {
          VerifyReport report = survivor.open().verify(level);
          assertTrue(report.intact(), () -> level + ": " + report.damage());
        }
        VectorCollection cutOff = survivor.open().collection("a");
        torn += cutOff.count() < VerifiedDatabase.COUNT ? 1 : 0;
        assertTrue(cutOff.verify(VerifyLevel.CONTENT).intact());
        cutOff.upsert(ModelWriter.record(1, 1));
        assertTrue(cutOff.verify(VerifyLevel.CONTENT).intact());
      }
    }
    assertTrue(torn > 10, torn + " power cuts lost a tail");
  }

  // Damage -------------------------------------------------------------------------------------

  @Test
  void eachLevelFindsWhatItShouldAndOnlyThat() throws InterruptedException {
    for (boolean open : new boolean[] {true, false}) {
      for (String kind : List.of("vectors-", "payload-", "slots-", "links-", "log-", "MANIFEST-")) {
        VectorCollection unused = store.filled();
        if (!open) {
          database.kill();
        }
        for (Path file : List.of(store.files(kind).getFirst(), store.files(kind).getLast())) {
          boolean manifest = kind.equals("MANIFEST-");
          // A header, which every level reads.
          store.flip(file, 8 * 17);
          for (VerifyLevel level : VerifyLevel.values()) {
            store.assertFinds(level, file);
          }
          store.flip(file, 8 * 17);
          // The first bytes behind it, in a block or a frame; of a manifest all is read.
          int behind = kind.equals("log-") ? 128 + 50 : 64 + 9;
          store.flip(file, 8L * behind);
          if (manifest) {
            store.assertFinds(VerifyLevel.FILES, file);
          } else {
            store.assertIntact(VerifyLevel.FILES);
          }
          store.assertFinds(VerifyLevel.CHECKSUMS, file);
          store.assertFinds(VerifyLevel.CONTENT, file);
          store.flip(file, 8L * behind);
          store.assertIntact(VerifyLevel.CONTENT);
        }
        database.open().drop("a");
        database.open().drop("b");
      }
    }
  }

  @Test
  void aMissingOrCutFileIsFoundAtEachLevel() throws InterruptedException, IOException {
    store.killed();
    SimulatedFiles before = database.files();
    for (String kind : List.of("vectors-", "payload-", "slots-", "links-", "log-")) {
      for (boolean cut : new boolean[] {true, false}) {
        Path file = store.files(kind).getLast();
        byte[] bytes = before.bytes(file);
        before.delete(file);
        if (cut) {
          write(file, bytes, Math.min(bytes.length - 1, 100));
        }
        for (VerifyLevel level : VerifyLevel.values()) {
          store.assertFinds(level, file);
        }
        if (cut) {
          before.delete(file);
        }
        write(file, bytes, bytes.length);
      }
    }
    store.assertIntact(VerifyLevel.CONTENT);
  }

  private void write(Path file, byte[] bytes, int length) throws IOException {
    try (var handle = database.files().create(file)) {
      handle.write(ByteBuffer.wrap(bytes, 0, length), 0);
      handle.force();
    }
  }

  /** Whatever bit is flipped in a file that is needed, CHECKSUMS finds it and names the file. */
  @Test
  void everyFlippedBitIsFound() throws InterruptedException, IOException {
    VectorCollection collection = store.filled();
    // The log is needed up to what the open collection knows durable, which here is all of it.
    List<Path> all = new ArrayList<>(List.of(store.files("log-").getLast()));
    for (String kind : List.of("vectors-", "payload-", "slots-", "links-", "MANIFEST-")) {
      all.addAll(store.files(kind));
    }
    long seed = Long.getLong("sagitta.seed", 20_261_120);
    System.out.println("VerifyTest seed " + seed);
    var random = new SplittableRandom(seed);
    for (int i = 0; i < FLIPS; i++) {
      Path file = all.get(i % all.size());
      long bit = random.nextLong(8L * database.files().bytes(file).length);
      store.flip(file, bit);
      VerifyReport report = collection.verify(VerifyLevel.CHECKSUMS);
      assertEquals(
          Set.of(file),
          VerifiedDatabase.damagedFiles(report),
          () -> "-Dsagitta.seed=%d, bit %d of %s".formatted(seed, bit, file));
      store.flip(file, bit);
    }
    store.assertIntact(VerifyLevel.CONTENT);
    System.out.printf("VerifyTest: %,d flipped bits in %d files%n", FLIPS, all.size());
  }

  @Test
  void allDamagedBlocksOfAllCollectionsAreListed() throws InterruptedException {
    store.killed();
    int damaged = 0;
    for (String kind : List.of("vectors-", "payload-")) {
      for (Path file : store.files(kind)) {
        store.flip(file, 8 * 70);
        damaged++;
      }
    }
    Path other =
        VerifiedDatabase.directory("b").resolve(store.files("slots-").getLast().getFileName());
    store.flip(other, 8 * 70);
    VerifyReport report = store.verify(VerifyLevel.CHECKSUMS);
    assertEquals(damaged + 1, report.damageCount());
    assertEquals(damaged + 1, report.damage().size());
    assertTrue(VerifiedDatabase.damagedFiles(report).contains(other));
    for (Damage damage : report.damage()) {
      assertEquals(0, damage.offset());
      assertTrue(damage.problem().startsWith("expected block CRC "), damage.problem());
    }
    assertEquals(report.damage(), store.verify(VerifyLevel.CONTENT).damage());
  }

  @Test
  void aCollectionThatCannotBeOpenedIsReportedAndTheOthersAreVerified()
      throws InterruptedException {
    store.killed();
    for (Path manifest : store.files("MANIFEST-")) {
      store.flip(manifest, 8 * 17);
    }
    assertThrows(CorruptionException.class, () -> database.open().collection("a"));
    long ofOther = database.open().collection("b").verify(VerifyLevel.CONTENT).records();
    for (VerifyLevel level : VerifyLevel.values()) {
      VerifyReport report = store.verify(level);
      assertEquals(Set.copyOf(store.files("MANIFEST-")), VerifiedDatabase.damagedFiles(report));
      assertEquals(level == VerifyLevel.CONTENT ? ofOther : 0, report.records());
    }
  }

  @Test
  void aDirectoryWithoutManifestIsReported() throws InterruptedException, IOException {
    store.killed();
    database.files().createDirectory(VerifiedDatabase.directory("empty"));
    for (VerifyLevel level : VerifyLevel.values()) {
      store.assertFinds(level, VerifiedDatabase.directory("empty"));
    }
  }

  /** What opening falls back to is what CONTENT looks at. */
  @Test
  void whereTheNewestGenerationIsLostTheOlderOneIsLookedAt() throws InterruptedException {
    store.killed();
    Path newest = store.files("MANIFEST-").getLast();
    store.flip(newest, 8 * 17);
    VerifyReport report = store.verify(VerifyLevel.CONTENT);
    assertEquals(Set.of(newest), VerifiedDatabase.damagedFiles(report));
    VectorCollection collection = database.open().collection("a");
    assertEquals(2 * collection.stats().slots(), report.records());
    assertEquals(
        Set.of(newest), VerifiedDatabase.damagedFiles(collection.verify(VerifyLevel.CONTENT)));
  }
}
