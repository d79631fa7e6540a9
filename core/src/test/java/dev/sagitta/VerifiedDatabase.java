package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A simulated database of two collections that tests damage and verify. For one test thread. */
final class VerifiedDatabase {
  /** Eight vectors to an extent, a dozen records to another, each a file of its own when full. */
  static final Tuning TINY = new Tuning(512, 2_048, 4 << 10, 1 << 20, 1 << 10);

  static final int COUNT = 60;

  final ModelDatabase database =
      ModelDatabase.simulated(new SimulatedFiles(), Durability.sync(), TINY);

  /** Two generations of two collections, and records behind them in the log. */
  VectorCollection filled() throws InterruptedException {
    for (String name : List.of("a", "b")) {
      VectorCollection collection =
          database
              .open()
              .collection(
                  name,
                  CollectionConfig.builder(ModelWriter.DIMENSION, Metric.COSINE).m(4).build());
      for (int id = 0; id < COUNT / 2; id++) {
        collection.upsert(ModelWriter.record(id, 0));
      }
      collection.awaitIndexed();
      collection.checkpoint();
      for (int id = 0; id < COUNT; id += 2) {
        collection.upsert(ModelWriter.record(id, 1));
      }
      assertTrue(collection.delete(ModelWriter.record(1, 0).id()));
      collection.awaitIndexed();
      collection.checkpoint();
      for (int id = 1; id < COUNT; id += 4) {
        collection.upsert(ModelWriter.record(id, 2));
      }
    }
    return database.open().collection("a");
  }

  /** The same, killed, so that opening would have to replay the log. */
  void killed() throws InterruptedException {
    VectorCollection unused = filled();
    database.kill();
  }

  static Path directory(String name) {
    return ModelDatabase.DIRECTORY.resolve(name);
  }

  /** Files of collection "a" of a kind, by number. */
  List<Path> files(String prefix) {
    try {
      List<String> names = new ArrayList<>(database.files().list(directory("a")));
      names.removeIf(name -> !name.startsWith(prefix));
      names.sort(Comparator.comparingInt(String::length).thenComparing(name -> name));
      return names.stream().map(directory("a")::resolve).toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  void flip(Path file, long bit) {
    try {
      database.files().flipBit(file, bit);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  VerifyReport verify(VerifyLevel level) {
    return database.open().verify(level);
  }

  static Set<Path> damagedFiles(VerifyReport report) {
    Set<Path> files = new HashSet<>();
    report.damage().forEach(damage -> files.add(damage.file()));
    return files;
  }

  void assertIntact(VerifyLevel level) {
    VerifyReport report = verify(level);
    assertTrue(report.intact(), () -> level + ": " + report.damage());
    assertEquals(List.of(), report.damage());
  }

  void assertFinds(VerifyLevel level, Path file) {
    VerifyReport report = verify(level);
    assertEquals(Set.of(file), damagedFiles(report), level + ": " + report.damage());
    assertFalse(report.intact());
    assertEquals(report.damage().size(), report.damageCount());
  }
}
