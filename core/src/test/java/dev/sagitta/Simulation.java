package dev.sagitta;

import dev.sagitta.engine.EngineThreads;
import dev.sagitta.persistence.FileHandle;
import dev.sagitta.persistence.FileOperations;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Runs a test and all threads of the databases that it opens one at a time on the calling thread,
 * in an order that a seed decides. With a simulated file system, which is all the input there is, a
 * run repeats step by step.
 *
 * <p>The threads are virtual ones whose scheduler is this object. A thread runs until it waits or
 * calls the file system through {@link #files}; then one of those that can go on is drawn. What
 * waits for time, which in the engine means polling, goes on when nobody else can. Repeated tasks
 * run when the test asks for them by {@link #tick}.
 *
 * <p>For use by one thread. A scheduler of virtual threads can be chosen through a constructor only
 * that the JDK keeps for its own tests, hence the {@code --add-opens} of the tests.
 */
final class Simulation {
  private static final long STUCK_SECONDS = 60;

  private final Thread carrier = Thread.currentThread();
  private final SplittableRandom random;
  private final ThreadFactory factory;

  /** Threads that can go on; of the carrier. */
  private final List<Runnable> ready = new ArrayList<>();

  /** Threads whose waiting for time has ended, in that order; guarded by itself. */
  private final Deque<Runnable> late = new ArrayDeque<>();

  private final List<Thread> threads = new ArrayList<>();
  private final List<RepeatedTask> repeated = new ArrayList<>();

  private Simulation(long seed) {
    random = new SplittableRandom(seed);
    factory = factoryOn(this::add);
  }

  /** What is simulated; may throw whatever a test may. */
  interface Body<T> {
    T run(Simulation simulation);
  }

  /** Runs something, and gives its result once no thread is left. */
  static <T> T run(long seed, Body<T> body) {
    var simulation = new Simulation(seed);
    var result = new Outcome<T>();
    simulation.newThread(() -> result.of(() -> body.run(simulation))).start();
    simulation.runUntilAllEnd();
    return result.get();
  }

  private void runUntilAllEnd() {
    while (threads.stream().anyMatch(Thread::isAlive)) {
      next().run();
    }
  }

  private Runnable next() {
    if (ready.isEmpty()) {
      return nextLate();
    }
    // Without a draw where there is no choice, lest polling changes what is drawn later.
    int drawn = ready.size() == 1 ? 0 : random.nextInt(ready.size());
    return ready.remove(drawn);
  }

  private Runnable nextLate() {
    synchronized (late) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STUCK_SECONDS);
      while (late.isEmpty()) {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (millis <= 0) {
          throw new AssertionError("no thread can go on: " + threads);
        }
        try {
          late.wait(millis);
        } catch (InterruptedException e) {
          throw new AssertionError(e);
        }
      }
      return late.removeFirst();
    }
  }

  private void add(Runnable thread) {
    if (isOnCarrier()) {
      ready.add(thread);
    } else {
      synchronized (late) {
        late.addLast(thread);
        late.notifyAll();
      }
    }
  }

  /** Whether the caller is the carrier, or a virtual thread that it runs. */
  private boolean isOnCarrier() {
    Thread caller = Thread.currentThread();
    return caller.equals(carrier) || threads.contains(caller);
  }

  /** Runs every repeated task of the open databases once. */
  void tick() {
    List.copyOf(repeated).forEach(RepeatedTask::run);
  }

  /** The same file system, at each call of which another thread may go on first. */
  FileOperations files(FileOperations files) {
    return yielding(FileOperations.class, files);
  }

  private static <T> T yielding(Class<T> type, T target) {
    Object proxy =
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) -> {
              Thread.yield();
              Object result;
              try {
                result = method.invoke(target, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              return result instanceof FileHandle handle
                  ? yielding(FileHandle.class, handle)
                  : result;
            });
    return type.cast(proxy);
  }

  /** Threads for one database. */
  EngineThreads threads(int linkerCount) {
    return new Threads(linkerCount);
  }

  private Thread newThread(Runnable body) {
    threads.removeIf(thread -> thread.getState() == Thread.State.TERMINATED);
    Thread thread = factory.newThread(body);
    threads.add(thread);
    return thread;
  }

  private static ThreadFactory factoryOn(Executor scheduler) {
    try {
      Constructor<?> constructor =
          Class.forName("java.lang.ThreadBuilders$VirtualThreadBuilder")
              .getDeclaredConstructor(Executor.class);
      constructor.setAccessible(true);
      return ((Thread.Builder.OfVirtual) constructor.newInstance(scheduler)).factory();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("needs --add-opens=java.base/java.lang=ALL-UNNAMED", e);
    }
  }

  /** What a thread returned or threw. */
  private static final class Outcome<T> {
    private Supplier<T> result =
        () -> {
          throw new AssertionError("did not run");
        };

    void of(Supplier<T> body) {
      try {
        T value = body.get();
        result = () -> value;
      } catch (RuntimeException e) {
        result =
            () -> {
              throw e;
            };
      } catch (Error e) {
        result =
            () -> {
              throw e;
            };
      }
    }

    T get() {
      return result.get();
    }
  }

  /** A task of {@link EngineThreads#every}. */
  private final class RepeatedTask implements EngineThreads.Timer {
    private final Runnable task;

    RepeatedTask(Runnable task) {
      this.task = task;
      repeated.add(this);
    }

    void run() {
      task.run();
    }

    @Override
    public void cancel() {
      repeated.remove(this);
    }
  }

  /** The threads of one database. */
  private final class Threads implements EngineThreads {
    private static final int READERS = 2;

    private final int linkerCount;
    private final ExecutorService readers = Executors.newFixedThreadPool(READERS, this::thread);
    private final ExecutorService linkers;

    Threads(int linkerCount) {
      this.linkerCount = linkerCount;
      this.linkers = Executors.newFixedThreadPool(linkerCount, this::thread);
    }

    private Thread thread(Runnable body) {
      return newThread(body);
    }

    @Override
    public ExecutorService serial(String name) {
      return Executors.newSingleThreadExecutor(this::thread);
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
    public Timer every(Duration period, Runnable task) {
      return new RepeatedTask(task);
    }

    @Override
    public void close() {
      linkers.close();
      readers.close();
    }
  }
}
