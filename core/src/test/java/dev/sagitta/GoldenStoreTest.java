package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.CollectionValidator;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Stores that were written once and are kept with the sources: every later library reads them, and
 * the one of today writes the same bytes. {@code -Dsagitta.golden.write=true} writes those of
 * today's version anew; only for a new version, or before the first release.
 */
final class GoldenStoreTest {
  private static final Path SOURCES = Path.of("src/test/resources/golden");
  private static final int STORE_BYTES_MAX = 24 << 10;

  @TempDir Path temporary;

  /** Where the stores of a version are. */
  private static Path kept(String version) throws URISyntaxException {
    URL found = GoldenStoreTest.class.getResource("/golden/" + version);
    if (found == null) {
      throw new AssertionError("no golden stores of version " + version);
    }
    return Path.of(found.toURI());
  }

  private static Map<String, byte[]> read(Path folder) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path file : entries.toList()) {
        files.put(String.valueOf(file.getFileName()), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void todaysLibraryWritesTheSameBytes() throws Exception {
    int count = 0;
    for (GoldenStore golden : GoldenStore.values()) {
      Map<String, byte[]> written = golden.files();
      if (Boolean.getBoolean("sagitta.golden.write")) {
        replace(SOURCES.resolve(GoldenStore.VERSION).resolve(golden.folder()), written);
        continue;
      }
      Map<String, byte[]> kept = read(kept(GoldenStore.VERSION).resolve(golden.folder()));
      assertEquals(kept.keySet(), written.keySet(), golden.folder());
      int bytes = 0;
      for (Map.Entry<String, byte[]> file : written.entrySet()) {
        byte[] before = kept.getOrDefault(file.getKey(), new byte[0]);
        int difference = Arrays.mismatch(before, file.getValue());
        assertEquals(
            -1,
            difference,
            () ->
                "%s/%s differs from offset %d on: a change of the format needs a new version"
                        .formatted(golden.folder(), file.getKey(), difference)
                    + " (docs/file-format.md, Versions and features)");
        assertVersion(golden, file.getValue());
        bytes += before.length;
        count++;
      }
      assertTrue(bytes <= STORE_BYTES_MAX, golden.folder() + " has " + bytes + " bytes");
    }
    System.out.printf("GoldenStoreTest: %d files written as they are kept%n", count);
  }

  private static void assertVersion(GoldenStore golden, byte[] file) {
    ByteBuffer header = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    String version = header.getShort(8) + "." + header.getShort(10);
    assertEquals(GoldenStore.VERSION, version, "a new version needs golden stores of its own");
    boolean manifest = header.getInt(12) == 1;
    boolean beyond = manifest && golden.config().elements() != ElementType.FLOAT32;
    assertEquals(beyond ? 1 : 0, header.getLong(32), "incompatible features");
  }

  private static void replace(Path folder, Map<String, byte[]> files) throws IOException {
    Files.createDirectories(folder);
    for (String old : read(folder).keySet()) {
      Files.delete(folder.resolve(old));
    }
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(folder.resolve(file.getKey()), file.getValue());
    }
  }

  @Test
  void todaysLibraryReadsThem() throws Exception {
    for (GoldenStore golden : GoldenStore.values()) {
      Path folder = kept("1.0").resolve(golden.folder());
      Path database = temporary.resolve(golden.folder());
      replace(database.resolve("golden"), read(folder));
      ModelOracle oracle = golden.expected();
      try (VectorDatabase open = VectorDatabase.open(database)) {
        VectorCollection collection = open.collection("golden");
        assertEquals(golden.config(), collection.config());
        assertTrue(collection.stats().warning().isEmpty(), () -> "" + collection.stats());
        // Not one was changed by opening and reading them.
        check(oracle, collection, golden);
        for (Map.Entry<String, byte[]> file : read(folder).entrySet()) {
          assertArrayEquals(
              file.getValue(),
              Files.readAllBytes(database.resolve("golden").resolve(file.getKey())),
              file.getKey());
        }
        write(oracle, collection, golden, 50);
        check(oracle, collection, golden);
      }
      try (VectorDatabase open = VectorDatabase.open(database)) {
        VectorCollection collection = open.collection("golden", golden.config());
        check(oracle, collection, golden);
        write(oracle, collection, golden, 60);
        check(oracle, collection, golden);
        assertTrue(collection.stats().warning().isEmpty(), () -> "" + collection.stats());
      }
    }
  }

  /** New records, an update of an old one and a delete of another. */
  private static void write(
      ModelOracle oracle, VectorCollection collection, GoldenStore golden, int first) {
    for (int number = first; number < first + 10; number++) {
      VectorRecord record = golden.record(number, 3);
      collection.upsert(record);
      oracle.put(record);
    }
    VectorRecord updated = golden.record(2, first);
    collection.upsert(updated);
    oracle.put(updated);
    assertEquals(oracle.remove(golden.id(4)), collection.delete(golden.id(4)));
  }

  private static void check(ModelOracle oracle, VectorCollection collection, GoldenStore golden)
      throws InterruptedException {
    for (int i = 0; i < 2; i++) {
      oracle.checkRecords(collection);
      oracle.checkId(collection, golden.id(0));
      oracle.checkId(collection, otherId(golden));
      for (int number = 1_000; number < 1_010; number++) {
        VectorValue query =
            golden.config().elements() == ElementType.BINARY
                ? golden.value(number)
                : VectorValue.float32(ModelRecords.vector(golden.config().dimension(), number));
        SearchRequest request = SearchRequest.of(query, 10);
        oracle.checkExact(collection.searchExact(request), query.toFloats(), 10);
        oracle.checkExact(collection.search(request), query.toFloats(), 10);
      }
      CollectionValidator.validateIndexed(collection.engine());
    }
  }

  private static RecordId otherId(GoldenStore golden) {
    return switch (golden.config().ids()) {
      case LONG -> RecordId.of(1);
      case STRING -> RecordId.of("other");
      case UUID -> RecordId.of(new UUID(1, 1));
    };
  }
}
