package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/**
 * Every kind of wrong input: the error's whole text, which names the value and the limit, and that
 * nothing was changed by it.
 */
final class WrongInputTest {
  private static final float[] VECTOR = {1, 2};

  private final SimulatedDatabase simulated = new SimulatedDatabase();
  private final VectorCollection plane = simulated.plane(Metric.COSINE);

  WrongInputTest() {
    plane.upsert(1, VECTOR, Payload.of("a", 1L));
  }

  @AfterEach
  void close() {
    simulated.close();
  }

  private void refused(String message, Executable call) {
    String digest = simulated.files().digest();
    InvalidInputException refusal = assertThrows(InvalidInputException.class, call);
    assertEquals(message, refusal.getMessage());
    assertEquals(digest, simulated.files().digest(), "no file was changed");
    assertEquals(1, plane.stats().sequence());
    assertEquals(1, plane.stats().slots());
    assertEquals(
        List.of(VectorRecord.of(1, VECTOR, Payload.of("a", 1L))), plane.records().toList());
  }

  /** A vector that neither a record nor a query may have. */
  private void refusedVector(float[] vector, String problem) {
    refused("vector of id 7 " + problem, () -> plane.upsert(7, vector, Payload.empty()));
    refused("vector of id 1 " + problem, () -> plane.upsert(1, vector, Payload.empty()));
    refused(
        "vector of id 7 " + problem,
        () -> plane.upsertAll(Stream.of(VectorRecord.of(6, VECTOR), VectorRecord.of(7, vector))));
    refused(
        "vector of id 7 " + problem,
        () ->
            plane.apply(
                new WriteBatch()
                    .delete(1)
                    .upsert(6, VECTOR, Payload.empty())
                    .upsert(7, vector, Payload.empty())));
    refused("query " + problem, () -> plane.search(SearchRequest.of(vector, 1)));
    refused("query " + problem, () -> plane.searchExact(SearchRequest.of(vector, 1)));
    List<SearchRequest> third =
        List.of(
            SearchRequest.of(VECTOR, 1), SearchRequest.of(VECTOR, 1), SearchRequest.of(vector, 1));
    refused("query of request 2 " + problem, () -> plane.searchAll(third));
    refused("query of request 2 " + problem, () -> plane.searchExactAll(third));
  }

  @Test
  void refusesTooManyRequestsAtOnce() {
    List<SearchRequest> most = Collections.nCopies(10_000, SearchRequest.of(VECTOR, 1));
    assertEquals(10_000, plane.searchAll(most).size());
    assertEquals(10_000, plane.searchExactAll(most).size());
    List<SearchRequest> more = Collections.nCopies(10_001, SearchRequest.of(VECTOR, 1));
    String message = "there are 10001 requests; allowed are 0 to 10000";
    refused(message, () -> plane.searchAll(more));
    refused(message, () -> plane.searchExactAll(more));
  }

  @Test
  void refusesVectorsOfAnotherDimension() {
    refusedVector(new float[] {1}, "has dimension 1; the collection's is 2");
    refusedVector(new float[] {1, 2, 3}, "has dimension 3; the collection's is 2");
    refusedVector(new float[0], "has dimension 0; the collection's is 2");
  }

  @Test
  void refusesElementsThatAreNotFinite() {
    String allowed = "; allowed are -1.0E15 to 1.0E15";
    refusedVector(new float[] {1, Float.NaN}, "has element NaN at index 1" + allowed);
    refusedVector(
        new float[] {Float.POSITIVE_INFINITY, 1}, "has element Infinity at index 0" + allowed);
    refusedVector(
        new float[] {1, Float.NEGATIVE_INFINITY}, "has element -Infinity at index 1" + allowed);
  }

  @Test
  void refusesElementsThatAreTooLarge() {
    float tooLarge = Math.nextUp(Limits.COMPONENT_MAX);
    String allowed = " at index 0; allowed are -1.0E15 to 1.0E15";
    refusedVector(new float[] {tooLarge, 1}, "has element " + tooLarge + allowed);
    refusedVector(new float[] {-tooLarge, 1}, "has element -" + tooLarge + allowed);
    plane.search(SearchRequest.of(new float[] {Limits.COMPONENT_MAX, -Limits.COMPONENT_MAX}, 1));
  }

  @Test
  void refusesVectorsWithoutDirectionUnderCosine() {
    String needed = "; under the cosine metric it must be at least 1.0E-30";
    refusedVector(new float[2], "has norm 0.0" + needed);
    refusedVector(new float[] {0f, -0f}, "has norm 0.0" + needed);
    refusedVector(
        new float[] {Float.MIN_VALUE, 0}, "has norm " + (double) Float.MIN_VALUE + needed);
    plane.search(SearchRequest.of(new float[] {1.01e-30f, 0}, 1));
  }

  @Test
  void takesZeroVectorsUnderTheOtherMetrics() {
    for (Metric metric : new Metric[] {Metric.EUCLIDEAN, Metric.DOT_PRODUCT, Metric.MANHATTAN}) {
      VectorCollection other =
          simulated
              .database()
              .collection(
                  "zero-" + metric.name().toLowerCase(Locale.ROOT),
                  CollectionConfig.builder(2, metric).build());
      other.upsert(1, new float[2], Payload.empty());
      assertEquals(
          0f, other.search(SearchRequest.of(new float[2], 1)).hits().getFirst().distance());
    }
  }

  @Test
  void refusesIdsOfAnotherKind() {
    RecordId text = RecordId.of("seven");
    String message = "id seven is of kind STRING; the collection's ids are LONG";
    refused(message, () -> plane.upsert("seven", VECTOR, Payload.empty()));
    refused(message, () -> plane.get(text));
    refused(message, () -> plane.contains(text));
    refused(message, () -> plane.delete(text));
    refused(message, () -> plane.deleteAll(List.of(RecordId.of(1), text)));
    refused(message, () -> plane.apply(new WriteBatch().delete(1).delete("seven")));
    UUID uuid = new UUID(0, 7);
    refused(
        "id 00000000-0000-0000-0000-000000000007 is of kind UUID; the collection's ids are LONG",
        () -> plane.upsert(uuid, VECTOR, Payload.empty()));
    VectorCollection texts =
        simulated
            .database()
            .collection(
                "texts", CollectionConfig.builder(2, Metric.COSINE).ids(IdType.STRING).build());
    refused(
        "id 7 is of kind LONG; the collection's ids are STRING",
        () -> texts.upsert(7, VECTOR, Payload.empty()));
  }

  @Test
  void refusesIdsThatAreNoText() {
    refused("id has 0 UTF-8 bytes; allowed are 1 to 1024", () -> plane.get(""));
    refused("id has 1025 UTF-8 bytes; allowed are 1 to 1024", () -> plane.get("a".repeat(1_025)));
    refused("id has 1026 UTF-8 bytes; allowed are 1 to 1024", () -> RecordId.of("é".repeat(513)));
    refused("id has 1026 UTF-8 bytes; allowed are 1 to 1024", () -> RecordId.of("€".repeat(342)));
    refused("id has an unpaired surrogate U+D800 at index 1", () -> RecordId.of("a\uD800"));
    refused("id has an unpaired surrogate U+DC00 at index 0", () -> RecordId.of("\uDC00b"));
    refused(
        "id has an unpaired surrogate U+D83C at index 0", () -> RecordId.of("\uD83C\uD83C\uDFF9"));
    refused(
        "id has an unpaired surrogate U+DFF9 at index 2", () -> plane.delete("\uD83C\uDFF9\uDFF9"));
    refused(
        "id has an unpaired surrogate U+DBFF at index 0",
        () -> plane.upsert("\uDBFFx", VECTOR, Payload.empty()));
  }

  @Test
  void refusesBadNamesOfCollections() {
    CollectionConfig config = CollectionConfig.builder(2, Metric.COSINE).build();
    String[] bad = {
      "",
      "A",
      "docs.old",
      "a b",
      "../up",
      "a/b",
      "é",
      "docs.creating",
      "LOCK",
      "a".repeat(65),
      "a\n"
    };
    for (String name : bad) {
      String message = "collection name \"" + name + "\" does not match [a-z0-9_-]{1,64}";
      refused(message, () -> simulated.database().collection(name, config));
      refused(message, () -> simulated.database().collection(name));
      refused(message, () -> simulated.database().drop(name));
    }
    assertEquals(List.of("plane"), simulated.database().collectionNames());
    assertEquals("a".repeat(64), simulated.database().collection("a".repeat(64), config).name());
  }

  @Test
  void refusesConfigurationsBeyondTheirLimits() {
    refused(
        "dimension is 0; allowed are 1 to 16384",
        () -> CollectionConfig.builder(0, Metric.COSINE).build());
    refused(
        "dimension is 16385; allowed are 1 to 16384",
        () -> CollectionConfig.builder(16_385, Metric.COSINE).build());
    CollectionConfig.Builder builder = CollectionConfig.builder(2, Metric.COSINE);
    refused("m is 1; allowed are 2 to 128", () -> builder.m(1).build());
    refused("m is 129; allowed are 2 to 128", () -> builder.m(129).build());
    builder.m(2);
    refused("efConstruction is 0; allowed are 1 to 4096", () -> builder.efConstruction(0).build());
    refused(
        "efConstruction is 4097; allowed are 1 to 4096",
        () -> builder.efConstruction(4_097).build());
    refused(
        "linkerThreads is 0; allowed are 1 to 256",
        () -> DatabaseOptions.builder().linkerThreads(0).build());
    refused(
        "linkerThreads is 257; allowed are 1 to 256",
        () -> DatabaseOptions.builder().linkerThreads(257).build());
  }

  @Test
  void refusesDurabilityIntervalsBeyondTheirLimits() {
    refused(
        "durability interval is PT0.000999999S; allowed are PT0.001S to PT1H",
        () -> Durability.interval(Duration.ofNanos(999_999), 4_096));
    refused(
        "durability interval is PT1H0.000000001S; allowed are PT0.001S to PT1H",
        () -> Durability.interval(Duration.ofHours(1).plusNanos(1), 4_096));
    refused(
        "durability interval has 4095 bytes; allowed are 4096 to 1073741824",
        () -> Durability.interval(Duration.ofSeconds(1), 4_095));
    refused(
        "durability interval has 1073741825 bytes; allowed are 4096 to 1073741824",
        () -> Durability.interval(Duration.ofSeconds(1), (1L << 30) + 1));
  }

  @Test
  void refusesRequestsBeyondTheirLimits() {
    refused("k is 0; allowed are 1 to 10000", () -> SearchRequest.of(VECTOR, 0));
    refused("k is -1; allowed are 1 to 10000", () -> SearchRequest.of(VECTOR, -1));
    refused("k is 10001; allowed are 1 to 10000", () -> SearchRequest.of(VECTOR, 10_001));
    SearchRequest.Builder builder = SearchRequest.builder(VECTOR, 1);
    refused("efSearch is 0; allowed are 1 to 10000", () -> builder.efSearch(0));
    refused("efSearch is 10001; allowed are 1 to 10000", () -> builder.efSearch(10_001));
    refused("targetRecall is 0.49; allowed are 0.5 to 0.999", () -> builder.targetRecall(0.49));
    refused("targetRecall is 1.0; allowed are 0.5 to 0.999", () -> builder.targetRecall(1));
    refused(
        "targetRecall is NaN; allowed are 0.5 to 0.999", () -> builder.targetRecall(Double.NaN));
    refused(
        "efSearch is 5 and targetRecall is 0.9; allowed is one of them",
        () -> SearchRequest.builder(VECTOR, 1).efSearch(5).targetRecall(0.9).build());
    refused("timeout is PT0S; it must be positive", () -> builder.timeout(Duration.ZERO));
    refused(
        "timeout is PT-0.000000001S; it must be positive",
        () -> builder.timeout(Duration.ofNanos(-1)));
  }

  @Test
  void refusesPayloadKeysThatAreNoText() {
    refused("payload key has 0 UTF-8 bytes; allowed are 1 to 256", () -> Payload.of("", "text"));
    refused(
        "payload key has 257 UTF-8 bytes; allowed are 1 to 256",
        () -> Payload.of("k".repeat(257), 1L));
    refused(
        "payload key has an unpaired surrogate U+D800 at index 0", () -> Payload.of("\uD800", 1L));
    assertEquals(1, Payload.of("k".repeat(256), 1L).keys().size());
  }

  @Test
  void refusesPayloadTextsThatAreNone() {
    refused(
        "payload string has an unpaired surrogate U+DC00 at index 1",
        () -> Payload.of("k", "a\uDC00"));
    refused(
        "payload string has an unpaired surrogate U+D800 at index 0",
        () -> Payload.of("k", List.of("fine", "\uD800")));
    refused(
        "payload string has 1048577 UTF-8 bytes; allowed are 0 to 1048576",
        () -> Payload.of("k", "a".repeat(Limits.PAYLOAD_BYTES_MAX + 1)));
  }

  @Test
  void refusesPayloadTypesThatItDoesNotKnow() {
    refused(
        "payload key \"k\" has a value of java.util.concurrent.atomic.AtomicLong; allowed are"
            + " String, Long, Double, Boolean, Instant, List of String and byte[]",
        () -> Payload.of("k", new AtomicLong()));
    refused(
        "payload key \"k\" has a value of [I; allowed are String, Long, Double, Boolean, Instant,"
            + " List of String and byte[]",
        () -> Payload.of("k", new int[1]));
    refused(
        "payload key \"k\" has a list with a java.lang.Integer; lists hold strings only",
        () -> Payload.of("k", List.of("a", 2)));
  }

  @Test
  void refusesADuplicatePayloadKey() {
    refused(
        "payload key \"k\" is given twice",
        () -> Payload.builder().put("k", 1).put("j", 2).put("k", 1));
  }

  @Test
  void refusesTooManyPayloadEntries() {
    Payload.Builder builder = Payload.builder();
    for (int i = 0; i < Limits.PAYLOAD_ENTRIES_MAX; i++) {
      builder.put("k" + i, i);
    }
    assertEquals(1_024, builder.build().keys().size());
    refused("payload has more than 1024 entries", () -> builder.put("one", "more"));
    assertEquals(1_024, builder.build().keys().size(), "the builder goes on without it");
  }

  @Test
  void refusesGettersOfAnotherType() {
    Payload payload =
        Payload.builder()
            .put("string", "text")
            .put("long", 7L)
            .put("double", 0.1)
            .put("boolean", true)
            .put("instant", Instant.EPOCH)
            .put("strings", List.of("a"))
            .put("bytes", new byte[1])
            .build();
    refused("payload key \"long\" holds a long, not a string", () -> payload.getString("long"));
    refused("payload key \"double\" holds a double, not a long", () -> payload.getLong("double"));
    refused("payload key \"long\" holds a long, not a double", () -> payload.getDouble("long"));
    refused(
        "payload key \"string\" holds a string, not a boolean", () -> payload.getBoolean("string"));
    refused(
        "payload key \"boolean\" holds a boolean, not an instant",
        () -> payload.getInstant("boolean"));
    refused(
        "payload key \"bytes\" holds bytes, not a list of strings",
        () -> payload.getStrings("bytes"));
    refused(
        "payload key \"instant\" holds an instant, not bytes", () -> payload.getBytes("instant"));
    refused(
        "payload key \"strings\" holds a list of strings, not a string",
        () -> payload.getString("strings"));
  }

  @Test
  void refusesAScrubThatIsTooSlowOrTooFast() {
    for (long rate : new long[] {-1, 1, 4_095, (1L << 32) + 1}) {
      refused(
          "scrubBytesPerSecond is %d; allowed are 4096 to 4294967296".formatted(rate),
          () -> DatabaseOptions.builder().scrubBytesPerSecond(rate).build());
    }
    for (long rate : new long[] {0, 4_096, 1L << 32}) {
      DatabaseOptions options = DatabaseOptions.builder().scrubBytesPerSecond(rate).build();
      assertEquals(rate, options.scrubBytesPerSecond());
    }
    assertEquals(0, DatabaseOptions.defaults().scrubBytesPerSecond());
  }

  /** What a caller that no checker of nulls looks after may pass. */
  @Test
  @SuppressWarnings("NullAway")
  void refusesNulls() {
    refused("durability is null", () -> new DatabaseOptions(null, 1, 0));
    refused("options is null", () -> VectorDatabase.open(Path.of("x"), null));
    refused("source is null", () -> VectorDatabase.salvage(null, Path.of("x")));
    refused("configs is null", () -> new SalvageOptions(null));
    refused("config is null", () -> new SalvageOptions(Collections.singletonMap("a", null)));
    refused("collections is null", () -> new SalvageReport(null));
    refused("name is null", () -> new SalvageReport(List.of()).collection(null));
    refused("directory is null", () -> VectorDatabase.open(null));
    refused("metric is null", () -> CollectionConfig.builder(2, null).build());
    refused("ids is null", () -> CollectionConfig.builder(2, Metric.COSINE).ids(null).build());
    refused("durability interval is null", () -> Durability.interval(null, 4_096));
    refused("id is null", () -> RecordId.of((String) null));
    refused("id is null", () -> RecordId.of((UUID) null));
    refused("id is null", () -> VectorRecord.of((String) null, VECTOR));
    refused("vector is null", () -> VectorRecord.of(1, (float[]) null));
    refused("vector is null", () -> VectorRecord.of(1, (VectorValue) null));
    refused("payload is null", () -> VectorRecord.of(1, VECTOR, null));
    refused("record is null", () -> plane.upsert((VectorRecord) null));
    refused("record is null", () -> plane.upsertAll(Stream.of((VectorRecord) null)));
    refused("records is null", () -> plane.upsertAll(null));
    refused("batch is null", () -> plane.apply(null));
    refused("record is null", () -> new WriteBatch().upsert((VectorRecord) null));
    refused("id is null", () -> new WriteBatch().delete((RecordId) null));
    refused("id is null", () -> plane.get((RecordId) null));
    refused("id is null", () -> plane.contains((RecordId) null));
    refused("id is null", () -> plane.delete((RecordId) null));
    refused("ids is null", () -> plane.deleteAll(null));
    refused("request is null", () -> plane.search(null));
    refused("request is null", () -> plane.searchExact(null));
    refused("requests is null", () -> plane.searchAll(null));
    refused("requests is null", () -> plane.searchExactAll(null));
    List<SearchRequest> second = Arrays.asList(SearchRequest.of(VECTOR, 1), null);
    refused("request 1 is null", () -> plane.searchAll(second));
    refused("request 1 is null", () -> plane.searchExactAll(second));
    refused("timeout is null", () -> plane.awaitIndexed(null));
    refused("query is null", () -> SearchRequest.of((float[]) null, 1));
    refused("query is null", () -> SearchRequest.of((VectorValue) null, 1));
    refused(
        "elements is null",
        () -> CollectionConfig.builder(2, Metric.COSINE).elements(null).build());
    refused("timeout is null", () -> SearchRequest.builder(VECTOR, 1).timeout(null));
    refused("payload key is null", () -> Payload.builder().put(null, 1L));
    refused("payload string is null", () -> Payload.builder().put("a", (String) null));
    refused("payload instant is null", () -> Payload.builder().put("a", (Instant) null));
    refused("payload bytes is null", () -> Payload.builder().put("a", (byte[]) null));
    refused("payload list is null", () -> Payload.builder().put("a", (List<String>) null));
    refused("payload value is null", () -> Payload.builder().put("a", (Payload.Value) null));
    refused("payload value is null", () -> Payload.of("a", null));
    refused("payload string is null", () -> Payload.of("a", Arrays.asList("b", null)));
  }

  @Test
  void refusesIdsReadAsAnotherKind() {
    refused("id 5 is of kind LONG, not STRING", () -> RecordId.of(5).asString());
    refused("id five is of kind STRING, not UUID", () -> RecordId.of("five").asUuid());
    refused("id five is of kind STRING, not LONG", () -> RecordId.of("five").asLong());
  }

  @Test
  void refusesPayloadsThatAreTooLarge() {
    // Each entry is within its limit; together they are not.
    Payload large = Payload.of("a", new byte[600_000], "b", "x".repeat(600_000));
    String message = "payload has more than the 1048576 bytes allowed";
    refused(message, () -> plane.upsert(7, VECTOR, large));
    refused(message, () -> plane.upsert(1, VECTOR, large));
    refused(message, () -> plane.apply(new WriteBatch().delete(1).upsert(7, VECTOR, large)));
  }

  @Test
  void refusesBatchesThatAreTooLarge() {
    WriteBatch batch = new WriteBatch().delete(1);
    Payload payload = Payload.of("b", new byte[1_000_000]);
    for (int id = 2; id < 70; id++) {
      batch.upsert(id, VECTOR, payload);
    }
    refused(
        "batch of 69 changes has more than the 67108864 bytes allowed", () -> plane.apply(batch));
  }

  @Test
  void refusesAnotherConfigurationAndNamesBoth() {
    CollectionConfig config = CollectionConfig.builder(2, Metric.COSINE).build();
    CollectionConfig[] others = {
      CollectionConfig.builder(3, Metric.COSINE).build(),
      CollectionConfig.builder(2, Metric.EUCLIDEAN).build(),
      CollectionConfig.builder(2, Metric.COSINE).ids(IdType.UUID).build(),
      CollectionConfig.builder(2, Metric.COSINE).m(17).build(),
      CollectionConfig.builder(2, Metric.COSINE).efConstruction(199).build()
    };
    for (int round = 0; round < 2; round++) {
      String digest = simulated.files().digest();
      for (CollectionConfig other : others) {
        assertEquals(
            "collection plane exists with " + config + "; asked for was " + other,
            assertThrows(
                    ConfigurationMismatchException.class,
                    () -> simulated.database().collection("plane", other))
                .getMessage());
      }
      assertEquals(digest, simulated.files().digest());
      assertEquals(config, simulated.database().collection("plane", config).config());
      // Not open any more, so that the configuration is read from the manifest.
      simulated.reopen();
    }
    assertTrue(config.toString().contains("dimension=2"), config.toString());
  }

  @Test
  void refusesCollectionsThatAreNotThere() {
    for (String name : List.of("nobody", "plane2")) {
      String message = "there is no collection " + name + " in /data";
      assertEquals(
          message,
          assertThrows(
                  CollectionNotFoundException.class, () -> simulated.database().collection(name))
              .getMessage());
      assertEquals(
          message,
          assertThrows(CollectionNotFoundException.class, () -> simulated.database().drop(name))
              .getMessage());
    }
    assertEquals(List.of("plane"), simulated.database().collectionNames());
  }

  @Test
  void keepsWhatCameBeforeAWrongRecordInAStream() {
    Stream<VectorRecord> records =
        Stream.iterate(0, i -> i + 1)
            .map(i -> VectorRecord.of(i, i == 300 ? new float[1] : new float[] {1, i}));
    assertEquals(
        "vector of id 300 has dimension 1; the collection's is 2",
        assertThrows(InvalidInputException.class, () -> plane.upsertAll(records)).getMessage());
    assertEquals(256, plane.count(), "the chunk before it");
  }

  @Test
  void elementsOfTheWrongType() {
    try (SimulatedDatabase simulated = new SimulatedDatabase()) {
      VectorDatabase database = simulated.database();
      VectorCollection bytes =
          database.collection(
              "bytes",
              CollectionConfig.builder(8, Metric.COSINE).elements(ElementType.INT8).build());
      VectorCollection bits =
          database.collection("bits", CollectionConfig.builder(16, Metric.HAMMING).build());
      VectorCollection halves =
          database.collection(
              "halves",
              CollectionConfig.builder(2, Metric.EUCLIDEAN).elements(ElementType.FLOAT16).build());
      refused(
          "vector of id 1 has FLOAT32 elements; the collection's are INT8",
          () -> bytes.upsert(1, new float[8]));
      refused(
          "vector of id 1 has norm 0.0; under the cosine metric it must be at least 1.0E-30",
          () -> bytes.upsert(VectorRecord.of(1, VectorValue.int8(new byte[8]))));
      refused(
          "query has BINARY elements; the collection's are INT8, and FLOAT32 is allowed",
          () -> bytes.search(SearchRequest.of(VectorValue.binary((byte) 1), 1)));
      refused(
          "query has FLOAT32 elements; the collection's are BINARY",
          () -> bits.search(SearchRequest.of(new float[16], 1)));
      refused(
          "vector of id 1 has dimension 8; the collection's is 16",
          () -> bits.upsert(VectorRecord.of(1, VectorValue.binary((byte) 1))));
      refused(
          "vector of id 1 has element Infinity at index 1; allowed are -65504.0 to 65504.0",
          () ->
              halves.upsert(
                  VectorRecord.of(1, VectorValue.float16((short) 0x3C00, (short) 0x7C00))));
      refused(
          "metric is JACCARD, which does not compare FLOAT16 elements",
          () -> CollectionConfig.builder(8, Metric.JACCARD).elements(ElementType.FLOAT16).build());
      refused(
          "metric is COSINE, which does not compare BINARY elements",
          () -> CollectionConfig.builder(8, Metric.COSINE).elements(ElementType.BINARY).build());
      refused(
          "dimension is 12; of BINARY vectors it must be a multiple of 8",
          () -> CollectionConfig.builder(12, Metric.HAMMING).build());
      for (VectorCollection collection :
          database.collectionNames().stream().map(database::collection).toList()) {
        assertEquals(0, collection.count(), collection.name());
      }
    }
  }
}
