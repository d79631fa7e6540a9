package dev.sagitta;

import java.util.TreeMap;

/**
 * What a level of durability promises of one open collection, whatever the collection says of
 * itself: at SYNC each acknowledged write is durable; at INTERVAL those before the timer, and all
 * but so many bytes. Not thread-safe.
 *
 * <p>A collection that says to have kept the promise is taken at its word by {@link ModelHistory},
 * and a power loss shows whether that was true.
 */
final class DurabilityPromise {
  private final Durability durability;

  /** Bytes written to the log when a write was acknowledged, by its sequence. */
  private final TreeMap<Long, Long> bytesAt = new TreeMap<>();

  private long logBytes;

  /** The newest write when the timer ran last. */
  private long timedSequence;

  DurabilityPromise(Durability durability) {
    this.durability = durability;
  }

  /** The timer has run. What it started is done before any write that comes later. */
  void tick() {
    timedSequence = bytesAt.isEmpty() ? 0 : bytesAt.lastKey();
  }

  /** Checks the promise when a write was acknowledged. */
  void check(CollectionStats now) {
    switch (durability) {
      case Durability.Sync() -> requireDurable(now, now.sequence(), "acknowledged");
      case Durability.Interval(var every, long bytes) -> checkInterval(now, bytes);
      case Durability.Os() -> {}
    }
  }

  private void checkInterval(CollectionStats now, long bytesMax) {
    requireDurable(now, timedSequence, "there when the timer ran");
    // A checkpoint takes a part of the log away.
    long written = bytesAt.isEmpty() ? 0 : bytesAt.lastEntry().getValue();
    written += Math.max(0, now.logBytes() - logBytes);
    logBytes = now.logBytes();
    bytesAt.put(now.sequence(), written);
    // Of several writes acknowledged together only the last has a number of bytes.
    long unforced = written - bytesAt.ceilingEntry(now.durableSequence()).getValue();
    if (unforced >= bytesMax) {
      throw new AssertionError(
          "%d bytes behind write %d are not durable".formatted(unforced, now.durableSequence()));
    }
  }

  /** Checks that a collection says that all up to a write is durable. */
  static void requireDurable(CollectionStats now, long sequence, String why) {
    if (now.durableSequence() < sequence) {
      throw new AssertionError(
          "write %d was %s, but durable is only %d"
              .formatted(sequence, why, now.durableSequence()));
    }
  }
}
