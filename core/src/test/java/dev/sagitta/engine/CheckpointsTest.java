package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.ClosedException;
import dev.sagitta.CollectionFailedException;
import dev.sagitta.Durability;
import dev.sagitta.SagittaException;
import dev.sagitta.StorageException;
import dev.sagitta.hnsw.GraphInserter;
import dev.sagitta.hnsw.HnswGraph;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CheckpointsTest {
  private static final long LOG_BYTES_MIN = 1_000;

  /** Deleting looks at the headers, to tell formats. */
  private static final int HEADER_BYTES = 64;

  private CollectionParts parts;
  private CommitLog log;
  private WriteLane lane;

  /** What the background thread is to do, to be run when the test wants. */
  private final Queue<Runnable> background = new ArrayDeque<>();

  private final AtomicLong clock = new AtomicLong();
  private Checkpoints checkpoints;

  CheckpointsTest() throws IOException {
    parts = CollectionParts.create();
    parts.loadGraph();
    log = parts.log(Durability.sync());
    lane = parts.lane(CollectionParts.DIRECT, log);
    checkpoints = checkpointsOn(background::add);
  }

  private Checkpoints checkpointsOn(Executor executor) {
    return new Checkpoints(
        parts.state,
        parts.files,
        log,
        lane,
        parts.graph,
        parts.reclaimer,
        executor,
        clock::get,
        LOG_BYTES_MIN);
  }

  /** Opens what the disk holds, as after the death of the process. */
  private void reopen() throws IOException {
    parts.close();
    parts = CollectionParts.open(parts.disk.killProcess());
    parts.loadGraph();
    log = parts.log(Durability.sync());
    lane = parts.lane(CollectionParts.DIRECT, log);
    background.clear();
    checkpoints = checkpointsOn(background::add);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  private void upsert(String id, float x) {
    assertEquals(1, parts.write(lane, CollectionParts.upsert(id, x, 0, 100)).join());
  }

  /** Writes more than the log may hold before a checkpoint is due. */
  private void outgrow(String prefix) {
    for (int i = 0; log.bytes() <= Checkpoints.triggerBytes(parts.files, LOG_BYTES_MIN); i++) {
      upsert(prefix + i, i);
    }
  }

  private void runBackground() {
    while (!background.isEmpty()) {
      background.remove().run();
    }
  }

  private void failNext(IoCall.Operation operation, String name) {
    parts.disk.failNext(
        call -> call.operation() == operation && call.path().toString().contains(name),
        new IOException("told to fail"));
  }

  private void failAlways(IoCall.Operation operation, String name) {
    parts.disk.intercept(
        call ->
            call.operation() == operation && call.path().toString().contains(name)
                ? Optional.of(Interceptor.Fault.of(new IOException("told to fail")))
                : Optional.empty());
  }

  private Map<String, Float> records() {
    Map<String, Float> records = new TreeMap<>();
    CollectionState.Published now = parts.state.published();
    for (int slot = 0; slot < now.slotCount(); slot++) {
      if (parts.state.slots().visible(slot, now.sequence())) {
        byte[] id = parts.state.records().id(parts.state.slots().address(slot));
        records.put(new String(id), parts.state.vectors().read(slot).toFloats()[0]);
      }
    }
    assertEquals(now.live(), records.size());
    return records;
  }

  @Test
  void startsOnceWhenTheLogHasOutgrownItsBound() throws IOException {
    upsert("a", 1);
    checkpoints.startIfDue();
    assertEquals(0, background.size());
    outgrow("b");
    checkpoints.startIfDue();
    checkpoints.startIfDue();
    assertEquals(1, background.size());
    upsert("meanwhile", 1);
    long sequence = parts.state.published().sequence();
    runBackground();
    assertEquals(sequence, parts.files.checkpointSequence());
    assertTrue(log.bytes() < LOG_BYTES_MIN);
    assertEquals(Optional.empty(), checkpoints.warning());
    checkpoints.startIfDue();
    assertEquals(0, background.size());
    outgrow("c");
    checkpoints.startIfDue();
    assertEquals(1, background.size(), "another may follow");
    Map<String, Float> records = records();
    reopen();
    assertEquals(records, records());
  }

  @Test
  void waitsWithTheNextUntilTheLogPaysForTheSlotsAndLinks() {
    for (int i = 0; i < 100; i++) {
      upsert("id-" + i, i);
    }
    checkpointsOn(CollectionParts.DIRECT).runAndWait();
    assertTrue(parts.files.rewrittenBytes() > 2 * LOG_BYTES_MIN);
    assertEquals(
        parts.files.rewrittenBytes() / 2, Checkpoints.triggerBytes(parts.files, LOG_BYTES_MIN));
    assertEquals(1 << 20, Checkpoints.triggerBytes(parts.files, 1 << 20));
  }

  @Test
  void doesNotStartBeforeTheGraphIsThere() throws IOException {
    outgrow("a");
    reopenWithoutGraph();
    checkpoints.startIfDue();
    assertEquals(0, background.size());
    parts.loadGraph();
    checkpoints.startIfDue();
    assertEquals(1, background.size());
  }

  private void reopenWithoutGraph() throws IOException {
    parts.close();
    parts = CollectionParts.open(parts.disk.killProcess());
    log = parts.log(Durability.sync());
    lane = parts.lane(CollectionParts.DIRECT, log);
    checkpoints = checkpointsOn(background::add);
  }

  @Test
  void keepsTheLastManifestWhenOneFails() throws IOException {
    upsert("a", 1);
    checkpointsOn(CollectionParts.DIRECT).runAndWait();
    outgrow("b");
    failNext(IoCall.Operation.FORCE, "links-");
    checkpoints.startIfDue();
    runBackground();
    assertEquals(
        Optional.of(
            "the last checkpoint failed and will be tried again: java.io.IOException: told to"
                + " fail"),
        checkpoints.warning());
    assertEquals(1, parts.files.checkpointSequence());
    upsert("c", 3);
    Map<String, Float> records = records();
    reopen();
    assertEquals(1, parts.files.checkpointSequence());
    assertEquals(records, records());
  }

  /** Whichever call of a checkpoint fails, nothing is lost, and a later checkpoint succeeds. */
  @Test
  void survivesTheFailureOfEveryCall() throws IOException {
    int calls = 0;
    for (boolean failed = true; failed; calls++) {
      parts.close();
      parts = CollectionParts.create();
      reopen();
      for (int i = 0; i < 6; i++) {
        upsert("id-" + i, i);
      }
      checkpointsOn(CollectionParts.DIRECT).runAndWait();
      for (int i = 3; i < 20; i++) {
        upsert("id-" + i, -i);
      }
      Map<String, Float> records = records();
      failed = checkpointFailsAtCall(calls);
      assertEquals(records, records());
      if (lane.failure() == null) {
        upsert("after", 1);
        records = records();
        checkpointsOn(CollectionParts.DIRECT).runAndWait();
        assertEquals(parts.state.published().sequence(), parts.files.checkpointSequence());
      }
      reopen();
      assertEquals(records, records(), "call " + calls);
      upsert("later", 2);
    }
    assertTrue(calls > 40, calls + " calls");
  }

  private boolean checkpointFailsAtCall(int number) {
    AtomicLong left = new AtomicLong(number);
    parts.disk.failNext(
        call -> left.getAndDecrement() == 0, new IOException("call " + number + " fails"));
    try {
      checkpointsOn(CollectionParts.DIRECT).runAndWait();
      return false;
    } catch (SagittaException told) {
      return true;
    } finally {
      parts.disk.intercept(call -> Optional.empty());
    }
  }

  @Test
  void triesAgainAfterAGrowingPause() {
    outgrow("a");
    failAlways(IoCall.Operation.CREATE, "slots-");
    long pauseSeconds = 1;
    checkpoints.startIfDue();
    for (int attempt = 0; attempt < 9; attempt++) {
      assertEquals(1, background.size());
      runBackground();
      checkpoints.startIfDue();
      assertEquals(0, background.size());
      clock.addAndGet(TimeUnit.SECONDS.toNanos(pauseSeconds) - 1);
      checkpoints.startIfDue();
      assertEquals(0, background.size(), "1 ns too early, pause " + pauseSeconds);
      clock.incrementAndGet();
      checkpoints.startIfDue();
      pauseSeconds = Math.min(60, 2 * pauseSeconds);
    }
    failAlways(IoCall.Operation.CREATE, "nothing");
    runBackground();
    assertEquals(Optional.empty(), checkpoints.warning());
    outgrow("b");
    checkpoints.startIfDue();
    assertEquals(1, background.size(), "no pause after one that succeeded");
  }

  @Test
  void aFailureBeginsWithTheShortestPauseAfterASuccess() {
    outgrow("a");
    for (int i = 0; i < 3; i++) {
      failNext(IoCall.Operation.CREATE, "slots-");
      clock.addAndGet(TimeUnit.HOURS.toNanos(1));
      checkpoints.startIfDue();
      runBackground();
    }
    checkpointsOn(CollectionParts.DIRECT).runAndWait();
    outgrow("b");
    clock.addAndGet(TimeUnit.HOURS.toNanos(1));
    checkpoints.startIfDue();
    runBackground();
    assertEquals(Optional.empty(), checkpoints.warning());
    outgrow("c");
    failNext(IoCall.Operation.CREATE, "slots-");
    checkpoints.startIfDue();
    runBackground();
    clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
    checkpoints.startIfDue();
    assertEquals(1, background.size());
  }

  /** It would end the thread, and every write would start another checkpoint. */
  @Test
  void anErrorDoesNotEscapeThePause() {
    outgrow("a");
    parts.disk.intercept(
        call -> {
          if (call.path().toString().contains("slots-")) {
            throw new LinkageError("told to fail");
          }
          if (call.operation() == IoCall.Operation.LIST) {
            throw new InternalError("told to fail while tidying up");
          }
          return Optional.empty();
        });
    checkpoints.startIfDue();
    runBackground();
    assertEquals(
        Optional.of(
            "the last checkpoint failed and will be tried again: java.lang.LinkageError: told to"
                + " fail"),
        checkpoints.warning());
    checkpoints.startIfDue();
    assertEquals(0, background.size());
    clock.addAndGet(TimeUnit.SECONDS.toNanos(1));
    checkpoints.startIfDue();
    assertEquals(1, background.size());
  }

  @Test
  void tellsTheCallerWhoWaitsWhyItFailed() {
    upsert("a", 1);
    Checkpoints direct = checkpointsOn(CollectionParts.DIRECT);
    failNext(IoCall.Operation.RENAME, "slots-");
    assertEquals(
        "checkpoint of /data/parts failed: java.io.IOException: told to fail",
        assertThrows(StorageException.class, direct::runAndWait).getMessage());
    assertTrue(direct.warning().isPresent());
    direct.runAndWait();
    assertEquals(Optional.empty(), direct.warning());
    assertEquals(1, parts.files.checkpointSequence());
  }

  @Test
  void isRefusedOnceTheLaneHasFailed() {
    upsert("a", 1);
    lane.fail(new IOException("failed before"));
    Checkpoints direct = checkpointsOn(CollectionParts.DIRECT);
    assertThrows(CollectionFailedException.class, direct::runAndWait);
    assertEquals(0, parts.files.checkpointSequence());
  }

  @Test
  void failsTheLaneIfTheLogCannotBeForcedAhead() throws IOException {
    log = parts.log(Durability.os());
    lane = parts.lane(CollectionParts.DIRECT, log);
    Checkpoints direct = checkpointsOn(CollectionParts.DIRECT);
    upsert("a", 1);
    failNext(IoCall.Operation.FORCE, "log-");
    CollectionFailedException failed =
        assertThrows(CollectionFailedException.class, direct::runAndWait);
    String message = String.valueOf(failed.getMessage());
    assertTrue(message.contains("forcing ahead has failed"), message);
    AtomicLong forces = new AtomicLong();
    parts.disk.intercept(
        call -> {
          if (call.operation() == IoCall.Operation.FORCE
              && call.path().toString().contains("log-")) {
            forces.incrementAndGet();
          }
          return Optional.empty();
        });
    assertThrows(CollectionFailedException.class, direct::runAndWait);
    assertEquals(0, forces.get(), "none is repeated");
    Map<String, Float> before = records();
    reopen();
    assertEquals(before, records());
    assertEquals(1, before.size());
  }

  @Test
  void isRefusedAfterItsThreadHasEnded() {
    Checkpoints ended =
        checkpointsOn(
            task -> {
              throw new RejectedExecutionException();
            });
    assertEquals(
        "collection in /data/parts is closed",
        assertThrows(ClosedException.class, ended::runAndWait).getMessage());
  }

  @Test
  void writesNothingWhenThereIsNothingNew() {
    upsert("a", 1);
    Checkpoints direct = checkpointsOn(CollectionParts.DIRECT);
    direct.runAndWait();
    String digest = parts.disk.digest();
    direct.runAndWait();
    assertEquals(digest, parts.disk.digest());
  }

  @Test
  void storesLinksThatCameAfterTheLastOne() throws IOException {
    upsert("a", 1);
    Checkpoints direct = checkpointsOn(CollectionParts.DIRECT);
    direct.runAndWait();
    assertEquals(1, parts.files.checkpoint().pendingCount());
    HnswGraph graph = parts.graph.get();
    long entry = parts.state.pending().claim();
    new GraphInserter(graph).insert(parts.state.pending().slot(entry));
    parts.state.pending().complete(entry);
    String digest = parts.disk.digest();
    direct.runAndWait();
    assertNotEquals(digest, parts.disk.digest());
    assertEquals(0, parts.files.checkpoint().pendingCount());
    reopen();
    assertEquals(0, parts.state.pending().size());
    assertTrue(parts.graph.get().contains(0));
  }

  @Test
  void deletesWhatNoManifestNeeds() throws IOException {
    Checkpoints direct = checkpointsOn(CollectionParts.DIRECT);
    for (int i = 0; i < 6; i++) {
      upsert("a", i);
      direct.runAndWait();
    }
    for (FileKind kind : new FileKind[] {FileKind.MANIFEST, FileKind.SLOTS, FileKind.LINKS}) {
      assertEquals(
          2,
          parts.disk.list(CollectionParts.DIRECTORY).stream()
              .filter(name -> kind.number(name).isPresent())
              .count(),
          kind + " files");
    }
  }

  /** It may be gigabytes; the first write, a verify and the scrub want the monitor meanwhile. */
  @Test
  void readsBackOutsideTheMonitorOfTheFiles() {
    int[] reads = {0};
    parts.disk.intercept(
        call -> {
          String file = call.path().toString();
          if (call.operation() == IoCall.Operation.READ
              && (file.endsWith(".ext") || file.endsWith(".tab"))
              && call.bytes() > HEADER_BYTES
              && Thread.holdsLock(parts.files)) {
            throw new AssertionError("monitor held while reading " + file);
          }
          reads[0] += call.operation() == IoCall.Operation.READ && file.endsWith(".tab") ? 1 : 0;
          return Optional.empty();
        });
    for (int i = 0; i < 4; i++) {
      outgrow("b" + i);
      checkpoints.startIfDue();
      runBackground();
      assertEquals(Optional.empty(), checkpoints.warning());
    }
    assertTrue(reads[0] > 0, "nothing was read back");
  }

  /** No name could follow on these: they are none of the library's, and in nobody's way. */
  @Test
  void strayNamesOfTheHighestNumbersDoNotCount() throws IOException {
    outgrow("a");
    for (long number : new long[] {999_999_999_999_999_999L, 1L << 59}) {
      for (FileKind kind : FileKind.values()) {
        if (kind != FileKind.LOG) {
          parts.disk.create(CollectionParts.DIRECTORY.resolve(kind.fileName(number)));
        }
      }
    }
    reopen();
    for (int i = 0; i < 3; i++) {
      outgrow("b" + i);
      checkpoints.startIfDue();
      runBackground();
      assertEquals(Optional.empty(), checkpoints.warning());
    }
    assertEquals(
        List.of(),
        parts.disk.list(CollectionParts.DIRECTORY).stream()
            .filter(name -> name.length() > 25)
            .toList());
    reopen();
  }
}
