package dev.sagitta.engine;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The background scrub of a database: has the files of all open collections read and verified again
 * and again, one collection after another, at a bounded rate, on one thread of its own.
 *
 * <p>A timer wakes the thread, which works in short turns for as long as the pace allows. Removing
 * a collection, and closing, wait for the turn that is under way.
 */
final class Scrubber {
  /** Shorter than the pace's burst, so that no allowance is lost between two ticks. */
  private static final Duration TICK = Duration.ofMillis(Pace.BURST_MILLIS / 2);

  private static final int STEPS_PER_TURN = 64;

  private final Pace pace;
  private final ExecutorService thread;
  private final EngineThreads.Timer timer;
  private final ConcurrentSkipListMap<String, CollectionScrub> collections =
      new ConcurrentSkipListMap<>();

  /** Whether a turn is queued or under way. */
  private final AtomicBoolean scheduled = new AtomicBoolean();

  private volatile boolean ended;

  /** What ended the scrub, if something did; set before the collections are told. */
  private volatile @Nullable Throwable failure;

  /** The collection whose turn it is or was; of the thread. */
  private @Nullable CollectionScrub current;

  Scrubber(EngineThreads threads, LongSupplier nanoClock, long bytesPerSecond) {
    pace = new Pace(bytesPerSecond, nanoClock);
    thread = threads.serial("scrub");
    try {
      timer = threads.every(TICK, this::wake);
    } catch (RuntimeException | Error e) {
      Waiting.forEnd(thread);
      throw e;
    }
  }

  /** Scrubs a collection from now on. */
  void add(CollectionScrub collection) {
    collection.begin();
    collections.put(collection.name(), collection);
    Throwable ending = failure;
    if (ending != null) {
      collection.fail(ending);
    }
  }

  /** Scrubs a collection no more; none of its files is open when this returns. */
  void remove(CollectionScrub collection) {
    collections.remove(collection.name(), collection);
    Waiting.on(CompletableFuture.runAsync(collection::end, thread));
  }

  private void wake() {
    if (!ended && !collections.isEmpty() && scheduled.compareAndSet(false, true)) {
      try {
        thread.execute(this::turn);
      } catch (RejectedExecutionException closed) {
        ended = true;
      }
    }
  }

  private void turn() {
    boolean more = true;
    try {
      for (int i = 0; i < STEPS_PER_TURN && more; i++) {
        more = step();
      }
    } catch (RuntimeException | Error e) {
      // Damage and I/O errors are none of these; the collections go on without.
      ended = true;
      failure = e;
      collections.values().forEach(collection -> collection.fail(e));
    }
    scheduled.set(false);
    if (more) {
      wake();
    }
  }

  /** Does a step if one is due; whether it did. */
  private boolean step() {
    if (ended || !pace.due()) {
      return false;
    }
    CollectionScrub next = next();
    if (next == null) {
      return false;
    }
    current = next;
    pace.spend(next.step());
    return true;
  }

  /** The collection whose turn it is: the last one until its pass ends, then the one behind it. */
  private @Nullable CollectionScrub next() {
    CollectionScrub last = current;
    if (last != null && last.passing() && last.equals(collections.get(last.name()))) {
      return last;
    }
    String from = last == null ? "" : last.name();
    for (CollectionScrub behind : collections.tailMap(from, false).values()) {
      if (behind.due()) {
        return behind;
      }
    }
    for (CollectionScrub before : collections.headMap(from, true).values()) {
      if (before.due()) {
        return before;
      }
    }
    return null;
  }

  /** Ends scrubbing; no file is open when this returns. */
  void close() {
    ended = true;
    List<Runnable> steps = new ArrayList<>();
    steps.add(timer::cancel);
    collections.values().forEach(collection -> steps.add(() -> remove(collection)));
    steps.add(() -> Waiting.forEnd(thread));
    Closing.all(steps);
  }
}
