package dev.sagitta;

import dev.sagitta.engine.EngineThreads;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads that cost next to nothing, for tests that open thousands of databases on the simulated
 * file system. Nothing is repeated by a timer.
 */
final class VirtualThreads implements EngineThreads {
  private final ExecutorService shared = Executors.newVirtualThreadPerTaskExecutor();

  @Override
  public ExecutorService serial(String name) {
    return Executors.newSingleThreadExecutor(Thread.ofVirtual().name(name).factory());
  }

  @Override
  public Executor readers() {
    return shared;
  }

  @Override
  public Executor linkers() {
    return shared;
  }

  @Override
  public int linkerCount() {
    return 1;
  }

  @Override
  public Executor searchers() {
    return shared;
  }

  @Override
  public int searcherCount() {
    return 2;
  }

  @Override
  public Timer every(Duration period, Runnable task) {
    return () -> {};
  }

  @Override
  public void pause(long nanos) {
    LockSupport.parkNanos(nanos);
  }

  @Override
  public void close() {
    shared.close();
  }
}
