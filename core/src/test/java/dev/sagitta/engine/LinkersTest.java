package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.Durability;
import dev.sagitta.hnsw.GraphValidator;
import dev.sagitta.hnsw.GraphValidator.Violation;
import dev.sagitta.hnsw.HnswGraph;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class LinkersTest {
  private static final int PENDING_MAX = 20;

  private CollectionParts parts;
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
  private final PlatformThreads threads = new PlatformThreads(2);

  /** Linker tasks of {@link #manual}, to be run when the test wants. */
  private final Queue<Runnable> tasks = new ArrayDeque<>();

  /** Two linker threads whose tasks the test runs. */
  private final EngineThreads manual =
      new EngineThreads() {
        @Override
        public Executor linkers() {
          return tasks::add;
        }

        @Override
        public int linkerCount() {
          return 2;
        }

        @Override
        public ExecutorService serial(String name) {
          throw new UnsupportedOperationException();
        }

        @Override
        public Executor readers() {
          throw new UnsupportedOperationException();
        }

        @Override
        public Executor searchers() {
          throw new UnsupportedOperationException();
        }

        @Override
        public int searcherCount() {
          return 0;
        }

        @Override
        public void pause(long nanos) {
          Waiting.pause(nanos);
        }

        @Override
        public Timer every(Duration period, Runnable task) {
          throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
      };

  LinkersTest() throws IOException {
    parts = CollectionParts.create();
  }

  @AfterEach
  void close() {
    threads.close();
    parts.close();
  }

  private Linkers linkers(EngineThreads on) {
    return new Linkers(
        parts.graph,
        parts.walk,
        parts.state.pending(),
        PENDING_MAX,
        parts.epoch,
        on,
        failures::add);
  }

  /** Stores and publishes records with random vectors, without a log. */
  private void store(int count) {
    Random random = new Random(count);
    long sequence = parts.state.published().sequence();
    for (int i = 0; i < count; i++) {
      sequence++;
      parts.state.apply(
          sequence,
          CollectionParts.upsert(
              "id-" + sequence, (float) random.nextGaussian(), (float) random.nextGaussian(), 0));
      parts.state.publish();
    }
  }

  private boolean awaitLinked(Linkers linkers) throws InterruptedException {
    return parts.state.pending().awaitLinked(TimeUnit.SECONDS.toNanos(60), linkers::ended);
  }

  private void assertAllLinked() {
    HnswGraph graph = parts.graph.get();
    int count = parts.state.published().slotCount();
    for (int slot = 0; slot < count; slot++) {
      assertTrue(graph.contains(slot), "slot " + slot);
    }
    assertEquals(count, graph.linkedCount());
    List<Violation> violations = GraphValidator.validate(graph, count);
    assertEquals(List.of(), violations);
    assertEquals(List.of(), List.copyOf(failures));
  }

  @Test
  void linkEverythingThatIsPending() throws InterruptedException {
    Linkers linkers = linkers(threads);
    store(300);
    parts.loadGraph();
    linkers.signal();
    assertTrue(awaitLinked(linkers));
    store(300);
    linkers.signal();
    assertTrue(awaitLinked(linkers));
    linkers.stop();
    assertAllLinked();
  }

  @Test
  void doNothingUntilTheGraphIsLoaded() {
    Linkers linkers = linkers(manual);
    store(PENDING_MAX + 1);
    linkers.signal();
    linkers.help(1 << 20);
    assertEquals(0, tasks.size());
    assertEquals(PENDING_MAX + 1, parts.state.pending().size());
    parts.loadGraph();
    linkers.signal();
    assertEquals(2, tasks.size());
  }

  @Test
  void aWriterDoesNotWorkOffABacklogThatItFound() {
    Linkers linkers = linkers(manual);
    store(PENDING_MAX + 100);
    parts.loadGraph();
    linkers.signal();
    linkers.help(3);
    assertEquals(PENDING_MAX + 94, parts.state.pending().size());
    linkers.help(1_000);
    assertEquals(PENDING_MAX, parts.state.pending().size());
  }

  @Test
  void startNoMoreTasksThanThereAreThreadsOrSlots() {
    parts.loadGraph();
    Linkers linkers = linkers(manual);
    linkers.signal();
    assertEquals(0, tasks.size());
    store(1);
    linkers.signal();
    linkers.signal();
    assertEquals(1, tasks.size());
    store(5);
    linkers.signal();
    linkers.signal();
    assertEquals(2, tasks.size());
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    assertEquals(0, parts.state.pending().size());
    assertAllLinked();
  }

  @Test
  void takeTurnsWithOtherCollections() {
    parts.loadGraph();
    Linkers linkers = linkers(manual);
    store(600);
    linkers.signal();
    tasks.remove().run();
    assertEquals(600 - 256, parts.state.pending().size());
    assertEquals(2, tasks.size(), "queued again behind the others");
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
    assertEquals(0, parts.state.pending().size());
  }

  @Test
  void writersHelpWhenTooMuchIsPending() {
    parts.loadGraph();
    Linkers linkers = linkers(manual);
    linkers.signal();
    store(PENDING_MAX);
    linkers.help(1 << 20);
    assertEquals(PENDING_MAX, parts.state.pending().size(), "not too much");
    store(15);
    linkers.help(1 << 20);
    assertEquals(PENDING_MAX, parts.state.pending().size());
    assertEquals(15, parts.graph.get().linkedCount());
  }

  @Test
  void endWhenTheyAreStopped() throws InterruptedException {
    parts.loadGraph();
    Linkers linkers = linkers(threads);
    store(3_000);
    linkers.signal();
    linkers.stop();
    assertTrue(linkers.ended());
    int linked = parts.graph.get().linkedCount();
    linkers.signal();
    linkers.help(1 << 20);
    assertFalse(awaitLinked(linkers));
    assertEquals(linked, parts.graph.get().linkedCount());
    assertEquals(List.of(), GraphValidator.validate(parts.graph.get(), 3_000));
  }

  /** Seven pending slots in two extents, the second of which, slots 4 to 6, is damaged. */
  private Path storeWithDamage() throws IOException {
    parts.loadGraph();
    CommitLog log = parts.log(Durability.sync());
    WriteLane lane = parts.lane(CollectionParts.DIRECT, log);
    for (int i = 0; i < 7; i++) {
      parts.write(lane, CollectionParts.upsert("id-" + i, i)).join();
    }
    parts.checkpoints(log, lane).runAndWait();
    log.close();
    Path damaged = parts.newest(FileKind.VECTORS);
    parts.disk.flipBit(damaged, 8 * 80);
    parts = parts.reopened();
    parts.loadGraph();
    assertEquals(7, parts.state.pending().size());
    return damaged;
  }

  private void runTasks() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  @Test
  void setDamagedVectorsAsideAndLinkTheRest() throws IOException, InterruptedException {
    Path damaged = storeWithDamage();
    Linkers linkers = linkers(manual);
    assertEquals(Optional.empty(), linkers.warning());
    linkers.signal();
    runTasks();
    assertEquals(List.of(), List.copyOf(failures));
    assertFalse(linkers.ended());
    assertFalse(awaitLinked(linkers), "not all");
    assertEquals(3, parts.state.pending().size());
    assertEquals(3, parts.state.pending().aside());
    for (int slot = 0; slot < 7; slot++) {
      assertEquals(slot < 4, parts.graph.get().contains(slot));
    }
    String warning = linkers.warning().orElseThrow();
    assertTrue(warning.startsWith("3 records are scanned, not linked: "), warning);
    assertTrue(warning.contains(damaged.toString()), warning);
  }

  @Test
  void tryAgainWhatTheySetAside() throws IOException {
    Path damaged = storeWithDamage();
    Linkers linkers = linkers(manual);
    linkers.signal();
    runTasks();
    assertTrue(linkers.waiting());
    retry(linkers);
    assertEquals(3, parts.state.pending().aside(), "damaged as before");
    parts.disk.flipBit(damaged, 8 * 80);
    retry(linkers);
    assertEquals(0, parts.state.pending().size());
    assertFalse(linkers.waiting());
    assertEquals(Optional.empty(), linkers.warning());
    assertAllLinked();
  }

  private void retry(Linkers linkers) {
    linkers.retry(slot -> !parts.state.slots().visible(slot, parts.state.published().sequence()));
    runTasks();
  }

  @Test
  void forgetWhatTheySetAsideOnceItIsReplaced() throws IOException, InterruptedException {
    Path unused = storeWithDamage();
    Linkers linkers = linkers(manual);
    linkers.signal();
    runTasks();
    for (int i = 4; i < 7; i++) {
      long sequence = parts.state.published().sequence() + 1;
      parts.state.apply(sequence, CollectionParts.delete("id-" + i));
      parts.state.publish();
    }
    retry(linkers);
    assertEquals(0, parts.state.pending().size());
    assertEquals(Optional.empty(), linkers.warning());
    assertTrue(awaitLinked(linkers));
  }

  /** A retry may have been queued before closing, and come after the slots are gone. */
  @Test
  void tryNothingAgainOnceTheyAreStopped() throws IOException {
    Path unused = storeWithDamage();
    Linkers linkers = linkers(manual);
    linkers.signal();
    runTasks();
    linkers.stop();
    assertFalse(linkers.waiting());
    linkers.retry(
        slot -> {
          throw new AssertionError("slot " + slot + " was looked at");
        });
    assertEquals(3, parts.state.pending().aside());
  }

  /** As when file descriptors or memory are short: nothing is linked until the next retry. */
  @Test
  void waitWhereAShortageMayPass() throws IOException {
    Path damaged = storeWithDamage();
    parts.disk.flipBit(damaged, 8 * 80);
    Linkers linkers = linkers(manual);
    parts.disk.intercept(
        call ->
            call.operation() == IoCall.Operation.READ
                ? Optional.of(Interceptor.Fault.of(new IOException("too many open files")))
                : Optional.empty());
    linkers.signal();
    runTasks();
    linkers.signal();
    linkers.help(1 << 20);
    assertEquals(0, tasks.size());
    assertEquals(1, parts.state.pending().aside());
    assertEquals(7, parts.state.pending().size());
    String warning = linkers.warning().orElseThrow();
    assertTrue(warning.contains("too many open files"), warning);
    parts.disk.intercept(call -> Optional.empty());
    retry(linkers);
    assertAllLinked();
  }

  @Test
  void endWhenTooMuchIsSetAside() throws IOException, InterruptedException {
    Path unused = storeWithDamage();
    for (int i = 0; i < PendingSlots.ASIDE_MAX; i++) {
      // As if slot 4 were there again and again.
      parts.state.pending().add(4);
    }
    Linkers linkers = linkers(manual);
    linkers.signal();
    runTasks();
    assertTrue(linkers.ended());
    assertEquals(PendingSlots.ASIDE_MAX, parts.state.pending().aside());
    assertEquals(1, failures.size());
    assertFalse(awaitLinked(linkers));
  }

  @Test
  void linkAgainWhatTheGraphCannotReach() throws InterruptedException {
    parts.loadGraph();
    store(50);
    Linkers linkers = linkers(threads);
    linkers.signal();
    assertTrue(awaitLinked(linkers));
    // As if the graph had been read with slot 7 contained but out of reach.
    parts.state.pending().add(7);
    linkers.signal();
    assertTrue(awaitLinked(linkers));
    linkers.stop();
    assertAllLinked();
  }

  /**
   * While slots come and are linked by linkers and writers, none is lost and the graph is valid.
   */
  @Test
  void loseNoSlotWhileWritersHelp() throws Exception {
    parts.loadGraph();
    Linkers linkers = linkers(threads);
    linkers.signal();
    AtomicBoolean stop = new AtomicBoolean();
    int slots = 6_000;
    try (ExecutorService writers = Executors.newFixedThreadPool(2)) {
      Future<Integer> helper =
          writers.submit(
              () -> {
                int turns = 0;
                while (!stop.get()) {
                  linkers.help(1 << 20);
                  turns++;
                  Thread.yield();
                }
                return turns;
              });
      Future<Integer> checker = writers.submit(() -> check(stop));
      for (int i = 0; i < slots; i += 100) {
        store(100);
        linkers.signal();
        linkers.help(1 << 20);
      }
      assertTrue(awaitLinked(linkers));
      stop.set(true);
      assertTrue(helper.get() > 0);
      assertTrue(checker.get() > 0);
    }
    linkers.stop();
    assertEquals(0, parts.state.pending().size());
    assertAllLinked();
  }

  /** Every published slot is pending or contained in the graph, at every moment. */
  private int check(AtomicBoolean stop) {
    int looks = 0;
    int[] copy = new int[16];
    int[] length = new int[1];
    HnswGraph graph = parts.graph.get();
    while (!stop.get()) {
      int count = parts.state.published().slotCount();
      copy = parts.state.pending().copy(copy, length);
      boolean[] listed = new boolean[count];
      for (int i = 0; i < length[0]; i++) {
        if (copy[i] < count) {
          listed[copy[i]] = true;
        }
      }
      for (int slot = 0; slot < count; slot++) {
        assertTrue(listed[slot] || graph.contains(slot), "slot " + slot + " of " + count);
      }
      looks++;
    }
    return looks;
  }
}
