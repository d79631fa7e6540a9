package dev.sagitta.engine;

import dev.sagitta.ClosedException;
import dev.sagitta.CollectionFailedException;
import dev.sagitta.SagittaException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The one thread through which all writes of a collection go: it gives sequences, appends to the
 * log, applies to memory, and then, once for a group of writes, makes the log as durable as the
 * level asks, publishes, and acknowledges.
 *
 * <p>Writers queue what they want written and wait. Whoever finds the queue idle starts the lane;
 * it runs until the queue is empty. Everything that arrives while a group is being forced makes up
 * the next group.
 *
 * <p>After a failed write or force the lane is failed for good: what the log holds is unknown, so
 * the writes of the group and all later ones get a {@link CollectionFailedException}, and nothing
 * of them is published.
 */
final class WriteLane {
  /** Bounds of a group, so that its acknowledgement is not put off for ever. */
  private static final int GROUP_WRITES_MAX = 1_024;

  private static final long GROUP_BYTES_MAX = 8 << 20;

  private sealed interface Task {}

  /** Operations to write, in order, each with its own sequence and log frame. */
  private record Write(
      List<Operation> operations,
      List<ByteBuffer> frames,
      long bytes,
      CompletableFuture<Integer> changed)
      implements Task {}

  /** Something to do between two groups. */
  private record Control(LaneAction action, CompletableFuture<Void> done) implements Task {}

  /** An action that runs on the lane between two groups. */
  interface LaneAction {
    /** Runs; any error but a typed one fails the lane. */
    void run() throws IOException;
  }

  private final String collection;
  private final Executor executor;
  private final Epoch epoch;
  private final CollectionState state;
  private final CommitLog log;
  private final Runnable afterGroup;

  private final ConcurrentLinkedQueue<Task> queue = new ConcurrentLinkedQueue<>();

  /** Tasks that are queued and not yet done; whoever raises it from 0 starts the lane. */
  private final AtomicInteger waiting = new AtomicInteger();

  /** The group that is being worked on; of the lane. */
  private final List<Task> taken = new ArrayList<>(GROUP_WRITES_MAX);

  private volatile @Nullable Throwable failure;
  private volatile boolean closed;

  /** The last sequence given; of the lane. */
  private long sequence;

  /**
   * A lane that goes on from the published sequence.
   *
   * @param collection what messages call the collection
   * @param afterGroup called on the lane after each group was acknowledged or refused, but not once
   *     the lane is closed
   */
  WriteLane(
      String collection,
      Executor executor,
      Epoch epoch,
      CollectionState state,
      CommitLog log,
      Runnable afterGroup) {
    this.collection = collection;
    this.executor = executor;
    this.epoch = epoch;
    this.state = state;
    this.log = log;
    this.afterGroup = afterGroup;
    this.sequence = state.published().sequence();
  }

  /**
   * Writes operations in order, each by itself; the future gives how many changed anything, once
   * all are as durable as the level asks.
   *
   * @param frames the operations' encodings
   */
  CompletableFuture<Integer> write(List<Operation> operations, List<ByteBuffer> frames) {
    long bytes = frames.stream().mapToLong(ByteBuffer::remaining).sum();
    Write write = new Write(operations, frames, bytes, new CompletableFuture<>());
    submit(write);
    return write.changed();
  }

  /** Runs an action on the lane, between two groups. */
  CompletableFuture<Void> run(LaneAction action) {
    Control control = new Control(action, new CompletableFuture<>());
    submit(control);
    return control.done();
  }

  private void submit(Task task) {
    queue.add(task);
    if (waiting.getAndIncrement() == 0) {
      try {
        executor.execute(this::drain);
      } catch (RejectedExecutionException ended) {
        refuseAll(new ClosedException(collection + " is closed"));
      } catch (RuntimeException | Error e) {
        // The thread could not be started.
        fail(e);
        refuseAll(failedException(false, e));
      }
    }
  }

  /** Refuses all that waits, because there is no thread to run it. */
  private void refuseAll(SagittaException refusal) {
    do {
      refuse(queue.remove(), refusal);
    } while (waiting.decrementAndGet() > 0);
  }

  private void drain() {
    int left;
    do {
      takeGroup();
      try {
        if (taken.getFirst() instanceof Control control) {
          perform(control);
        } else {
          writeGroup(taken);
        }
      } catch (RuntimeException | Error e) {
        // Such as want of memory where nothing else looks for it; nobody may wait for ever.
        fail(e);
        refuse(taken, e);
      } finally {
        int done = taken.size();
        taken.clear();
        left = waiting.addAndGet(-done);
      }
    } while (left > 0);
  }

  /** Refuses what is left of a group, and throws nothing: that would end the lane. */
  private void refuse(List<Task> group, Throwable cause) {
    Throwable refusal;
    try {
      refusal = failedException(true, cause);
    } catch (RuntimeException | Error e) {
      refusal = cause;
    }
    for (Task task : group) {
      try {
        refuse(task, refusal);
      } catch (RuntimeException | Error e) {
        // Who waits for it is out of reach, but not who waits for those behind it.
        fail(e);
      }
    }
  }

  private static void refuse(Task task, Throwable refusal) {
    switch (task) {
      case Write write -> write.changed().completeExceptionally(refusal);
      case Control control -> control.done().completeExceptionally(refusal);
    }
  }

  /** Takes either one control or a group of writes. */
  private void takeGroup() {
    long bytes = 0;
    while (taken.size() < GROUP_WRITES_MAX && bytes < GROUP_BYTES_MAX) {
      Task next = queue.peek();
      if (next == null || (next instanceof Control && !taken.isEmpty())) {
        return;
      }
      taken.add(next);
      queue.remove();
      if (!(next instanceof Write write)) {
        return;
      }
      bytes += write.bytes();
    }
  }

  private void perform(Control control) {
    try {
      control.action().run();
      control.done().complete(null);
    } catch (SagittaException refused) {
      control.done().completeExceptionally(refused);
    } catch (IOException e) {
      fail(e);
      // A log that has failed says no more than that; what it failed of is the first error.
      Throwable first = failure;
      control.done().completeExceptionally(failedException(true, first == null ? e : first));
    } catch (RuntimeException | Error e) {
      fail(e);
      control.done().completeExceptionally(e);
    }
  }

  private void writeGroup(List<Task> tasks) {
    List<Write> applied = new ArrayList<>(tasks.size());
    List<Integer> changed = new ArrayList<>(tasks.size());
    int ticket;
    try {
      ticket = epoch.enter();
    } catch (ClosedException late) {
      tasks.forEach(task -> ((Write) task).changed().completeExceptionally(late));
      return;
    }
    try {
      for (Task task : tasks) {
        Write write = (Write) task;
        try {
          requireOpen();
          requireWorking();
          changed.add(apply(write));
          applied.add(write);
        } catch (SagittaException refused) {
          write.changed().completeExceptionally(refused);
        } catch (IOException | RuntimeException | Error e) {
          fail(e);
          applied.add(write);
        }
      }
      commit(applied, changed);
    } finally {
      epoch.exit(ticket);
    }
    if (!closed) {
      try {
        afterGroup.run();
      } catch (RuntimeException | Error e) {
        // Else the lane would end, and all who wait for it would wait for ever.
        fail(e);
      }
    }
  }

  private int apply(Write write) throws IOException {
    int changed = 0;
    for (int i = 0; i < write.operations().size(); i++) {
      Operation operation = write.operations().get(i);
      state.requireRoom(operation);
      if (state.changes(operation)) {
        state.prepare(operation);
        log.append(sequence + 1, write.frames().get(i));
        sequence++;
        applyLogged(operation);
        changed++;
      }
    }
    return changed;
  }

  /** Once the log has an operation, memory must follow: an error here is one of the lane. */
  private void applyLogged(Operation operation) {
    try {
      state.apply(sequence, operation);
    } catch (SagittaException e) {
      throw new IllegalStateException("applying operation " + sequence + " failed", e);
    }
  }

  private void commit(List<Write> applied, List<Integer> changed) {
    if (failure == null) {
      try {
        log.commit();
        state.publish();
      } catch (IOException | RuntimeException | Error e) {
        fail(e);
      }
    }
    Throwable failed = failure;
    for (int i = 0; i < applied.size(); i++) {
      if (failed == null) {
        applied.get(i).changed().complete(changed.get(i));
      } else {
        applied.get(i).changed().completeExceptionally(failedException(true, failed));
      }
    }
  }

  /** Refuses if the collection is being closed. */
  void requireOpen() {
    if (closed) {
      throw new ClosedException(collection + " is closed");
    }
  }

  /** Refuses if an earlier write failed. */
  void requireWorking() {
    Throwable failed = failure;
    if (failed != null) {
      throw failedException(false, failed);
    }
  }

  private CollectionFailedException failedException(boolean outcomeUnknown, Throwable cause) {
    return new CollectionFailedException(
        outcomeUnknown
            ? collection + " failed while writing; the outcome of this call is unknown: " + cause
            : collection
                + " accepts no writes until the database is closed and opened again: "
                + cause,
        outcomeUnknown,
        cause);
  }

  /** Refuses all later writes because of an error; the first one is kept. */
  void fail(Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  /** Why writes are refused, if they are. */
  @Nullable Throwable failure() {
    return failure;
  }

  /** Refuses all later writes because the collection is being closed. */
  void close() {
    closed = true;
  }
}
