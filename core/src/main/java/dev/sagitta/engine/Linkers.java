package dev.sagitta.engine;

import dev.sagitta.CorruptionException;
import dev.sagitta.StorageException;
import dev.sagitta.hnsw.GraphInserter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.agrona.collections.IntHashSet;
import org.jspecify.annotations.Nullable;

/**
 * Links pending slots into the graph: on the shared linker threads, and on writers' own threads
 * when more is pending than a search should scan.
 *
 * <p>At most as many linker tasks run at once as there are linker threads. A task ends when nothing
 * is left to claim; whoever adds work signals.
 *
 * <p>A slot that cannot be linked is set aside: it stays pending and so is still searched, until
 * {@link #retry}. If stored vectors are damaged, the others go on; if they cannot be read, or
 * memory or stack is short, which may pass, nothing is linked until then. Too many slots set aside,
 * or any other error, end linking.
 */
final class Linkers {
  /** Slots that a task links before it lets another collection's task run. */
  private static final int LINKS_PER_TURN = 256;

  private static final long STOP_POLL_NANOS = 100_000;

  private final LinkedGraph graph;
  private final WalkVectors walk;
  private final PendingSlots pending;
  private final int pendingMax;
  private final Epoch epoch;
  private final EngineThreads threads;
  private final ScratchPool<GraphInserter> inserters;
  private final Consumer<Throwable> onFailure;

  /** Tasks that are queued or running. */
  private final AtomicInteger tasks = new AtomicInteger();

  /** Writers that help. */
  private final AtomicInteger helpers = new AtomicInteger();

  /** Set once, by stop or by a failure. */
  private volatile boolean ended;

  /** Whether linking waits for {@link #retry}. */
  private volatile boolean paused;

  /** Why slots were set aside the last time. */
  private volatile @Nullable Throwable asideCause;

  /**
   * Linkers that wait for the graph, and then for a {@link #signal}.
   *
   * @param pendingMax pending slots from which writers help
   * @param onFailure told of the error that ended linking
   */
  Linkers(
      LinkedGraph graph,
      WalkVectors walk,
      PendingSlots pending,
      int pendingMax,
      Epoch epoch,
      EngineThreads threads,
      Consumer<Throwable> onFailure) {
    this.graph = graph;
    this.walk = walk;
    this.pending = pending;
    this.pendingMax = pendingMax;
    this.epoch = epoch;
    this.threads = threads;
    this.inserters = new ScratchPool<>(threads.linkerCount(), () -> new GraphInserter(graph.get()));
    this.onFailure = onFailure;
  }

  /**
   * Starts as many tasks as there may be; called once the graph is loaded and after slots were
   * added.
   */
  void signal() {
    while (working() && pending.queued() > 0) {
      int now = tasks.get();
      if (now >= Math.min(threads.linkerCount(), pending.queued())) {
        return;
      }
      if (tasks.compareAndSet(now, now + 1)) {
        try {
          threads.linkers().execute(this::turn);
        } catch (RuntimeException | Error e) {
          tasks.decrementAndGet();
          throw e;
        }
      }
    }
  }

  private void turn() {
    boolean more = true;
    try {
      for (int i = 0; i < LINKS_PER_TURN && more; i++) {
        more = linkOne();
      }
    } finally {
      tasks.decrementAndGet();
    }
    if (more || pending.unclaimed()) {
      signal();
    }
  }

  /**
   * Links on the calling thread while more is pending than should be, but at most twice what the
   * caller wrote: so writers cannot outrun the linkers, and no write waits for a backlog that it
   * found, such as recovery leaves.
   */
  void help(int written) {
    int links = 2 * written;
    while (working() && links > 0 && pending.queued() > pendingMax) {
      helpers.incrementAndGet();
      try {
        if (linkOne()) {
          links--;
        } else {
          // All that is pending is being linked by others; let them finish.
          threads.pause(STOP_POLL_NANOS);
        }
      } finally {
        helpers.decrementAndGet();
      }
    }
  }

  /** Links the oldest slot that nobody has taken; false if there is none. */
  private boolean linkOne() {
    if (!working()) {
      return false;
    }
    long entry = pending.claim();
    if (entry < 0) {
      return false;
    }
    try {
      link(pending.slot(entry));
      pending.complete(entry);
      return true;
    } catch (CorruptionException e) {
      return setAside(entry, e);
    } catch (StorageException | VirtualMachineError e) {
      paused = true;
      setAside(entry, e);
      return false;
    } catch (RuntimeException | Error e) {
      return fail(e);
    }
  }

  private void link(int slot) {
    GraphInserter inserter = inserters.borrow();
    int ticket = epoch.enter();
    try {
      walk.encode(slot);
      if (graph.get().contains(slot)) {
        // Pending again, because the graph as it was read could not reach it.
        inserter.relink(slot);
      } else {
        inserter.insert(slot);
      }
    } finally {
      epoch.exit(ticket);
    }
    inserters.giveBack(inserter);
  }

  private boolean setAside(long entry, Throwable cause) {
    asideCause = cause;
    return pending.setAside(entry) || fail(cause);
  }

  /**
   * Tries again what was set aside, but forgets slots that were replaced or deleted meanwhile.
   * Background thread, outside the epoch.
   */
  void retry(IntPredicate dead) {
    if (ended) {
      // Queued before closing; the slots may be gone.
      return;
    }
    IntHashSet forgotten = new IntHashSet();
    for (int slot : pending.asideSlots()) {
      if (dead.test(slot)) {
        forgotten.add(slot);
      }
    }
    if (!forgotten.isEmpty()) {
      // A reader from before their death would look for them in the list.
      epoch.awaitReaders();
    }
    pending.queueAside(forgotten::contains);
    paused = false;
    signal();
  }

  /** Whether there is something for {@link #retry}. */
  boolean waiting() {
    return !ended && (paused || pending.aside() > 0);
  }

  private boolean working() {
    return graph.loaded() && !ended && !paused;
  }

  private boolean fail(Throwable cause) {
    onFailure.accept(cause);
    end();
    return false;
  }

  /** Why some slots are not linked, if they are not. */
  Optional<String> warning() {
    int aside = pending.aside();
    return aside == 0
        ? Optional.empty()
        : Optional.of("%d records are scanned, not linked: %s".formatted(aside, asideCause));
  }

  /** Ends linking; who waits for it is woken. */
  void end() {
    ended = true;
    pending.wake();
  }

  /** Ends linking and waits until no thread links any more. */
  void stop() {
    end();
    while (tasks.get() > 0 || helpers.get() > 0) {
      threads.pause(STOP_POLL_NANOS);
    }
  }

  /** Whether no more will be linked, because of {@link #stop} or a failure. */
  boolean ended() {
    return ended;
  }
}
