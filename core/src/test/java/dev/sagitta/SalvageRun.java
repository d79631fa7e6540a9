package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.sagitta.engine.CollectionValidator;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * One salvage on the simulated file system: the report, and what is then in the target. Making one
 * checks what holds whatever the damage: the source is as it was; the target opens, passes the
 * validator, has as many records as the report says, and none that was never acknowledged.
 */
record SalvageRun(SalvageReport report, Map<String, Map<RecordId, VectorRecord>> found) {
  static final Path TARGET = Path.of("/salvaged");

  /** Salvages and looks. */
  static SalvageRun of(SimulatedFiles files, SalvageStore store) throws IOException {
    return of(files, store, SalvageOptions.defaults());
  }

  /** Salvages with options and looks. */
  static SalvageRun of(SimulatedFiles files, SalvageStore store, SalvageOptions options)
      throws IOException {
    Map<String, byte[]> before = source(files);
    SalvageReport report = salvage(files, options, progress -> {});
    Map<String, byte[]> after = source(files);
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, bytes) -> assertArrayEquals(bytes, after.get(name), name));
    assertFalse(files.exists(Path.of("/salvaged.salvaging")));
    return new SalvageRun(report, target(files, store, report));
  }

  /** Salvages only. */
  static SalvageReport salvage(
      SimulatedFiles files, SalvageOptions options, Consumer<SalvageProgress> progress) {
    return VectorDatabase.salvage(
        SalvageStore.SOURCE, TARGET, options, progress, environment(files));
  }

  private static Environment environment(SimulatedFiles files) {
    return new Environment(
        files, new PlatformThreads(1), System::nanoTime, SimulatedDatabase.SMALL);
  }

  /** Opens the target and checks what it has. */
  static Map<String, Map<RecordId, VectorRecord>> target(
      SimulatedFiles files, SalvageStore store, SalvageReport report) {
    Map<String, Map<RecordId, VectorRecord>> found = new TreeMap<>();
    DatabaseOptions options = DatabaseOptions.builder().linkerThreads(1).build();
    try (VectorDatabase database = VectorDatabase.open(TARGET, options, environment(files))) {
      for (String name : database.collectionNames()) {
        VectorCollection collection = database.collection(name);
        CollectionValidator.validate(collection.engine());
        Map<RecordId, VectorRecord> records = ModelHistory.records(collection);
        found.put(name, records);
        records.values().forEach(record -> had(store, name, record));
        float[] query = {1, 2, 3, 4};
        assertEquals(
            Math.min(5, records.size()),
            collection.search(SearchRequest.of(query, 5)).hits().size());
        assertEquals(records.size(), report.collection(name).orElseThrow().recovered());
      }
    }
    return found;
  }

  private static void had(SalvageStore store, String name, VectorRecord record) {
    if (!store.history(name).had(record)) {
      throw new AssertionError(name + " never had " + record);
    }
  }

  /** What the report says of a collection. */
  SalvagedCollection entry(String name) {
    return report.collection(name).orElseThrow();
  }

  /** What the target has of a collection. */
  Map<RecordId, VectorRecord> records(String name) {
    return found.getOrDefault(name, Map.of());
  }

  private static Map<String, byte[]> source(SimulatedFiles files) throws IOException {
    Map<String, byte[]> all = new TreeMap<>();
    for (String name : files.list(SalvageStore.SOURCE)) {
      Path path = SalvageStore.SOURCE.resolve(name);
      if (files.isDirectory(path)) {
        for (String file : files.list(path)) {
          all.put(name + "/" + file, files.bytes(path.resolve(file)));
        }
      } else {
        all.put(name, files.bytes(path));
      }
    }
    return all;
  }
}
