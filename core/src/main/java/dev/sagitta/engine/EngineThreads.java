package dev.sagitta.engine;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;

/**
 * The threads that an open database works with. All file I/O runs on them and never on a caller's
 * thread, because an interrupt closes a {@code FileChannel} under its caller. Tests put a
 * single-threaded implementation in its place.
 */
public interface EngineThreads extends AutoCloseable {

  /** An executor of one new thread, which runs tasks one after another; the caller closes it. */
  ExecutorService serial(String name);

  /** Shared threads for short reads that callers wait for. */
  Executor readers();

  /** Shared threads that link pending slots into graphs. */
  Executor linkers();

  /** How many tasks {@link #linkers()} runs at once. */
  int linkerCount();

  /** Shared threads that help callers with batches of searches. */
  Executor searchers();

  /** How many tasks {@link #searchers()} runs at once; 0 where callers do all by themselves. */
  int searcherCount();

  /** Runs a short task again and again, first after one period, whether it fails or not. */
  Timer every(Duration period, Runnable task);

  /**
   * Lets the calling thread wait for a time, also one whose interrupt flag is set. For polling and
   * for pauses between attempts.
   */
  void pause(long nanos);

  /** Ends the shared threads; tasks that run are waited for. */
  @Override
  void close();

  /** A repeated task. */
  interface Timer {
    /** Ends the repetition. */
    void cancel();
  }
}
