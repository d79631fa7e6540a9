package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** What callers see when the file system fails or its bytes are damaged. */
final class FailedStorageTest {
  private static final int HEADER_BYTES = 64;

  private static final float[] ORIGIN = {0, 0};
  private static final String TOLD = "java.io.IOException: told to fail";

  private final SimulatedDatabase simulated = new SimulatedDatabase();

  @AfterEach
  void close() {
    simulated.files().intercept(call -> Optional.empty());
    simulated.close();
  }

  private void fail(IoCall.Operation operation, String name) {
    simulated
        .files()
        .failNext(
            call -> call.operation() == operation && call.path().toString().contains(name),
            new IOException("told to fail"));
  }

  private void failAlways(IoCall.Operation operation, String name) {
    simulated
        .files()
        .intercept(
            call ->
                call.operation() == operation && call.path().toString().contains(name)
                    ? Optional.of(Interceptor.Fault.of(new IOException("told to fail")))
                    : Optional.empty());
  }

  private static void upsert(VectorCollection collection, int from, int to) {
    for (int id = from; id < to; id++) {
      collection.upsert(id, new float[] {id, 1}, Payload.of("n", (long) id));
    }
  }

  private static void assertSearchable(VectorCollection plane, int count) {
    assertEquals(count, plane.count());
    for (int id = 0; id < count; id++) {
      assertEquals(
          RecordId.of(id),
          plane.search(SearchRequest.of(new float[] {id, 1}, 1)).hits().getFirst().id());
      assertTrue(plane.contains(id));
    }
    assertEquals(count, plane.searchExact(SearchRequest.of(ORIGIN, 1_000)).size());
    assertEquals(count, plane.records().count());
  }

  /** Closing meets only that the log has failed; its caller wants to know why it has. */
  @Test
  void closingAfterAFailedWriteTellsWhatFailed() {
    simulated.durability(Durability.os());
    VectorCollection plane = simulated.plane();
    upsert(plane, 0, 20);
    fail(IoCall.Operation.WRITE, "log-");
    assertThrows(CollectionFailedException.class, () -> upsert(plane, 20, 21));
    CollectionFailedException closing =
        assertThrows(CollectionFailedException.class, () -> simulated.database().close());
    assertEquals(TOLD, String.valueOf(closing.getCause()));
    assertTrue(String.valueOf(closing.getMessage()).endsWith(TOLD), closing.getMessage());
  }

  @Test
  void aFailedForceLeavesTheOutcomeUnknown() {
    failsForGood(IoCall.Operation.FORCE);
  }

  @Test
  void aFailedWriteLeavesTheOutcomeUnknown() {
    failsForGood(IoCall.Operation.WRITE);
  }

  private void failsForGood(IoCall.Operation operation) {
    VectorCollection plane = simulated.plane();
    upsert(plane, 0, 20);
    fail(operation, "log-");
    CollectionFailedException unknown =
        assertThrows(CollectionFailedException.class, () -> upsert(plane, 20, 21));
    assertTrue(unknown.outcomeUnknown());
    assertEquals(
        "collection plane failed while writing; the outcome of this call is unknown: " + TOLD,
        unknown.getMessage());
    assertEquals(TOLD, String.valueOf(unknown.getCause()));
    List<Executable> writes =
        List.of(
            () -> upsert(plane, 0, 1),
            () -> plane.delete(0),
            () -> plane.deleteAll(List.of(RecordId.of(0))),
            () -> plane.apply(new WriteBatch().delete(0)),
            () -> plane.upsertAll(List.of(VectorRecord.of(0, ORIGIN)).stream()),
            plane::flush,
            plane::checkpoint);
    for (Executable write : writes) {
      CollectionFailedException refused = assertThrows(CollectionFailedException.class, write);
      assertFalse(refused.outcomeUnknown());
      assertEquals(
          "collection plane accepts no writes until the database is closed and opened again: "
              + TOLD,
          refused.getMessage());
    }
    assertSearchable(plane, 20);
    assertEquals(Optional.of(TOLD), plane.stats().failure());
    assertEquals(20, plane.stats().sequence());
    simulated.reopen();
    VectorCollection reopened = simulated.plane();
    long count = reopened.count();
    assertTrue(count == 20 || count == 21, count + " records");
    assertEquals(Optional.empty(), reopened.stats().failure());
    assertSearchable(reopened, (int) count);
    upsert(reopened, (int) count, 30);
    assertSearchable(reopened, 30);
    for (int seed = 0; seed < 3; seed++) {
      simulated.crash(seed);
      assertSearchable(simulated.plane(), 30);
    }
  }

  @Test
  void anotherCollectionGoesOn() {
    VectorCollection other =
        simulated
            .database()
            .collection("other", CollectionConfig.builder(2, Metric.EUCLIDEAN).build());
    VectorCollection plane = simulated.plane();
    upsert(plane, 0, 1);
    upsert(other, 0, 1);
    fail(IoCall.Operation.FORCE, "plane/log-");
    assertThrows(CollectionFailedException.class, () -> upsert(plane, 1, 2));
    upsert(other, 1, 20);
    assertSearchable(other, 20);
  }

  /** Such as for want of file descriptors or of room. */
  @Test
  void aLogThatCannotBeBegunRefusesOnlyTheWriteThatNeededIt() {
    VectorCollection plane = simulated.plane();
    fail(IoCall.Operation.CREATE, "log-");
    assertEquals(
        "beginning a log in /data/plane failed: " + TOLD,
        assertThrows(StorageException.class, () -> upsert(plane, 0, 1)).getMessage());
    assertEquals(Optional.empty(), plane.stats().failure());
    upsert(plane, 0, 5);
    assertSearchable(plane, 5);
    simulated.reopen();
    assertSearchable(simulated.plane(), 5);
  }

  @Test
  void aLogThatCannotBeNamedFailsTheFirstWrite() {
    VectorCollection plane = simulated.plane();
    fail(IoCall.Operation.RENAME, "log-");
    CollectionFailedException failed =
        assertThrows(CollectionFailedException.class, () -> upsert(plane, 0, 1));
    assertTrue(failed.outcomeUnknown());
    simulated.reopen();
    upsert(simulated.plane(), 0, 5);
    assertSearchable(simulated.plane(), 5);
  }

  @Test
  void aCheckpointThatCannotBeginALogIsRefusedAndWritesGoOn() {
    VectorCollection plane = simulated.plane();
    upsert(plane, 0, 5);
    fail(IoCall.Operation.CREATE, "log-");
    assertThrows(StorageException.class, plane::checkpoint);
    assertEquals(Optional.empty(), plane.stats().failure());
    upsert(plane, 5, 10);
    plane.checkpoint();
    assertSearchable(plane, 10);
    simulated.reopen();
    assertSearchable(simulated.plane(), 10);
  }

  @Test
  void aGraphThatCannotBeLoadedLeavesSearchesExact() {
    upsert(simulated.plane(), 0, 20);
    simulated.reopen();
    simulated
        .files()
        .intercept(
            call -> {
              // Their header alone is read by the opening itself.
              if (call.operation() == IoCall.Operation.READ
                  && call.path().toString().contains("links-")
                  && call.bytes() > HEADER_BYTES) {
                throw new IllegalStateException("a bug");
              }
              return Optional.empty();
            });
    VectorCollection plane = simulated.plane();
    assertSearchable(plane, 20);
    CollectionFailedException ended =
        assertThrows(CollectionFailedException.class, plane::awaitIndexed);
    assertEquals(
        "collection plane links no more until the database is closed and opened again:"
            + " java.lang.IllegalStateException: a bug",
        ended.getMessage());
    simulated.files().intercept(call -> Optional.empty());
    simulated.reopen();
    assertSearchable(simulated.plane(), 20);
  }

  @Test
  void aDroppedCollectionNeedsNoLogThatCanBeForced() {
    upsert(simulated.plane(), 0, 5);
    failAlways(IoCall.Operation.FORCE, "log-");
    simulated.database().drop("plane");
    simulated.files().intercept(call -> Optional.empty());
    assertEquals(List.of(), simulated.database().collectionNames());
    upsert(simulated.plane(), 0, 2);
    assertSearchable(simulated.plane(), 2);
  }

  @Test
  void aRefusedDropTellsThatTheLogWasNotForcedEither() {
    simulated.durability(Durability.os());
    upsert(simulated.plane(), 0, 5);
    simulated
        .files()
        .intercept(
            call ->
                call.operation() == IoCall.Operation.FORCE
                        || call.operation() == IoCall.Operation.RENAME
                    ? Optional.of(Interceptor.Fault.of(new IOException("told to fail")))
                    : Optional.empty());
    StorageException refused =
        assertThrows(StorageException.class, () -> simulated.database().drop("plane"));
    assertEquals("dropping collection plane failed: " + TOLD, refused.getMessage());
    assertEquals(
        List.of(TOLD),
        Arrays.stream(refused.getSuppressed()).map(e -> String.valueOf(e.getCause())).toList());
    simulated.files().intercept(call -> Optional.empty());
    assertSearchable(simulated.plane(), 5);
  }

  @Test
  void aFailedCheckpointIsToldAndHarmless() {
    VectorCollection plane = simulated.plane();
    upsert(plane, 0, 20);
    fail(IoCall.Operation.FORCE, "vectors-");
    assertEquals(
        "checkpoint of /data/plane failed: " + TOLD,
        assertThrows(StorageException.class, plane::checkpoint).getMessage());
    assertEquals(
        Optional.of("the last checkpoint failed and will be tried again: " + TOLD),
        plane.stats().warning());
    assertEquals(0, plane.stats().checkpointSequence());
    upsert(plane, 20, 25);
    plane.checkpoint();
    assertEquals(25, plane.stats().checkpointSequence());
    assertEquals(Optional.empty(), plane.stats().warning());
    assertSearchable(plane, 25);
  }

  @Test
  void checkpointsThatFailLeaveNoFilesBehind() throws IOException {
    VectorCollection plane = simulated.plane();
    upsert(plane, 0, 20);
    plane.checkpoint();
    upsert(plane, 20, 40);
    failAlways(IoCall.Operation.FORCE, "links-");
    assertThrows(StorageException.class, plane::checkpoint);
    List<String> afterOne = blockFiles();
    assertThrows(StorageException.class, plane::checkpoint);
    assertThrows(StorageException.class, plane::checkpoint);
    assertEquals(afterOne, blockFiles());
    assertSearchable(plane, 40);
  }

  private List<String> blockFiles() throws IOException {
    return simulated.files().list(Path.of("/data/plane")).stream()
        .filter(name -> !name.startsWith("log-"))
        .toList();
  }

  @Test
  void aCheckpointHoldsThoughWhatItReplacedCannotBeDeleted() {
    VectorCollection plane = simulated.plane();
    upsert(plane, 0, 20);
    plane.checkpoint();
    upsert(plane, 20, 30);
    failAlways(IoCall.Operation.DELETE, "");
    plane.checkpoint();
    upsert(plane, 30, 40);
    plane.checkpoint();
    assertEquals(40, plane.stats().checkpointSequence());
    assertTrue(plane.stats().logBytes() < 1_000, plane.stats().toString());
    assertEquals(
        Optional.of("the last checkpoint holds, but what it replaced stays: " + TOLD),
        plane.stats().warning());
    assertSearchable(plane, 40);
  }

  @Test
  void aCheckpointThatFailsAtCloseLosesNothing() {
    upsert(simulated.plane(), 0, 20);
    failAlways(IoCall.Operation.CREATE, "slots-");
    simulated.reopen();
    assertEquals(0, simulated.plane().stats().checkpointSequence());
    assertSearchable(simulated.plane(), 20);
  }

  /** Of a log that only a checkpoint could shorten. */
  @Test
  void writesAreRefusedOnceTheLogIsFullAndGoOnWhenCheckpointsDo() throws InterruptedException {
    AtomicLong clock = new AtomicLong();
    simulated.nanoClock(clock::get);
    simulated.tuning(new Tuning(1 << 10, 64 << 10, 16 << 10, 4 << 10, 4));
    VectorCollection plane = simulated.plane();
    failAlways(IoCall.Operation.CREATE, "slots-");
    Payload payload = Payload.of("b", new byte[500]);
    int written = 0;
    LogFullException full = null;
    while (full == null) {
      assertTrue(written < 1_000, "the log has a cap");
      try {
        plane.upsert(written, new float[] {written, 1}, payload);
        written++;
      } catch (LogFullException e) {
        full = e;
      }
    }
    long logBytes = plane.stats().logBytes();
    assertTrue(logBytes <= 16 << 10, logBytes + " bytes");
    assertTrue(logBytes > (16 << 10) - 700, logBytes + " bytes");
    String message = String.valueOf(full.getMessage());
    assertTrue(
        message.matches("the log has \\d+ bytes of at most 16384; checkpoints fail: /data/plane"),
        message);
    assertSearchable(plane, written);
    assertEquals(Optional.empty(), plane.stats().failure());
    assertTrue(plane.stats().warning().isPresent());
    // The disk is well again, and the pause has passed: the next refusal starts a checkpoint.
    simulated.files().intercept(call -> Optional.empty());
    clock.addAndGet(TimeUnit.HOURS.toNanos(1));
    assertThrows(LogFullException.class, () -> plane.upsert(0, new float[] {0, 1}, payload));
    while (plane.stats().warning().isPresent()) {
      Thread.sleep(1);
    }
    plane.upsert(0, new float[] {0, 1}, payload);
    assertSearchable(plane, written);
    assertTrue(plane.stats().logBytes() < logBytes);
  }

  /** The cap is a multiple of the size at which checkpoints start, which grows while open. */
  @Test
  void theLogMayGrowWithTheCollection() {
    simulated.tuning(new Tuning(1 << 10, 64 << 10, 16 << 10, 4 << 10, 2));
    VectorCollection plane = simulated.plane();
    plane.upsertAll(IntStream.range(0, 40).mapToObj(id -> VectorRecord.of(id, ORIGIN)));
    for (int id = 40; id < 600; id += 40) {
      int from = id;
      plane.checkpoint();
      plane.upsertAll(IntStream.range(from, from + 40).mapToObj(i -> VectorRecord.of(i, ORIGIN)));
    }
    plane.checkpoint();
    for (int id = 0; id < 150; id++) {
      plane.upsert(id, new float[] {id, 1}, Payload.empty());
    }
    assertTrue(plane.stats().logBytes() > 2 * (4 << 10), plane.stats().toString());
    assertEquals(Optional.empty(), plane.stats().warning());
  }

  /** Checkpoints that go well but slowly hold writers back instead of failing them. */
  @Test
  void writersWaitForCheckpointsThatLagBehind() {
    simulated
        .durability(Durability.os())
        .tuning(new Tuning(1 << 10, 64 << 10, 16 << 10, 16 << 10, 2));
    VectorCollection plane = simulated.plane();
    Payload payload = Payload.of("b", new byte[1_000]);
    for (int i = 0; i < 400; i++) {
      plane.upsert(i % 10, new float[] {i, 1}, payload);
    }
    assertEquals(10, plane.count());
    assertTrue(plane.stats().checkpointSequence() > 0);
  }

  @Test
  void damagedVectorsFailSearchesAndWritesButNoOthers() {
    upsert(simulated.plane(), 0, 100);
    simulated.reopen();
    simulated.damage("plane", "vectors-");
    // The newest vector file holds the last rows.
    VectorCollection plane = simulated.plane();
    CorruptionException corrupt =
        assertThrows(
            CorruptionException.class, () -> plane.searchExact(SearchRequest.of(ORIGIN, 1)));
    assertTrue(corrupt.file().startsWith(SimulatedDatabase.DIRECTORY.resolve("plane")));
    assertTrue(corrupt.file().getFileName().toString().startsWith("vectors-"));
    assertEquals(0, corrupt.offset());
    String message = String.valueOf(corrupt.getMessage());
    assertTrue(
        message.matches(
            "Corrupt file /data/plane/vectors-\\d+.ext at offset 0: expected block CRC"
                + " 0x[0-9a-f]{8}, found block CRC 0x[0-9a-f]{8}"),
        message);
    assertTrue(plane.get(0).isPresent(), "in another file");
    assertThrows(CorruptionException.class, () -> plane.get(99));
    assertTrue(plane.contains(99), "needs no vector");
    assertEquals(100, plane.count());
  }

  @Test
  void damagedPayloadsAreToldByFile() {
    upsert(simulated.plane(), 0, 5);
    simulated.reopen();
    simulated.damage("plane", "payload-");
    VectorCollection plane = simulated.plane();
    for (Executable call :
        List.<Executable>of(
            () -> plane.get(0),
            () -> plane.contains(0),
            () -> plane.search(SearchRequest.of(ORIGIN, 1)),
            () -> plane.upsert(0, ORIGIN, Payload.empty()),
            () -> plane.delete(0))) {
      CorruptionException corrupt = assertThrows(CorruptionException.class, call);
      assertTrue(corrupt.file().getFileName().toString().startsWith("payload-"));
    }
    assertEquals(Optional.empty(), plane.stats().failure(), "refused, nothing is unknown");
    assertEquals(5, plane.stats().sequence());
  }

  @Test
  void damagedLinksAreRebuilt() throws InterruptedException {
    upsert(simulated.plane(), 0, 100);
    simulated.plane().awaitIndexed();
    simulated.reopen();
    simulated.damage("plane", "links-");
    VectorCollection plane = simulated.plane();
    assertSearchable(plane, 100);
    assertTrue(
        plane.stats().warning().orElseThrow().startsWith("links are being rebuilt: Corrupt file"));
    plane.awaitIndexed();
    assertSearchable(plane, 100);
    simulated.reopen();
    assertSearchable(simulated.plane(), 100);
    assertEquals(Optional.empty(), simulated.plane().stats().warning());
    assertEquals(0, simulated.plane().stats().pending());
  }

  /** What cannot be linked can still be replaced and deleted, and then all is well. */
  @Test
  void linkingGoesRoundDamagedVectors() throws InterruptedException {
    upsert(simulated.plane(), 0, 100);
    simulated.reopen();
    simulated.damage("plane", "links-");
    simulated.damageOldest("plane", "vectors-");
    VectorCollection plane = simulated.plane();
    assertFalse(plane.awaitIndexed(Duration.ofMinutes(1)));
    String warning = plane.stats().warning().orElseThrow();
    assertTrue(
        warning.matches(
            "links are being rebuilt: Corrupt file .*; \\d+ records are scanned, not linked:"
                + " dev.sagitta.CorruptionException: Corrupt file /data/plane/vectors-.*"),
        warning);
    assertEquals(Optional.empty(), plane.stats().failure());
    assertThrows(
        CorruptionException.class, () -> plane.search(SearchRequest.of(new float[] {0, 1}, 1)));
    int replaced = 0;
    for (int id = 0; id < 100; id++) {
      if (isDamaged(plane, id)) {
        upsert(plane, id, id + 1);
        replaced++;
      }
    }
    assertEquals(16, replaced, "one extent");
    assertSearchable(plane, 100);
  }

  private static boolean isDamaged(VectorCollection plane, int id) {
    try {
      assertTrue(plane.get(id).isPresent());
      return false;
    } catch (CorruptionException e) {
      return true;
    }
  }

  @Test
  void aDamagedManifestIsSteppedOverAndTold() {
    upsert(simulated.plane(), 0, 20);
    simulated.plane().checkpoint();
    upsert(simulated.plane(), 20, 30);
    simulated.reopen();
    simulated.damage("plane", "MANIFEST-");
    VectorCollection plane = simulated.plane();
    assertSearchable(plane, 30);
    assertTrue(
        plane.stats().warning().orElseThrow().startsWith("Corrupt file /data/plane/MANIFEST-"));
    upsert(plane, 30, 31);
    simulated.reopen();
    assertSearchable(simulated.plane(), 31);
  }

  @Test
  void aDamagedCollectionIsListedAndLeavesTheOthersUsable() throws IOException {
    simulated
        .database()
        .collection("other", CollectionConfig.builder(3, Metric.COSINE).build())
        .upsert(1, new float[] {1, 2, 3}, Payload.empty());
    upsert(simulated.plane(), 0, 5);
    simulated.reopen();
    for (String name : simulated.fileNames("plane")) {
      if (name.startsWith("MANIFEST-")) {
        Path file = SimulatedDatabase.DIRECTORY.resolve("plane").resolve(name);
        simulated.files().flipBit(file, 8 * 100);
      }
    }
    List<CollectionInfo> infos = simulated.database().collections();
    assertEquals(List.of("other", "plane"), infos.stream().map(CollectionInfo::name).toList());
    assertEquals(Optional.empty(), infos.get(0).damage());
    assertEquals(3, infos.get(0).config().orElseThrow().dimension());
    assertEquals(Optional.empty(), infos.get(1).config());
    String damage = infos.get(1).damage().orElseThrow();
    assertTrue(damage.contains("Corrupt file /data/plane/MANIFEST-"), damage);
    CorruptionException refused =
        assertThrows(CorruptionException.class, () -> simulated.database().collection("plane"));
    assertTrue(refused.file().getFileName().toString().startsWith("MANIFEST-"));
    assertThrows(CorruptionException.class, simulated::plane, "it is not made anew");
    assertEquals(1, simulated.database().collection("other").count());
    simulated.database().drop("plane");
    assertEquals(List.of("other"), simulated.database().collectionNames());
    upsert(simulated.plane(), 0, 2);
    assertSearchable(simulated.plane(), 2);
  }

  @Test
  void anOpeningThatFailsCanBeTriedAgain() {
    upsert(simulated.plane(), 0, 5);
    simulated.reopen();
    fail(IoCall.Operation.OPEN, "slots-");
    assertEquals(
        "opening collection plane in /data/plane failed: " + TOLD,
        assertThrows(StorageException.class, simulated::plane).getMessage());
    assertSearchable(simulated.plane(), 5);
  }
}
