package dev.sagitta;

import dev.sagitta.engine.EngineThreads;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.Yielding;
import java.lang.reflect.Constructor;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Runs a test and all threads of the databases that it opens one at a time on the calling thread,
 * in an order that a seed decides. With a simulated file system, which is all the input there is, a
 * run repeats step by step.
 *
 * <p>The threads are virtual ones whose scheduler is this object. A thread runs until it waits or
 * calls the file system through {@link #files}; then one of those that can go on is drawn. Time
 * passes only when nobody can go on: then the pause that ends first is over. Repeated tasks run
 * when the test asks for them by {@link #tick}.
 *
 * <p>For use by one thread. A scheduler of virtual threads can be chosen through a constructor only
 * that the JDK keeps for its own tests, hence the {@code --add-opens} of the tests.
 */
final class Simulation {
  private static final long STUCK_SECONDS = 20;

  /** Far above what the tests need. */
  private static final long STEPS_MAX = 20_000_000;

  private static final int SEARCHERS = 2;

  private final Thread carrier = Thread.currentThread();
  private final SplittableRandom random;
  private final ThreadFactory factory;

  /** Threads that can go on; of the carrier. */
  private final List<Runnable> ready = new ArrayList<>();

  /** Threads that pause, by when that ends and then by when it began; of the carrier. */
  private final PriorityQueue<Pause> pauses =
      new PriorityQueue<>(
          Comparator.comparingLong(Pause::endNanos).thenComparingLong(Pause::number));

  private long nowNanos;
  private long pauseCount;

  /** Threads woken by the JDK: by a time limit or the end of a monitor; guarded by itself. */
  private final Deque<Runnable> late = new ArrayDeque<>();

  /** Threads that have not ended; of the carrier. */
  private final Set<Thread> threads = new HashSet<>();

  private final List<RepeatedTask> repeated = new ArrayList<>();

  private Simulation(long seed) {
    random = new SplittableRandom(seed);
    factory = factoryOn(this::add);
  }

  /** What is simulated; may throw whatever a test may. */
  interface Body<T> {
    T run(Simulation simulation);
  }

  /** Runs something, and gives its result once no thread is left; an error is thrown at once. */
  static <T> T run(long seed, Body<T> body) {
    var simulation = new Simulation(seed);
    var result = new Outcome<T>();
    simulation.newThread(() -> result.of(() -> body.run(simulation))).start();
    simulation.runUntilAllEnd(result);
    return result.get();
  }

  private void runUntilAllEnd(Outcome<?> result) {
    for (long step = 0; !threads.isEmpty() && !result.failed; step++) {
      if (step == STEPS_MAX) {
        throw new AssertionError("no end after " + STEPS_MAX + " steps: " + stacks());
      }
      next().run();
    }
  }

  private Runnable next() {
    if (ready.isEmpty() && !isAnyOnItsWay() && !pauses.isEmpty()) {
      Pause first = pauses.remove();
      nowNanos = first.endNanos;
      first.end();
    }
    if (ready.isEmpty()) {
      return nextLate();
    }
    // Without a draw where there is no choice, lest polling changes what is drawn later.
    int drawn = ready.size() == 1 ? 0 : random.nextInt(ready.size());
    return ready.remove(drawn);
  }

  /** Whether a thread can go on but that the JDK has yet to say so. */
  private boolean isAnyOnItsWay() {
    synchronized (late) {
      return !late.isEmpty()
          || threads.stream().anyMatch(thread -> thread.getState() == Thread.State.RUNNABLE);
    }
  }

  private Runnable nextLate() {
    synchronized (late) {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STUCK_SECONDS);
      while (late.isEmpty()) {
        long millis = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (millis <= 0) {
          throw new AssertionError("no thread can go on: " + stacks());
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

  private String stacks() {
    return threads.stream()
        .map(thread -> thread + " " + Arrays.toString(thread.getStackTrace()))
        .collect(Collectors.joining("\n"));
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

  /** A thread that waits for a time. */
  private record Pause(Thread thread, long endNanos, long number, AtomicBoolean over) {
    void end() {
      over.set(true);
      LockSupport.unpark(thread);
    }
  }

  private void pause(long nanos) {
    var pause =
        new Pause(Thread.currentThread(), nowNanos + nanos, pauseCount++, new AtomicBoolean(false));
    pauses.add(pause);
    while (!pause.over.get()) {
      LockSupport.park(this);
    }
  }

  /** Simulated time: it passes only by pauses. */
  long nanoTime() {
    return nowNanos;
  }

  /** Runs every repeated task of the open databases once. */
  void tick() {
    List.copyOf(repeated).forEach(RepeatedTask::run);
  }

  /** The same file system, at each call of which another thread may go on first. */
  FileOperations files(FileOperations files) {
    return Yielding.files(files);
  }

  /** Threads for one database. */
  EngineThreads threads(int linkerCount) {
    return new Threads(linkerCount);
  }

  /** Starts one more thread of the test; the future ends with it, and with what it threw. */
  CompletableFuture<Void> start(Runnable body) {
    var end = new CompletableFuture<Void>();
    newThread(
            () -> {
              try {
                body.run();
                end.complete(null);
              } catch (RuntimeException | Error e) {
                end.completeExceptionally(e);
              }
            })
        .start();
    return end;
  }

  private Thread newThread(Runnable body) {
    Thread thread =
        factory.newThread(
            () -> {
              try {
                body.run();
              } finally {
                threads.remove(Thread.currentThread());
              }
            });
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
    private boolean failed;
    private Supplier<T> result =
        () -> {
          throw new AssertionError("did not run");
        };

    void of(Supplier<T> body) {
      try {
        T value = body.get();
        result = () -> value;
      } catch (RuntimeException e) {
        failed = true;
        result =
            () -> {
              throw e;
            };
      } catch (Error e) {
        failed = true;
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
    private final int linkerCount;
    private final ExecutorService readers = Executors.newSingleThreadExecutor(this::thread);
    private final ExecutorService linkers;
    private final ExecutorService searchers = Executors.newFixedThreadPool(SEARCHERS, this::thread);

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
    public Executor searchers() {
      return searchers;
    }

    @Override
    public int searcherCount() {
      return SEARCHERS;
    }

    @Override
    public Timer every(Duration period, Runnable task) {
      return new RepeatedTask(task);
    }

    @Override
    public void pause(long nanos) {
      Simulation.this.pause(nanos);
    }

    @Override
    public void close() {
      searchers.close();
      linkers.close();
      readers.close();
    }
  }
}
