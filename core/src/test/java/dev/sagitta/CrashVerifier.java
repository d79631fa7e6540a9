package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.CollectionValidator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Looks at what a crash left of a database: it opens without help, its collections are those
 * acknowledged, in a state of their commit order that has all that was promised; they accept
 * writes; and opening again, after closing or after another power loss, finds the same.
 */
final class CrashVerifier {
  private CrashVerifier() {}

  /** Checks what is found after a crash, that it can be written to, and that all of it stays. */
  static int verify(
      ModelDatabase survivor, ModelWriter writer, boolean powerLoss, boolean inPeace, long seed) {
    int crashes = 0;
    boolean lossAfterKill = !powerLoss && seed % 2 == 0;
    if (lossAfterKill) {
      // The next process only reads what the killed one left, and then the power fails.
      var unused = check(survivor, writer, false);
      survivor.crash(seed);
      crashes++;
    }
    Map<String, Map<RecordId, VectorRecord>> found =
        checkTwice(survivor, writer, powerLoss || lossAfterKill);
    if (inPeace) {
      // The checkpoint at closing stores what was recovered, and that is opened next.
      survivor.close();
    }
    var written = new TreeMap<String, Map<RecordId, VectorRecord>>();
    found.forEach((name, records) -> written.put(name, write(survivor, name, records)));
    if (inPeace) {
      survivor.close();
    } else {
      // What the first crash left in the page cache only has been made durable by now.
      survivor.crash(seed);
      crashes++;
    }
    written.forEach((name, records) -> checkSame(survivor, name, records));
    survivor.kill();
    return crashes;
  }

  /** Opens twice: the second time finds the same, and no byte changed unless to checkpoint. */
  private static Map<String, Map<RecordId, VectorRecord>> checkTwice(
      ModelDatabase survivor, ModelWriter writer, boolean powerLoss) {
    Map<String, Map<RecordId, VectorRecord>> found = check(survivor, writer, powerLoss);
    survivor.kill();
    String digest = survivor.files().digest();
    Map<String, Map<RecordId, VectorRecord>> again = check(survivor, writer, powerLoss);
    assertEquals(found.keySet(), again.keySet());
    found.forEach(
        (name, records) ->
            assertTrue(
                ModelHistory.same(records, again.getOrDefault(name, Map.of())),
                () -> name + " is another when opened once more"));
    if (!survivor.checkpointsByItself()) {
      assertEquals(digest, survivor.files().digest());
    }
    return found;
  }

  /** Checks that a database which is still open, or can be opened, shows what it acknowledged. */
  static void checkShown(ModelDatabase database, ModelWriter writer) {
    for (String name : database.open().collectionNames()) {
      ModelWriter.Lifetime lifetime = writer.lifetimes().get(name);
      if (lifetime != null) {
        lifetime.check(database.open().collection(name), false);
      }
    }
  }

  /** The collections that are there, each in a state that it may be in, by name. */
  private static Map<String, Map<RecordId, VectorRecord>> check(
      ModelDatabase survivor, ModelWriter writer, boolean powerLoss) {
    var found = new TreeMap<String, Map<RecordId, VectorRecord>>();
    for (CollectionInfo info : survivor.open().collections()) {
      assertEquals(Optional.empty(), info.damage());
      ModelWriter.Lifetime lifetime = writer.expected(info.name(), powerLoss);
      assertTrue(lifetime != null, () -> info.name() + " was dropped and is back");
      VectorCollection collection = survivor.open().collection(info.name());
      if (lifetime != null) {
        lifetime.check(collection, powerLoss);
      }
      CollectionValidator.validate(collection.engine());
      checkSearch(collection);
      found.put(info.name(), ModelHistory.records(collection));
    }
    writer
        .lifetimes()
        .forEach(
            (name, lifetime) ->
                assertTrue(
                    found.containsKey(name) || !lifetime.certain(), () -> name + " is lost"));
    return found;
  }

  /** Checks that the same records as before are there, and writes; what is there then. */
  private static Map<RecordId, VectorRecord> write(
      ModelDatabase survivor, String name, Map<RecordId, VectorRecord> records) {
    VectorCollection collection = checkSame(survivor, name, records);
    Map<RecordId, VectorRecord> expected = new TreeMap<>(records);
    if (!records.isEmpty()) {
      RecordId deleted = records.keySet().iterator().next();
      assertTrue(collection.delete(deleted), () -> deleted + " cannot be deleted");
      expected.remove(deleted);
    }
    List<VectorRecord> added =
        IntStream.range(95, 105).mapToObj(id -> ModelWriter.record(id, 9)).toList();
    assertEquals(added.size(), collection.upsertAll(added.stream()));
    collection.flush();
    CollectionValidator.validate(collection.engine());
    added.forEach(record -> expected.put(record.id(), record));
    return expected;
  }

  private static VectorCollection checkSame(
      ModelDatabase survivor, String name, Map<RecordId, VectorRecord> expected) {
    VectorCollection collection = survivor.open().collection(name);
    Map<RecordId, VectorRecord> found = ModelHistory.records(collection);
    assertTrue(
        ModelHistory.same(expected, found),
        () -> name + " has " + found.keySet() + " after opening again, not " + expected.keySet());
    try {
      CollectionValidator.validateIndexed(collection.engine());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    checkSearch(collection);
    return collection;
  }

  private static void checkSearch(VectorCollection collection) {
    var oracle = new ModelOracle(collection.config().metric());
    ModelHistory.records(collection).values().forEach(oracle::put);
    float[] query = ModelRecords.vector(ModelWriter.DIMENSION, 1_000);
    oracle.checkExact(collection.searchExact(SearchRequest.of(query, 5)), query, 5);
    // So few records that a search with the default breadth meets all of them.
    assertEquals(
        1, oracle.checkHits(collection.search(SearchRequest.of(query, 5)), query, 5), "recall");
  }
}
