package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.CollectionValidator;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import dev.sagitta.persistence.Surgery;
import dev.sagitta.persistence.Surgery.Format;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * A store in which any one file was written by a library of tomorrow: it is refused, and not one
 * byte of it changes; unless all that is new is a feature that readers need not know.
 */
final class FormatVersionTest {
  /** Eight vectors to an extent; no checkpoint in the background. */
  private static final Tuning TINY = new Tuning(512, 2_048, 4 << 10, 1 << 20, 1 << 10);

  private static final List<String> KINDS =
      List.of("MANIFEST-", "log-", "slots-", "links-", "vectors-", "payload-");
  private static final Path COLLECTION = ModelDatabase.DIRECTORY.resolve("a");
  private static final CollectionConfig CONFIG =
      CollectionConfig.builder(ModelWriter.DIMENSION, Metric.EUCLIDEAN).m(4).build();

  /** A checkpoint of twenty records, and ten more in the log, the process killed. */
  private static ModelDatabase killed() throws InterruptedException {
    ModelDatabase database = ModelDatabase.simulated(new SimulatedFiles(), Durability.sync(), TINY);
    VectorCollection collection = database.open().collection("a", CONFIG);
    for (int id = 0; id < 20; id++) {
      collection.upsert(ModelWriter.record(id, 0));
    }
    collection.awaitIndexed();
    collection.checkpoint();
    for (int id = 20; id < 30; id++) {
      collection.upsert(ModelWriter.record(id, 0));
    }
    database.kill();
    return database;
  }

  /** The newest file of a kind, and of extents, which are all needed, also the oldest. */
  private static List<Path> needed(ModelDatabase database, String kind) throws IOException {
    List<String> names = new ArrayList<>(database.files().list(COLLECTION));
    names.removeIf(name -> !name.startsWith(kind));
    List<Path> files = new ArrayList<>();
    files.add(COLLECTION.resolve(names.getLast()));
    if (kind.equals("vectors-")) {
      assertTrue(names.size() > 1, names::toString);
      files.add(COLLECTION.resolve(names.getFirst()));
    }
    return files;
  }

  @Test
  void oneNewerFileOfAnyKindIsRefusedAndNothingTouched() throws Exception {
    int refused = 0;
    for (String kind : KINDS) {
      for (Format format : Format.values()) {
        if (format.refused()) {
          try (ModelDatabase database = killed()) {
            for (Path newer : needed(database, kind)) {
              byte[] before = database.files().bytes(newer);
              byte[] bytes = before.clone();
              format.apply(bytes);
              Surgery.replace(database.files(), newer, bytes);
              checkRefused(database, newer, format);
              Surgery.replace(database.files(), newer, before);
              refused++;
            }
            assertEquals(30, database.open().collection("a").count());
          }
        }
      }
    }
    assertEquals(28, refused);
    System.out.printf("FormatVersionTest: %d stores with one newer file refused%n", refused);
  }

  private static void checkRefused(ModelDatabase database, Path newer, Format format) {
    String digest = database.files().digest();
    for (int attempt = 0; attempt < 2; attempt++) {
      List<Executable> uses =
          List.of(
              () -> database.open().collection("a"), () -> database.open().collection("a", CONFIG));
      for (Executable use : uses) {
        UnsupportedFormatException e =
            assertThrows(UnsupportedFormatException.class, use, newer + " " + format);
        assertEquals(newer, e.file());
        String message = String.valueOf(e.getMessage());
        String found =
            switch (format) {
              case NEWER_MAJOR -> " has version 2.0,";
              case NEWER_MINOR -> " has version 1.1,";
              case INCOMPATIBLE_FEATURE -> " and incompatible features of bits {1},";
              default -> " and incompatible features of bits {63},";
            };
        assertTrue(message.startsWith("Format too new: " + newer + " has version "), message);
        assertTrue(message.contains(found + " this library reads 1.0 up to 1.0"), message);
      }
      for (VerifyLevel level : VerifyLevel.values()) {
        UnsupportedFormatException e =
            assertThrows(
                UnsupportedFormatException.class,
                () -> database.open().verify(level),
                newer + " " + format + " " + level);
        assertEquals(newer, e.file());
      }
      checkListed(database, newer);
      database.close();
      assertEquals(digest, database.files().digest(), newer + " " + format);
    }
  }

  /** Only manifests are read to list collections. */
  private static void checkListed(ModelDatabase database, Path newer) {
    CollectionInfo info = database.open().collections().getFirst();
    boolean manifest = newer.toString().contains("MANIFEST-");
    assertEquals(manifest ? Optional.empty() : Optional.of(CONFIG), info.config());
    assertEquals(manifest, info.damage().isPresent());
    assertTrue(info.damage().orElse("Format too new: " + newer).contains("too new: " + newer));
  }

  @Test
  void whatIsOfANewerFormatCanBeDropped() throws Exception {
    for (String kind : KINDS) {
      try (ModelDatabase database = killed()) {
        Path newer = needed(database, kind).getFirst();
        byte[] bytes = database.files().bytes(newer);
        Format.NEWER_MAJOR.apply(bytes);
        Surgery.replace(database.files(), newer, bytes);
        database.open().drop("a");
        assertEquals(List.of(), database.open().collections());
      }
    }
  }

  @Test
  void unknownCompatibleFeaturesChangeNothing() throws Exception {
    int opened = 0;
    for (String kind : KINDS) {
      for (Format format : List.of(Format.COMPATIBLE_FEATURE, Format.LAST_COMPATIBLE_FEATURE)) {
        try (ModelDatabase database = killed()) {
          for (Path file : needed(database, kind)) {
            byte[] bytes = database.files().bytes(file);
            format.apply(bytes);
            put(database.files(), file, bytes);
          }
          checkUsable(database);
          opened++;
        }
      }
    }
    assertEquals(12, opened);
    System.out.printf("FormatVersionTest: %d stores with compatible features opened%n", opened);
  }

  private static void checkUsable(ModelDatabase database) throws InterruptedException {
    checkWhole(database.open().collection("a"), 30);
    database.open().collection("a").upsert(ModelWriter.record(30, 0));
    database.close();
    checkWhole(database.open().collection("a"), 31);
  }

  private static void put(SimulatedFiles files, Path file, byte[] bytes) throws IOException {
    if (file.toString().endsWith(".wal")) {
      Surgery.sealLog(bytes);
      Surgery.replace(files, file, bytes);
    } else {
      Surgery.replaceListed(files, file, Surgery.blockFile(bytes, Surgery.body(bytes)));
    }
  }

  private static void checkWhole(VectorCollection collection, int count)
      throws InterruptedException {
    var oracle = new ModelOracle(Metric.EUCLIDEAN);
    for (int id = 0; id < count; id++) {
      oracle.put(ModelWriter.record(id, 0));
    }
    oracle.checkRecords(collection);
    assertEquals(Optional.empty(), collection.stats().warning());
    collection.awaitIndexed();
    CollectionValidator.validateIndexed(collection.engine());
  }
}
