package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class SearchHelpersTest {
  private static final int THREADS = 3;

  /** Tasks for the search threads, to be run when the test wants. */
  private final Queue<Runnable> tasks = new ArrayDeque<>();

  private final List<String> done = new ArrayList<>();

  private final SearchHelpers helpers = new SearchHelpers(new Threads(tasks::add));

  private void runTasks() {
    while (!tasks.isEmpty()) {
      tasks.remove().run();
    }
  }

  /** Work of which each part first does something. */
  private PartedWork work(String name, int parts, Runnable first) {
    return new PartedWork(
        parts,
        part -> {
          first.run();
          done.add(name + part);
        });
  }

  @Test
  void theCallerDoesAllIfNobodyComes() {
    helpers.run(work("a", 4, () -> {}));
    assertEquals(List.of("a0", "a1", "a2", "a3"), done);
    assertEquals(THREADS, tasks.size());
  }

  @Test
  void asksForNoMoreHelpThanThereIsWorkFor() {
    helpers.run(work("a", 1, () -> {}));
    assertEquals(0, tasks.size());
    helpers.run(work("b", 3, () -> {}));
    assertEquals(2, tasks.size());
  }

  /** A batch that is over leaves nothing but tasks that end at once, and never more of them. */
  @Test
  void neverHasMoreTasksThanThreads() {
    for (int i = 0; i < 100; i++) {
      helpers.run(work("a", 50, () -> {}));
    }
    assertEquals(THREADS, tasks.size());
    done.clear();
    runTasks();
    assertEquals(List.of(), done);
    helpers.run(work("b", 50, () -> assertEquals(THREADS, tasks.size())));
  }

  @Test
  void batchesTakeTurns() {
    List<String> early = new ArrayList<>();
    helpers.run(
        work(
            "a",
            40,
            () -> {
              if (done.isEmpty()) {
                done.add("begun");
                // While the caller of a is busy with its first part, b comes and so does help.
                helpers.run(
                    work(
                        "b",
                        40,
                        () -> {
                          if (done.size() == 1) {
                            done.add("both");
                            runTasks();
                            early.addAll(done);
                          }
                        }));
              }
            }));
    assertEquals("a1", early.get(2));
    assertEquals("a16", early.get(17));
    assertEquals("b1", early.get(18));
    assertEquals("b16", early.get(33));
    assertEquals("a17", early.get(34));
    assertEquals(2 + 39 + 39, early.size());
    assertEquals(82, done.size());
  }

  @Test
  void anErrorOfAHelperIsThrownToTheCaller() {
    IllegalStateException failure = new IllegalStateException("told to fail");
    PartedWork work =
        new PartedWork(
            9,
            part -> {
              done.add("a" + part);
              if (part == 0) {
                tasks.remove().run();
              } else {
                throw failure;
              }
            });
    assertSame(failure, assertThrows(IllegalStateException.class, () -> helpers.run(work)));
    assertEquals(List.of("a0", "a1"), done);
    runTasks();
    assertEquals(List.of("a0", "a1"), done);
  }

  /** As when the database is closed: the next search tells. */
  @Test
  void theCallerGoesOnAloneIfThreadsTakeNothing() {
    SearchHelpers alone =
        new SearchHelpers(
            new Threads(
                task -> {
                  throw new RejectedExecutionException("told to refuse");
                }));
    for (int i = 0; i < 2 * THREADS; i++) {
      alone.run(work("a", 2, () -> {}));
    }
    assertEquals(4 * THREADS, done.size());
  }

  @Test
  void anErrorOfAskingForHelpEndsTheBatchAndNoOther() {
    Error failure = new OutOfMemoryError("told to fail");
    boolean[] fails = {true};
    SearchHelpers failing =
        new SearchHelpers(
            new Threads(
                task -> {
                  if (fails[0]) {
                    throw failure;
                  }
                  tasks.add(task);
                }));
    for (int i = 0; i < 2 * THREADS; i++) {
      PartedWork work = work("a", 9, () -> {});
      assertSame(failure, assertThrows(OutOfMemoryError.class, () -> failing.run(work)));
    }
    assertEquals(List.of(), done);
    fails[0] = false;
    failing.run(work("b", 9, () -> assertEquals(THREADS, tasks.size())));
    runTasks();
    assertEquals(9, done.size());
  }

  @Test
  void anInterruptEndsItBetweenTwoParts() {
    PartedWork work =
        work("a", 9, () -> done.stream().skip(2).findFirst().ifPresent(third -> interruptSelf()));
    helpers.run(work);
    assertTrue(Thread.interrupted(), "interrupt flag");
    assertEquals(List.of("a0", "a1", "a2", "a3"), done);
  }

  private static void interruptSelf() {
    Thread.currentThread().interrupt();
  }

  @Test
  @Timeout(60)
  void theCallerWorksBesideItsHelpers() {
    try (PlatformThreads platform = new PlatformThreads(1, THREADS)) {
      CountDownLatch all = new CountDownLatch(THREADS + 1);
      SearchHelpers real = new SearchHelpers(platform);
      Thread[] threads = new Thread[THREADS + 1];
      real.run(
          new PartedWork(
              THREADS + 1,
              part -> {
                threads[part] = Thread.currentThread();
                all.countDown();
                try {
                  all.await();
                } catch (InterruptedException e) {
                  throw new AssertionError(e);
                }
              }));
      assertEquals(THREADS + 1, List.of(threads).stream().distinct().count());
      assertTrue(List.of(threads).contains(Thread.currentThread()));
    }
  }

  /** Nothing but search threads. */
  private record Threads(Executor searchers) implements EngineThreads {
    @Override
    public int searcherCount() {
      return THREADS;
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
    public Executor linkers() {
      throw new UnsupportedOperationException();
    }

    @Override
    public int linkerCount() {
      throw new UnsupportedOperationException();
    }

    @Override
    public Timer every(Duration period, Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void pause(long nanos) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
