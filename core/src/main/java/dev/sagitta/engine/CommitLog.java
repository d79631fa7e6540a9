package dev.sagitta.engine;

import dev.sagitta.ClosedException;
import dev.sagitta.Durability;
import dev.sagitta.LogFullException;
import dev.sagitta.SagittaException;
import dev.sagitta.persistence.LogNotBegunException;
import dev.sagitta.persistence.LogWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The log as the write lane uses it: opened at the first write, made durable as the level asks,
 * rolled by checkpoints. Used on the lane only, but for the counters and {@link #unforced}, which
 * anybody may ask for, and for {@link #forceAhead} and {@link #coveredBefore}, of the background
 * thread.
 *
 * <p>An old log is never appended to: the first write after opening makes a new log and a manifest
 * that requires it, so that reading alone changes no file.
 */
final class CommitLog {
  private static final int AHEAD_ROUNDS_MAX = 4;

  private final CollectionFiles files;
  private final Durability durability;
  private final LongSupplier bytesMaxNow;

  /** Of the lane; read by the background thread, to force ahead, and by the timer. */
  private volatile @Nullable LogWriter writer;

  private boolean closed;

  /**
   * Bytes in logs before the newest that the last checkpoint does not cover; of all that were
   * replayed until one is open.
   */
  private volatile long olderBytes;

  /** Size from which appending is refused; grows with the checkpoint's files. */
  private volatile long bytesMax;

  private volatile long writerBytes;
  private volatile long newestLog;
  private volatile long durableSequence;
  private volatile long forcedBytes;

  /**
   * A log that is not open yet.
   *
   * @param bytesMaxNow gives the size from which appending is refused; asked again after each
   *     checkpoint
   */
  CommitLog(CollectionFiles files, Durability durability, LongSupplier bytesMaxNow) {
    this.files = files;
    this.durability = durability;
    this.bytesMaxNow = bytesMaxNow;
    this.bytesMax = bytesMaxNow.getAsLong();
    this.olderBytes = files.recoveredLogBytes();
    this.durableSequence = files.recoveredDurableSequence();
  }

  /**
   * Appends an operation.
   *
   * @throws LogFullException if the log has reached its cap
   * @throws dev.sagitta.StorageException if there is no log yet and none could be made; nothing was
   *     appended
   */
  void append(long sequence, ByteBuffer frame) throws IOException {
    if (bytes() + frame.remaining() > bytesMax) {
      throw new LogFullException(
          "the log has %d bytes of at most %d; checkpoints fail: %s"
              .formatted(bytes(), bytesMax, files.directory()));
    }
    LogWriter log = open();
    log.append(sequence, frame);
    writerBytes = log.endOffset();
  }

  private LogWriter open() throws IOException {
    if (closed) {
      throw new ClosedException("the log in " + files.directory() + " is closed");
    }
    LogWriter log = writer;
    if (log == null) {
      try {
        log = files.openLog();
      } catch (LogNotBegunException e) {
        throw notBegun(e);
      }
      writer = log;
      olderBytes = files.recoveredLogBytesBefore(log.logNumber());
      count(log);
    }
    return log;
  }

  /** No log was lost, so the error is one of the call that needed a new one only. */
  private SagittaException notBegun(LogNotBegunException e) {
    return Failures.translate("beginning a log in " + files.directory(), e);
  }

  /** Makes what was appended as durable as the level asks of an acknowledgement. */
  void commit() throws IOException {
    LogWriter log = writer;
    if (log == null) {
      return;
    }
    switch (durability) {
      case Durability.Sync() -> {
        if (log.lastSequence() > log.durableSequence()) {
          log.force();
        }
      }
      case Durability.Interval(var every, long bytes) -> {
        log.write();
        if (log.bytes() - forcedBytes >= bytes) {
          log.force();
        }
      }
      case Durability.Os() -> log.write();
    }
    count(log);
  }

  /**
   * Makes everything durable that readers can see, with what was replayed: a process that died may
   * have left that in the page cache only, and opening the log copies it.
   */
  void flush() throws IOException {
    if (writer == null && files.recoveredSequence() > durableSequence) {
      open();
    }
    force();
  }

  /** Makes everything appended durable. */
  void force() throws IOException {
    LogWriter log = writer;
    if (log != null && log.lastSequence() > log.durableSequence()) {
      log.force();
      count(log);
    }
  }

  /**
   * Whether {@link #force} has something to do, where this sequence is the last. Not while no log
   * is open, whatever the sequence: what was replayed waits for the first write or flush.
   */
  boolean unforced(long sequence) {
    return writer != null && sequence > durableSequence;
  }

  private void count(LogWriter log) {
    writerBytes = log.endOffset();
    newestLog = log.logNumber();
    if (log.durableSequence() > durableSequence) {
      durableSequence = log.durableSequence();
      forcedBytes = log.endOffset();
    }
  }

  /**
   * Forces, beside the lane, most of what {@link #roll} would have to force on it while writers
   * wait, and again what was written meanwhile; if that fails, {@link #roll} does. At level SYNC
   * nothing is left to force. Background thread.
   *
   * @param bytesMax how much may be left to the lane, unless writers are too fast
   */
  void forceAhead(long bytesMax) {
    if (durability instanceof Durability.Sync) {
      return;
    }
    long forced = forcedBytes;
    for (int round = 0; round < AHEAD_ROUNDS_MAX; round++) {
      LogWriter log = writer;
      long written = writerBytes;
      if (log == null || written - forced <= bytesMax) {
        return;
      }
      log.forceAhead();
      forced = written;
    }
  }

  /**
   * Ends the current log at what is published and begins a new one, from which the log of a
   * checkpoint at this point starts.
   *
   * @return the new log's number
   * @throws dev.sagitta.StorageException if no new log could be made; the current one goes on
   */
  long roll() throws IOException {
    LogWriter log;
    try {
      log = open().rotate();
    } catch (LogNotBegunException e) {
      count(open());
      throw notBegun(e);
    }
    writer = log;
    olderBytes = bytes();
    forcedBytes = 0;
    count(log);
    durableSequence = Math.max(durableSequence, log.lastSequence());
    return log.logNumber();
  }

  /** Says that a checkpoint covers all logs before one, the newest. Background thread. */
  void coveredBefore(long logNumber) {
    bytesMax = bytesMaxNow.getAsLong();
    if (logNumber == newestLog) {
      olderBytes = 0;
    }
  }

  /** Bytes in logs that no checkpoint covers. */
  long bytes() {
    return olderBytes + writerBytes;
  }

  /** Whether the log has come half the way to its cap. */
  boolean halfFull() {
    return bytes() > bytesMax / 2;
  }

  /** The newest sequence known to survive power loss. */
  long durableSequence() {
    return durableSequence;
  }

  /** Number of the log that is written to, or was last; 0 if none was since opening. */
  long newestLog() {
    return newestLog;
  }

  /** Makes everything durable and closes the log, which is not opened again. */
  void close() throws IOException {
    closed = true;
    LogWriter log = writer;
    if (log != null) {
      log.close();
      writer = null;
    }
  }
}
