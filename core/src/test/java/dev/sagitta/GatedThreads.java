package dev.sagitta;

import dev.sagitta.engine.EngineThreads;
import dev.sagitta.engine.PlatformThreads;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Threads that a test holds at a gate: linkers, so that everything stays pending, or background
 * threads after a collection was opened, so that its graph is not there. Opened by the test, at the
 * latest before the database is closed.
 */
final class GatedThreads implements EngineThreads {
  private final PlatformThreads threads = new PlatformThreads(1);
  private final CountDownLatch linkerGate;
  private final CountDownLatch backgroundGate;

  private GatedThreads(boolean holdLinkers, boolean holdBackground) {
    linkerGate = new CountDownLatch(holdLinkers ? 1 : 0);
    backgroundGate = new CountDownLatch(holdBackground ? 1 : 0);
  }

  static GatedThreads holdingLinkers() {
    return new GatedThreads(true, false);
  }

  static GatedThreads holdingBackground() {
    return new GatedThreads(false, true);
  }

  /** Lets everybody through. */
  void open() {
    linkerGate.countDown();
    backgroundGate.countDown();
  }

  private static void pass(CountDownLatch gate) {
    try {
      gate.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public ExecutorService serial(String name) {
    ExecutorService thread = threads.serial(name);
    return name.endsWith("-background") ? new GatedExecutor(thread, backgroundGate) : thread;
  }

  @Override
  public Executor readers() {
    return threads.readers();
  }

  @Override
  public Executor linkers() {
    return task ->
        threads
            .linkers()
            .execute(
                () -> {
                  pass(linkerGate);
                  task.run();
                });
  }

  @Override
  public int linkerCount() {
    return threads.linkerCount();
  }

  @Override
  public Executor searchers() {
    return threads.searchers();
  }

  @Override
  public int searcherCount() {
    return threads.searcherCount();
  }

  @Override
  public Timer every(Duration period, Runnable task) {
    return threads.every(period, task);
  }

  @Override
  public void pause(long nanos) {
    threads.pause(nanos);
  }

  @Override
  public void close() {
    open();
    threads.close();
  }

  /** Lets the first task through, which opens the collection, and holds the others. */
  private static final class GatedExecutor extends AbstractExecutorService {
    private final ExecutorService thread;
    private final CountDownLatch gate;

    /** Of the thread. */
    private boolean opened;

    GatedExecutor(ExecutorService thread, CountDownLatch gate) {
      this.thread = thread;
      this.gate = gate;
    }

    @Override
    public void execute(Runnable task) {
      thread.execute(
          () -> {
            if (opened) {
              pass(gate);
            }
            opened = true;
            task.run();
          });
    }

    @Override
    public void shutdown() {
      thread.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
      return thread.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
      return thread.isShutdown();
    }

    @Override
    public boolean isTerminated() {
      return thread.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
      return thread.awaitTermination(timeout, unit);
    }
  }
}
