package dev.sagitta.engine;

import dev.sagitta.ClosedException;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.LongConsumer;

/**
 * Tells when memory that was unlinked can be freed: every reader enters before it takes a reference
 * and exits after its last use, and {@link #awaitReaders} returns once all readers that were inside
 * when it was called have left.
 *
 * <p>Entering is one atomic increment on a counter chosen by thread and by the current phase.
 * Waiting flips the phase and waits for the counters of the old phase to reach zero, twice: a
 * reader that read the phase just before a flip may count itself in the old phase after it was
 * looked at, and would be missed by the next wait if that looked at one phase only. (The two-phase
 * scheme of sleepable read-copy-update: P. McKenney, "Sleepable Read-Copy Update", 2006.)
 *
 * <p>Any number of readers; one waiter at a time (synchronized). A thread must not wait while it is
 * inside.
 */
final class Epoch {
  private static final int STRIPES = 32;

  /** Counters lie 128 bytes apart, so that no two share a cache line or its neighbour. */
  private static final int PADDING = 32;

  private static final long WAIT_NANOS = 20_000;

  private final String what;
  private final LongConsumer pause;
  private final AtomicIntegerArray readers = new AtomicIntegerArray(2 * STRIPES * PADDING);
  private volatile int phase;
  private volatile boolean closed;

  /** An epoch without readers; see {@link #Epoch(String, LongConsumer)}. */
  Epoch(String what) {
    this(what, Waiting::pause);
  }

  /**
   * An epoch without readers.
   *
   * @param what is named by the error that readers get after {@link #close}
   * @param pause waits for so many nanoseconds
   */
  Epoch(String what, LongConsumer pause) {
    this.pause = pause;
    this.what = what;
  }

  /**
   * Enters; must be followed by {@link #exit} with the ticket.
   *
   * @throws ClosedException after {@link #close}
   */
  int enter() {
    long thread = Thread.currentThread().threadId();
    int stripe = (int) ((thread * 0x9E3779B97F4A7C15L) >>> 59);
    int ticket = (phase * STRIPES + stripe) * PADDING;
    readers.incrementAndGet(ticket);
    if (closed) {
      exit(ticket);
      throw new ClosedException(what + " is closed");
    }
    return ticket;
  }

  /** Leaves what {@link #enter} entered. */
  void exit(int ticket) {
    readers.decrementAndGet(ticket);
  }

  /** Waits until every reader that is inside now has left. */
  synchronized void awaitReaders() {
    for (int flip = 0; flip < 2; flip++) {
      int old = phase;
      phase = 1 - old;
      for (int stripe = 0; stripe < STRIPES; stripe++) {
        while (readers.get((old * STRIPES + stripe) * PADDING) != 0) {
          pause.accept(WAIT_NANOS);
        }
      }
    }
  }

  /** Lets no more readers in, and waits until all have left. */
  void close() {
    closed = true;
    awaitReaders();
  }

  /** Whether {@link #close} was called. */
  boolean closed() {
    return closed;
  }
}
