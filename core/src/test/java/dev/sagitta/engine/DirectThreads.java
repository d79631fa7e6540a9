package dev.sagitta.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Engine threads that are the caller's own: every task runs at once, and timers tick when the test
 * says so. For one test thread.
 */
final class DirectThreads implements EngineThreads {
  private final List<Runnable> timers = new ArrayList<>();
  private int serials;
  private boolean timersFail;
  private String failingSerial = "";

  /** How many executors of one thread were asked for and not ended. */
  int serials() {
    return serials;
  }

  /** How many timers run. */
  int timers() {
    return timers.size();
  }

  /** Has no timer begin from now on, or lets them. */
  void failTimers(boolean fail) {
    timersFail = fail;
  }

  /** Has executors of a name run nothing from now on; of the empty name, none. */
  void failSerial(String name) {
    failingSerial = name;
  }

  /** Lets every timer tick once. */
  void tick() {
    List.copyOf(timers).forEach(Runnable::run);
  }

  @Override
  public ExecutorService serial(String name) {
    serials++;
    return new Direct(name);
  }

  @Override
  public Executor readers() {
    return Runnable::run;
  }

  @Override
  public Executor linkers() {
    return Runnable::run;
  }

  @Override
  public int linkerCount() {
    return 1;
  }

  @Override
  public Executor searchers() {
    return Runnable::run;
  }

  @Override
  public int searcherCount() {
    return 1;
  }

  @Override
  public Timer every(Duration period, Runnable task) {
    if (timersFail) {
      throw new IllegalStateException("told to begin no timer");
    }
    timers.add(task);
    return () -> timers.remove(task);
  }

  /** Time passes only when the test says so. */
  @Override
  public void pause(long nanos) {}

  @Override
  public void close() {}

  private final class Direct extends AbstractExecutorService {
    private final String name;
    private boolean ended;

    Direct(String name) {
      this.name = name;
    }

    @Override
    public void execute(Runnable task) {
      if (name.equals(failingSerial)) {
        throw new IllegalStateException("told to run nothing");
      }
      task.run();
    }

    @Override
    public void shutdown() {
      serials -= ended ? 0 : 1;
      ended = true;
    }

    @Override
    public List<Runnable> shutdownNow() {
      shutdown();
      return List.of();
    }

    @Override
    public boolean isShutdown() {
      return ended;
    }

    @Override
    public boolean isTerminated() {
      return ended;
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) {
      return ended;
    }
  }
}
