package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.ClosedException;
import dev.sagitta.CollectionFailedException;
import dev.sagitta.Durability;
import dev.sagitta.InvalidInputException;
import dev.sagitta.LogFullException;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class WriteLaneTest {
  private final CollectionParts parts;
  private final CommitLog log;

  /** What the lane was started for, to be run when the test wants. */
  private final Queue<Runnable> started = new ArrayDeque<>();

  private final AtomicInteger groups = new AtomicInteger();
  private final WriteLane lane;

  WriteLaneTest() throws IOException {
    parts = CollectionParts.create();
    log = parts.log(Durability.sync());
    lane = laneOver(log);
  }

  private WriteLane laneOver(CommitLog log) {
    return new WriteLane(
        "collection docs", started::add, parts.epoch, parts.state, log, groups::incrementAndGet);
  }

  @AfterEach
  void close() {
    parts.close();
  }

  private void runLane() {
    while (!started.isEmpty()) {
      started.remove().run();
    }
  }

  private CompletableFuture<Integer> upsert(String id) {
    return parts.write(lane, CollectionParts.upsert(id, 1));
  }

  private static Throwable error(CompletableFuture<?> future) {
    assertTrue(future.isDone(), "would wait for ever");
    CompletionException thrown = assertThrows(CompletionException.class, future::join);
    return Objects.requireNonNull(thrown.getCause());
  }

  /** Counts the calls on logs of one kind from now on. */
  private AtomicInteger countOnLogs(IoCall.Operation operation) {
    AtomicInteger count = new AtomicInteger();
    parts.disk.intercept(
        call -> {
          if (call.operation() == operation && call.path().toString().contains(".wal")) {
            count.incrementAndGet();
          }
          return Optional.empty();
        });
    return count;
  }

  private void failNextOnLog(IoCall.Operation operation) {
    parts.disk.failNext(
        call -> call.operation() == operation && call.path().toString().contains(".wal"),
        new IOException("told to fail"));
  }

  /** As in want of memory, which may be met once more while the first is told of. */
  private static final class Untellable extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public String getMessage() {
      throw new UntellableToo();
    }
  }

  private static final class UntellableToo extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private boolean told;

    @Override
    public String getMessage() {
      if (!told) {
        told = true;
        throw this;
      }
      return "told the second time";
    }
  }

  @Test
  void nobodyWaitsForEverBehindAnErrorThatCannotBeTold() {
    CompletableFuture<Integer> before = upsert("before");
    runLane();
    assertEquals(1, before.join());
    parts.disk.failNext(
        call ->
            call.operation() == IoCall.Operation.FORCE && call.path().toString().contains(".wal"),
        new Untellable());
    CompletableFuture<Integer> first = upsert("a");
    CompletableFuture<Void> control = lane.run(() -> {});
    runLane();
    assertTrue(first.isCompletedExceptionally());
    assertTrue(control.isDone());
    CompletableFuture<Integer> later = upsert("b");
    runLane();
    assertTrue(later.isCompletedExceptionally());
    assertTrue(lane.failure() instanceof Untellable);
  }

  @Test
  void acknowledgesAGroupAfterOneForce() {
    var unused = upsert("first");
    runLane();
    AtomicInteger forces = countOnLogs(IoCall.Operation.FORCE);
    List<CompletableFuture<Integer>> writes =
        List.of(upsert("a"), upsert("b"), parts.write(lane, CollectionParts.delete("first")));
    assertEquals(1, started.size(), "started once");
    writes.forEach(write -> assertFalse(write.isDone()));
    assertEquals(1, parts.state.published().sequence());
    runLane();
    writes.forEach(write -> assertEquals(1, write.join()));
    assertEquals(1, forces.get());
    assertEquals(4, parts.state.published().sequence());
    assertEquals(2, parts.state.published().live());
    assertEquals(4, log.durableSequence());
    assertEquals(2, groups.get());
  }

  @Test
  void countsWhatChangedAndLogsNothingElse() {
    CompletableFuture<Integer> write =
        parts.write(
            lane,
            CollectionParts.upsert("a", 1),
            CollectionParts.delete("nobody"),
            CollectionParts.delete("a"),
            CollectionParts.delete("a"),
            new Operation.Batch(
                List.of(CollectionParts.upsert("b", 1), CollectionParts.upsert("c", 1))));
    runLane();
    assertEquals(3, write.join());
    assertEquals(3, parts.state.published().sequence());
    assertEquals(2, parts.state.published().live());
  }

  @Test
  void writesNothingForAGroupWithoutChanges() {
    String before = parts.disk.digest();
    CompletableFuture<Integer> write = parts.write(lane, CollectionParts.delete("nobody"));
    runLane();
    assertEquals(0, write.join());
    assertEquals(before, parts.disk.digest());
  }

  @Test
  void refusesOneWriteOfAGroupWithoutHarmToTheOthers() {
    CommitLog capped = new CommitLog(parts.files, Durability.sync(), () -> 800);
    WriteLane small = laneOver(capped);
    CompletableFuture<Integer> before = parts.write(small, CollectionParts.upsert("a", 1));
    CompletableFuture<Integer> refused = parts.write(small, CollectionParts.upsert("b", 1, 1, 900));
    CompletableFuture<Integer> after = parts.write(small, CollectionParts.upsert("c", 1));
    runLane();
    assertEquals(1, before.join());
    assertInstanceOf(LogFullException.class, error(refused));
    assertEquals(1, after.join());
    assertEquals(2, parts.state.published().sequence());
    assertNull(small.failure());
    assertEquals(SlotTable.NONE, parts.state.find(CollectionParts.bytes("b"), 2));
  }

  @Test
  void failsForGoodWhenTheLogCannotBeForced() {
    failsForGoodOn(IoCall.Operation.FORCE);
  }

  @Test
  void failsForGoodWhenTheLogCannotBeWritten() {
    failsForGoodOn(IoCall.Operation.WRITE);
  }

  private void failsForGoodOn(IoCall.Operation operation) {
    CompletableFuture<Integer> good = upsert("good");
    runLane();
    assertEquals(1, good.join());
    failNextOnLog(operation);
    List<CompletableFuture<Integer>> group = List.of(upsert("a"), upsert("b"));
    runLane();
    for (CompletableFuture<Integer> write : group) {
      CollectionFailedException failed =
          assertInstanceOf(CollectionFailedException.class, error(write));
      assertTrue(failed.outcomeUnknown());
      assertEquals(
          "collection docs failed while writing; the outcome of this call is unknown:"
              + " java.io.IOException: told to fail",
          failed.getMessage());
      assertSame(lane.failure(), failed.getCause());
    }
    assertEquals(1, parts.state.published().sequence(), "not shown");
    assertEquals(
        SlotTable.NONE,
        parts.state.find(CollectionParts.bytes("a"), parts.state.published().sequence()));
    CompletableFuture<Integer> later = upsert("later");
    runLane();
    CollectionFailedException refused =
        assertInstanceOf(CollectionFailedException.class, error(later));
    assertFalse(refused.outcomeUnknown());
    assertEquals(
        "collection docs accepts no writes until the database is closed and opened again:"
            + " java.io.IOException: told to fail",
        refused.getMessage());
    assertThrows(CollectionFailedException.class, lane::requireWorking);
  }

  @Test
  void keepsTheFirstFailure() {
    Exception first = new IOException("first");
    lane.fail(first);
    lane.fail(new IOException("second"));
    assertSame(first, lane.failure());
  }

  @Test
  void runsAnActionBetweenTwoGroups() {
    List<String> order = new ArrayList<>();
    CompletableFuture<Integer> before = upsert("a");
    CompletableFuture<Integer> after = new CompletableFuture<>();
    CompletableFuture<Void> action =
        lane.run(
            () -> {
              assertTrue(before.isDone());
              assertFalse(after.isDone());
              assertEquals(1, parts.state.published().sequence());
              order.add("action");
            });
    var unused =
        upsert("b")
            .thenAccept(
                changed -> {
                  order.add("b");
                  after.complete(changed);
                });
    runLane();
    action.join();
    assertEquals(List.of("action", "b"), order);
  }

  @Test
  void passesOnWhatAnActionRefuses() {
    InvalidInputException refusal = new InvalidInputException("no");
    CompletableFuture<Void> action =
        lane.run(
            () -> {
              throw refusal;
            });
    runLane();
    assertSame(refusal, error(action));
    assertNull(lane.failure());
  }

  @Test
  void failsWhenAnActionFails() {
    CompletableFuture<Void> action =
        lane.run(
            () -> {
              throw new IOException("told to fail");
            });
    runLane();
    assertEquals(
        "collection docs failed while writing; the outcome of this call is unknown:"
            + " java.io.IOException: told to fail",
        assertInstanceOf(CollectionFailedException.class, error(action)).getMessage());
    assertInstanceOf(IOException.class, lane.failure());
  }

  @Test
  void failsWhenAnActionHasAnErrorOfItsOwn() {
    RuntimeException bug = new IllegalStateException("bug");
    CompletableFuture<Void> action =
        lane.run(
            () -> {
              throw bug;
            });
    runLane();
    assertSame(bug, error(action));
    assertSame(bug, lane.failure());
  }

  /** What the log has and memory could not follow must not pass for a refused write. */
  @Test
  void failsWhenAnOperationCannotBeApplied() {
    // Of the wrong dimension, which is checked before.
    CompletableFuture<Integer> write =
        parts.write(
            lane,
            new Operation.Upsert(
                CollectionParts.bytes("a"), VectorValue.float32(new float[1]), new byte[0]));
    runLane();
    assertTrue(assertInstanceOf(CollectionFailedException.class, error(write)).outcomeUnknown());
    assertEquals(0, parts.state.published().sequence());
  }

  @Test
  void refusesRecordsThatFitIntoNoExtent() {
    CompletableFuture<Integer> write = parts.write(lane, CollectionParts.upsert("a", 1, 1, 1_020));
    CompletableFuture<Integer> batch =
        parts.write(lane, new Operation.Batch(List.of(CollectionParts.upsert("b", 1, 1, 1_020))));
    runLane();
    for (CompletableFuture<Integer> refused : List.of(write, batch)) {
      assertEquals(
          "id and payload need 1032 bytes, an extent has 1024",
          assertInstanceOf(InvalidInputException.class, error(refused)).getMessage());
    }
    assertNull(lane.failure());
    assertEquals(0, log.bytes());
  }

  @Test
  void refusesWritesButNotActionsOnceClosed() {
    CompletableFuture<Integer> queued = upsert("a");
    lane.close();
    CompletableFuture<Integer> late = upsert("b");
    CompletableFuture<Void> action = lane.run(() -> {});
    runLane();
    for (CompletableFuture<Integer> write : List.of(queued, late)) {
      assertEquals(
          "collection docs is closed",
          assertInstanceOf(ClosedException.class, error(write)).getMessage());
    }
    action.join();
    assertThrows(ClosedException.class, lane::requireOpen);
    assertEquals(0, groups.get(), "checkpoints and linkers may have ended");
  }

  /** Between the closing of the epoch and the end of the lane's thread. */
  @Test
  void refusesWritesAfterTheEpochWasClosed() {
    lane.close();
    parts.epoch.close();
    List<CompletableFuture<Integer>> writes = List.of(upsert("a"), upsert("b"));
    runLane();
    writes.forEach(write -> assertInstanceOf(ClosedException.class, error(write)));
    CompletableFuture<Integer> later = upsert("c");
    runLane();
    assertInstanceOf(ClosedException.class, error(later));
  }

  @Test
  void refusesEverythingAfterItsThreadHasEnded() {
    WriteLane ended =
        parts.lane(
            task -> {
              throw new RejectedExecutionException();
            },
            log);
    for (int i = 0; i < 2; i++) {
      assertEquals(
          "collection parts is closed",
          assertInstanceOf(
                  ClosedException.class, error(parts.write(ended, CollectionParts.upsert("a", 1))))
              .getMessage());
      assertInstanceOf(ClosedException.class, error(ended.run(() -> {})));
    }
  }

  @Test
  void failsWhenItsThreadCannotBeStarted() {
    WriteLane stuck =
        parts.lane(
            task -> {
              throw new OutOfMemoryError("unable to create native thread");
            },
            log);
    for (int i = 0; i < 2; i++) {
      assertInstanceOf(
          CollectionFailedException.class,
          error(parts.write(stuck, CollectionParts.upsert("a", 1))));
    }
    assertInstanceOf(OutOfMemoryError.class, stuck.failure());
  }

  @Test
  void tellsAfterEachGroupAlsoARefusedOne() {
    lane.fail(new IOException("failed before"));
    var unused = upsert("a");
    runLane();
    assertEquals(1, groups.get(), "a log that is full must be able to start a checkpoint");
  }

  @Test
  void failsButGoesOnWhenWhatComesAfterAGroupFails() {
    RuntimeException bug = new IllegalStateException("bug");
    WriteLane sick =
        new WriteLane(
            "collection docs",
            started::add,
            parts.epoch,
            parts.state,
            log,
            () -> {
              throw bug;
            });
    CompletableFuture<Integer> first = parts.write(sick, CollectionParts.upsert("a", 1));
    runLane();
    assertEquals(1, first.join());
    CompletableFuture<Integer> second = parts.write(sick, CollectionParts.upsert("b", 1));
    runLane();
    assertSame(bug, error(second).getCause());
  }

  @Test
  void splitsALongQueueIntoGroups() {
    List<CompletableFuture<Integer>> writes = new ArrayList<>();
    for (int i = 0; i < 1_025; i++) {
      writes.add(upsert("id-" + i));
    }
    runLane();
    writes.forEach(write -> assertEquals(1, write.join()));
    assertEquals(2, groups.get());
  }

  @Test
  void servesManyWritersInOneOrder() throws Exception {
    int writers = 4;
    int writesEach = 500;
    try (ExecutorService laneThread = Executors.newSingleThreadExecutor();
        ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      WriteLane shared = parts.lane(laneThread, log);
      List<Callable<Integer>> tasks = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        String prefix = w + "-";
        tasks.add(
            () -> {
              int changed = 0;
              for (int i = 0; i < writesEach; i++) {
                changed += parts.write(shared, CollectionParts.upsert(prefix + i, i)).join();
                long sequence = parts.state.published().sequence();
                int slot = parts.state.find(CollectionParts.bytes(prefix + i), sequence);
                assertTrue(slot != SlotTable.NONE, "an acknowledged write is seen");
              }
              return changed;
            });
      }
      for (Future<Integer> done : threads.invokeAll(tasks)) {
        assertEquals(writesEach, done.get());
      }
    }
    assertEquals((long) writers * writesEach, parts.state.published().sequence());
    SlotTable slots = parts.state.slots();
    for (int slot = 0; slot < slots.count(); slot++) {
      assertEquals(slot + 1L, slots.born(slot));
    }
  }
}
