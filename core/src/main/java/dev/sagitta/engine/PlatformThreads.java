package dev.sagitta.engine;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Daemon platform threads: a host that forgets to close a database can still end, and what it had
 * acknowledged is safe, as after a kill.
 */
public final class PlatformThreads implements EngineThreads {
  private static final Logger LOG = System.getLogger("dev.sagitta");
  private static final int READERS = 2;
  private static final int SEARCHERS_MAX = 255;

  private final int linkerCount;
  private final int searcherCount;
  private final ExecutorService readers;
  private final ExecutorService linkers;
  private final ExecutorService searchers;
  private final ScheduledExecutorService timer;

  /** Threads, as many linkers as asked for, and a searcher for each processor but the caller's. */
  public PlatformThreads(int linkerCount) {
    this(linkerCount, Math.min(Runtime.getRuntime().availableProcessors() - 1, SEARCHERS_MAX));
  }

  /**
   * Threads, each started when it is first needed.
   *
   * @param linkerCount at least 1
   * @param searcherCount at least 0
   */
  public PlatformThreads(int linkerCount, int searcherCount) {
    this.linkerCount = linkerCount;
    this.searcherCount = searcherCount;
    readers = Executors.newFixedThreadPool(READERS, factory("sagitta-reader-"));
    linkers = Executors.newFixedThreadPool(linkerCount, factory("sagitta-linker-"));
    searchers =
        Executors.newFixedThreadPool(Math.max(1, searcherCount), factory("sagitta-searcher-"));
    timer = Executors.newSingleThreadScheduledExecutor(factory("sagitta-timer-"));
  }

  @Override
  public ExecutorService serial(String name) {
    return Executors.newSingleThreadExecutor(
        Thread.ofPlatform().daemon().name("sagitta-" + name).factory());
  }

  @Override
  public Executor readers() {
    return readers;
  }

  @Override
  public Executor linkers() {
    return linkers;
  }

  @Override
  public int linkerCount() {
    return linkerCount;
  }

  @Override
  public Executor searchers() {
    return searchers;
  }

  @Override
  public int searcherCount() {
    return searcherCount;
  }

  @Override
  public Timer every(Duration period, Runnable task) {
    long nanos = period.toNanos();
    Future<?> repeated =
        timer.scheduleWithFixedDelay(() -> tick(task), nanos, nanos, TimeUnit.NANOSECONDS);
    return () -> repeated.cancel(false);
  }

  /** The next time it may succeed; an error that got out would end the repetition, untold. */
  private static void tick(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.log(Level.DEBUG, "a repeated task failed and will run again", e);
    }
  }

  @Override
  public void pause(long nanos) {
    Waiting.pause(nanos);
  }

  @Override
  public void close() {
    Waiting.forEnd(timer);
    Waiting.forEnd(searchers);
    Waiting.forEnd(linkers);
    Waiting.forEnd(readers);
  }

  private static ThreadFactory factory(String prefix) {
    return Thread.ofPlatform().daemon().name(prefix, 0).factory();
  }
}
