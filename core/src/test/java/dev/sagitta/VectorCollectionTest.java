package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.Tuning;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class VectorCollectionTest {
  private static final UUID UUID_1 = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  private final SimulatedDatabase simulated = new SimulatedDatabase();

  @AfterEach
  void close() {
    simulated.close();
  }

  private VectorCollection collection(IdType ids) {
    return simulated
        .database()
        .collection(
            "kind-" + ids.name().toLowerCase(Locale.ROOT),
            CollectionConfig.builder(2, Metric.EUCLIDEAN).ids(ids).build());
  }

  private static VectorRecord record(int id) {
    return VectorRecord.of(id, new float[] {id, -id}, Payload.of("n", (long) id));
  }

  private static Stream<VectorRecord> records(int from, int to) {
    return IntStream.range(from, to).mapToObj(VectorCollectionTest::record);
  }

  /** Runs a check as things are, after a reopening from the log, and from the files. */
  private void nowAndReopened(Runnable check) {
    check.run();
    simulated.kill();
    check.run();
    simulated.reopen();
    check.run();
  }

  @Test
  void keepsRecordsUnderLongIds() {
    VectorCollection longs = collection(IdType.LONG);
    for (long id : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      longs.upsert(id, new float[] {1, id % 7}, Payload.of("id", id));
    }
    nowAndReopened(
        () -> {
          VectorCollection opened = collection(IdType.LONG);
          for (long id : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            assertEquals(
                Optional.of(VectorRecord.of(id, new float[] {1, id % 7}, Payload.of("id", id))),
                opened.get(id));
            assertTrue(opened.contains(id));
          }
          assertFalse(opened.contains(1));
          assertEquals(Optional.empty(), opened.get(1));
          assertEquals(4, opened.count());
        });
    assertTrue(collection(IdType.LONG).delete(-1));
    assertFalse(collection(IdType.LONG).delete(-1));
    assertFalse(collection(IdType.LONG).contains(-1));
  }

  @Test
  void keepsRecordsUnderStringIds() {
    List<String> ids = List.of("a", "A", "\u0000", "é", "\uD83C\uDFF9", "x".repeat(1_024));
    VectorCollection strings = collection(IdType.STRING);
    for (String id : ids) {
      strings.upsert(id, new float[] {1, id.length()}, Payload.of("id", id));
    }
    nowAndReopened(
        () -> {
          VectorCollection opened = collection(IdType.STRING);
          for (String id : ids) {
            VectorRecord record = opened.get(id).orElseThrow();
            assertEquals(Optional.of(id), record.payload().getString("id"));
            assertEquals(RecordId.of(id), record.id());
            assertTrue(opened.contains(id));
          }
          assertFalse(opened.contains("b"));
          assertEquals(Optional.empty(), opened.get("b"));
        });
    assertTrue(collection(IdType.STRING).delete("é"));
    assertFalse(collection(IdType.STRING).delete("é"));
    assertEquals(ids.size() - 1, collection(IdType.STRING).count());
  }

  @Test
  void keepsRecordsUnderUuids() {
    collection(IdType.UUID).upsert(UUID_1, new float[] {3, 4}, Payload.empty());
    nowAndReopened(
        () -> {
          VectorCollection opened = collection(IdType.UUID);
          assertEquals(
              Optional.of(VectorRecord.of(UUID_1, new float[] {3, 4})), opened.get(UUID_1));
          assertTrue(opened.contains(UUID_1));
          assertFalse(opened.contains(new UUID(0, 0)));
          assertEquals(Optional.empty(), opened.get(new UUID(0, 0)));
        });
    assertTrue(collection(IdType.UUID).delete(UUID_1));
    assertFalse(collection(IdType.UUID).delete(UUID_1));
  }

  @Test
  void keepsPayloadsOfEveryType() {
    Payload payload =
        Payload.builder()
            .put("string", "téxt")
            .put("long", Long.MIN_VALUE)
            .put("double", -0.0)
            .put("boolean", false)
            .put("instant", Instant.ofEpochSecond(-5, 123_456_789))
            .put("strings", List.of("", "a"))
            .put("bytes", new byte[] {0, -1})
            .build();
    simulated.plane().upsert(1, new float[2], payload);
    nowAndReopened(
        () -> {
          assertEquals(payload, simulated.plane().get(1).orElseThrow().payload());
          Hit hit = simulated.plane().search(SearchRequest.of(new float[2], 1)).hits().getFirst();
          assertEquals(payload, hit.payload());
        });
  }

  @Test
  void givesTheBitsOfVectorsBack() {
    float[] vector = {-0f, Float.MIN_VALUE};
    simulated.plane().upsert(1, vector, Payload.empty());
    nowAndReopened(
        () -> {
          float[] read = simulated.plane().get(1).orElseThrow().floats();
          for (int i = 0; i < vector.length; i++) {
            assertEquals(Float.floatToRawIntBits(vector[i]), Float.floatToRawIntBits(read[i]));
          }
        });
  }

  @Test
  void copiesVectorsInAndOut() {
    VectorCollection plane = simulated.plane();
    float[] vector = {1, 2};
    plane.upsert(1, vector, Payload.empty());
    vector[0] = 9;
    VectorRecord read = plane.get(1).orElseThrow();
    read.floats()[1] = 9;
    assertArrayEquals(new float[] {1, 2}, plane.get(1).orElseThrow().floats());
    assertNotSame(read.floats(), plane.get(1).orElseThrow().floats());
  }

  @Test
  void replacesARecordWhole() {
    VectorCollection plane = simulated.plane();
    plane.upsert(1, new float[] {1, 1}, Payload.of("a", 1L));
    plane.upsert(1, new float[] {2, 2}, Payload.of("b", 2L));
    nowAndReopened(
        () -> {
          VectorCollection opened = simulated.plane();
          assertEquals(
              Optional.of(VectorRecord.of(1, new float[] {2, 2}, Payload.of("b", 2L))),
              opened.get(1));
          assertEquals(1, opened.count());
          assertEquals(2, opened.stats().slots());
          SearchResult result = opened.search(SearchRequest.of(new float[] {1, 1}, 5));
          assertEquals(1, result.size(), "the old version is not found");
          assertEquals((float) Math.sqrt(2), result.hits().getFirst().distance());
        });
  }

  @Test
  void writesADeletedRecordAgain() {
    VectorCollection plane = simulated.plane();
    plane.upsert(record(1));
    assertTrue(plane.delete(RecordId.of(1)));
    assertEquals(0, plane.count());
    plane.upsert(1, new float[] {7, 7}, Payload.empty());
    nowAndReopened(
        () ->
            assertEquals(
                Optional.of(VectorRecord.of(1, new float[] {7, 7})), simulated.plane().get(1)));
  }

  @Test
  void storesAStreamInChunksAndTellsItsProgress() {
    VectorCollection plane = simulated.plane();
    List<Long> progress = new ArrayList<>();
    AtomicBoolean closed = new AtomicBoolean();
    AtomicInteger taken = new AtomicInteger();
    long stored =
        plane.upsertAll(
            records(0, 700).peek(record -> taken.incrementAndGet()).onClose(() -> closed.set(true)),
            done -> {
              progress.add(done.acknowledged());
              assertEquals(done.acknowledged(), plane.count(), "acknowledged is visible");
              assertEquals(done.acknowledged(), taken.get(), "not read ahead");
              assertEquals(done.acknowledged(), plane.stats().durableSequence());
            });
    assertEquals(700, stored);
    assertEquals(List.of(256L, 512L, 700L), progress);
    assertTrue(closed.get());
    assertEquals(700, plane.count());
    assertEquals(0, plane.upsertAll(Stream.of()));
    assertEquals(3, plane.upsertAll(records(0, 3)));
    assertEquals(700, plane.count());
  }

  @Test
  void boundsTheBytesOfAChunk() {
    simulated.tuning(Tuning.DEFAULT);
    List<Long> progress = new ArrayList<>();
    Payload large = Payload.of("b", new byte[60_000]);
    simulated
        .plane()
        .upsertAll(
            IntStream.range(0, 40).mapToObj(i -> VectorRecord.of(i, new float[2], large)),
            done -> progress.add(done.acknowledged()));
    assertEquals(List.of(18L, 36L, 40L), progress);
  }

  @Test
  void closesTheStreamAfterAnErrorToo() {
    AtomicBoolean closed = new AtomicBoolean();
    Stream<VectorRecord> records = records(0, 1_000).onClose(() -> closed.set(true));
    IllegalStateException told =
        assertThrows(
            IllegalStateException.class,
            () ->
                simulated
                    .plane()
                    .upsertAll(
                        records,
                        done -> {
                          throw new IllegalStateException("told to stop");
                        }));
    assertEquals("told to stop", told.getMessage());
    assertTrue(closed.get());
    assertEquals(256, simulated.plane().count());
  }

  @Test
  void stopsAStreamAtAChunkWhenInterrupted() throws InterruptedException {
    VectorCollection plane = simulated.plane();
    List<UpsertInterruptedException> errors = new ArrayList<>();
    AtomicBoolean flag = new AtomicBoolean();
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  Iterator<VectorRecord> endless =
                      Stream.iterate(0, i -> i + 1).map(VectorCollectionTest::record).iterator();
                  try {
                    plane.upsertAll(
                        Stream.generate(endless::next),
                        done -> {
                          if (done.acknowledged() == 512) {
                            Thread.currentThread().interrupt();
                          }
                        });
                  } catch (UpsertInterruptedException e) {
                    errors.add(e);
                    flag.set(Thread.currentThread().isInterrupted());
                  }
                });
    writer.join();
    assertEquals(512, errors.getFirst().acknowledged());
    assertEquals(
        "upsertAll was interrupted; the first 512 records are acknowledged",
        errors.getFirst().getMessage());
    assertTrue(flag.get(), "the interrupt flag is set again");
    assertEquals(512, plane.count());
  }

  @Test
  void anInterruptWithTheLastRecordIsNoError() {
    VectorCollection plane = simulated.plane();
    assertEquals(10, plane.upsertAll(records(0, 10), done -> Thread.currentThread().interrupt()));
    assertTrue(Thread.interrupted());
  }

  @Test
  void anInterruptedThreadBeginsNoStream() {
    VectorCollection plane = simulated.plane();
    Thread.currentThread().interrupt();
    UpsertInterruptedException stopped =
        assertThrows(UpsertInterruptedException.class, () -> plane.upsertAll(records(0, 10)));
    assertTrue(Thread.interrupted());
    assertEquals(0, stopped.acknowledged());
    assertEquals(0, plane.count());
  }

  @Test
  void appliesABatchAtOnce() {
    VectorCollection plane = simulated.plane();
    plane.upsert(record(1));
    plane.upsert(record(2));
    plane.apply(
        new WriteBatch()
            .upsert(1, new float[] {5, 5}, Payload.empty())
            .delete(2)
            .upsert(record(3))
            .delete(4));
    nowAndReopened(
        () -> {
          VectorCollection opened = simulated.plane();
          assertEquals(3, opened.stats().sequence());
          assertEquals(2, opened.count());
          assertArrayEquals(new float[] {5, 5}, opened.get(1).orElseThrow().floats());
          assertFalse(opened.contains(2));
          assertEquals(Optional.of(record(3)), opened.get(3));
        });
  }

  @Test
  void writesNothingForBatchesThatChangeNothing() {
    VectorCollection plane = simulated.plane();
    plane.upsert(record(1));
    String digest = simulated.files().digest();
    plane.apply(new WriteBatch());
    plane.apply(new WriteBatch().delete(8).delete(9));
    assertFalse(plane.delete(8));
    assertEquals(0, plane.deleteAll(List.of(RecordId.of(8), RecordId.of(9))));
    assertEquals(1, plane.stats().sequence());
    assertEquals(digest, simulated.files().digest());
  }

  @Test
  void deletesManyAndCountsThoseThatWereThere() {
    VectorCollection plane = simulated.plane();
    plane.upsertAll(records(0, 600));
    List<RecordId> ids = IntStream.range(300, 900).<RecordId>mapToObj(i -> RecordId.of(i)).toList();
    assertEquals(300, plane.deleteAll(ids));
    assertEquals(0, plane.deleteAll(ids));
    assertEquals(0, plane.deleteAll(List.of()));
    nowAndReopened(
        () -> {
          assertEquals(300, simulated.plane().count());
          assertTrue(simulated.plane().contains(299));
          assertFalse(simulated.plane().contains(300));
        });
  }

  @Test
  void streamsAllRecordsAsTheyWere() {
    VectorCollection plane = simulated.plane();
    plane.upsertAll(records(0, 400));
    plane.delete(17);
    plane.upsert(3, new float[] {1, 1}, Payload.empty());
    Map<RecordId, VectorRecord> expected = new HashMap<>();
    records(0, 400)
        .filter(record -> !record.id().equals(RecordId.of(17)))
        .forEach(record -> expected.put(record.id(), record));
    expected.put(RecordId.of(3), VectorRecord.of(3, new float[] {1, 1}));
    Iterator<VectorRecord> stream = plane.records().iterator();
    Map<RecordId, VectorRecord> seen = new HashMap<>();
    for (int i = 0; stream.hasNext(); i++) {
      VectorRecord record = stream.next();
      assertEquals(null, seen.put(record.id(), record), "each once");
      // Writes that come meanwhile are not seen.
      plane.upsert(1_000 + i, new float[2], Payload.empty());
      plane.delete(399 - i % 100);
      plane.upsert(200 + i % 50, new float[] {-1, -1}, Payload.empty());
    }
    assertEquals(expected, seen);
    assertEquals(plane.count(), plane.records().count());
    assertEquals(399, expected.size());
  }

  @Test
  void countsInItsStats() throws InterruptedException {
    VectorCollection plane = simulated.plane();
    CollectionStats empty = plane.stats();
    assertEquals(0, empty.records());
    assertEquals(0, empty.sequence());
    assertEquals(0, empty.logBytes());
    assertEquals(0, empty.mappedBytes());
    plane.upsertAll(records(0, 100));
    plane.upsert(record(5));
    plane.delete(6);
    plane.awaitIndexed();
    CollectionStats full = plane.stats();
    assertEquals(99, full.records());
    assertEquals(101, full.slots());
    assertEquals(0, full.pending());
    assertEquals(102, full.sequence());
    assertEquals(102, full.durableSequence());
    assertEquals(0, full.checkpointSequence());
    assertTrue(full.logBytes() > 100 * 8);
    assertEquals(full.logBytes(), full.diskBytes());
    assertTrue(full.offHeapBytes() > 101 * 64);
    assertEquals(Optional.empty(), full.failure());
    assertEquals(Optional.empty(), full.warning());
    assertTrue(full.kernel().contains("euclidean float32 2"), full.kernel());
    plane.checkpoint();
    CollectionStats stored = plane.stats();
    assertEquals(102, stored.checkpointSequence());
    assertTrue(stored.logBytes() < full.logBytes());
    assertTrue(stored.diskBytes() > 101 * 64);
    // 101 rows of 64 bytes, 16 to an extent: six are full and sealed.
    assertEquals(6 * 16 * 64, stored.mappedBytes());
    assertTrue(stored.offHeapBytes() < full.offHeapBytes());
  }

  @Test
  void waitsUntilEverythingIsIndexed() throws InterruptedException {
    VectorCollection plane = simulated.plane();
    plane.awaitIndexed();
    assertTrue(plane.awaitIndexed(Duration.ZERO), "nothing to index");
    plane.upsertAll(records(0, 600));
    assertTrue(plane.awaitIndexed(Duration.ofMinutes(1)));
    assertEquals(0, plane.stats().pending());
    assertTrue(plane.awaitIndexed(Duration.ofSeconds(Long.MAX_VALUE)));
  }

  @Test
  void theGraphIsWaitedForUntilInterrupted() {
    simulated.plane().upsertAll(records(0, 10));
    GatedThreads threads = GatedThreads.holdingBackground();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, plane::awaitIndexed);
    assertFalse(Thread.interrupted());
    threads.open();
  }

  @Test
  void indexingIsWaitedForAtMostForATimeAndUntilInterrupted() throws InterruptedException {
    GatedThreads threads = GatedThreads.holdingLinkers();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    plane.upsertAll(records(0, 10));
    assertEquals(10, plane.stats().pending());
    assertFalse(plane.awaitIndexed(Duration.ofMillis(5)));
    assertFalse(plane.awaitIndexed(Duration.ofSeconds(Long.MIN_VALUE)));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, plane::awaitIndexed);
    assertFalse(Thread.interrupted());
    threads.open();
    plane.awaitIndexed();
    assertEquals(0, plane.stats().pending());
  }

  /** More than may be pending: the writer links, instead of the linkers that do not. */
  @Test
  void writersHelpToIndexWhenTooMuchIsPending() throws InterruptedException {
    GatedThreads threads = GatedThreads.holdingLinkers();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    plane.awaitIndexed();
    plane.upsertAll(records(0, 600));
    // 16 KiB of rows of 64 bytes may be pending.
    assertEquals(256, plane.stats().pending());
    threads.open();
  }

  /** A batch is one operation, yet as much to link as its records. */
  @Test
  void whoeverAppliesABatchHelpsToIndexAllOfIt() throws InterruptedException {
    GatedThreads threads = GatedThreads.holdingLinkers();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    plane.awaitIndexed();
    WriteBatch batch = new WriteBatch();
    records(0, 600).forEach(batch::upsert);
    plane.apply(batch);
    assertEquals(256, plane.stats().pending());
    threads.open();
  }

  @Test
  void tellsWhatItIs() {
    VectorCollection plane = simulated.plane();
    assertEquals("plane", plane.name());
    assertEquals(CollectionConfig.builder(2, Metric.EUCLIDEAN).build(), plane.config());
    assertEquals("VectorCollection[plane, " + plane.config() + "]", plane.toString());
    assertEquals("VectorRecord[id=4, vector=FLOAT32[2], payload={n=4}]", record(4).toString());
  }

  @Test
  void recordsAreEqualByTheirContents() {
    assertEquals(record(1), record(1));
    assertEquals(record(1).hashCode(), record(1).hashCode());
    assertFalse(record(1).equals(VectorRecord.of(1, new float[] {1, -1})));
    assertFalse(record(1).equals(VectorRecord.of(1, new float[] {1, 1}, Payload.of("n", 1L))));
    assertEquals(
        VectorRecord.of("a", new float[1]),
        new VectorRecord(RecordId.of("a"), VectorValue.float32(0), Payload.empty()));
    assertEquals(
        VectorRecord.of(UUID_1, new float[1]),
        VectorRecord.of(UUID_1, new float[1], Payload.empty()));
    assertEquals(
        VectorRecord.of("a", new float[1], Payload.of("a", 1L)).payload(), Payload.of("a", 1L));
  }
}
