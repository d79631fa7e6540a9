package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The open end of the write-ahead log: appends frames to one log and rotates to the next. Not
 * thread-safe; used by the write lane's thread, but for {@link #forceAhead}. Layout in {@link
 * LogFormat}.
 *
 * <p>Frames are collected by {@link #append}, reach the file with {@link #write} and the medium
 * with {@link #force}. Invariants:
 *
 * <ul>
 *   <li>Sequences are consecutive. Every frame says which sequence was durable when it was
 *       appended.
 *   <li>After any failure of I/O the writer is <b>failed</b>, unless it was the making of the next
 *       log only: what reached the file is unknown, so it refuses everything but {@link #close},
 *       and {@link #forceAhead}, which does nothing then; no force is ever repeated. The store is
 *       then recovered from what can be read, into a new log. Where forcing ahead has failed, the
 *       next force is the failure.
 *   <li>Before any frame goes to log n + 1, log n is durable up to the end that the header of n + 1
 *       records, and n + 1 itself is durable under its name. So whoever finds n + 1 knows where n
 *       ends, and that anything missing from n before that was lost by the medium.
 * </ul>
 */
public final class LogWriter implements Closeable {

  /** A group that would grow beyond this is written before its force is asked for. */
  static final int GROUP_BYTES_MAX = 4 << 20;

  private static final int GROUP_BYTES_INITIAL = 64 << 10;

  private enum State {
    OPEN,
    FAILED,
    SEALED,
    CLOSED
  }

  private final FileOperations files;
  private final Path directory;
  private final Path file;
  private final LogHeader header;
  private final FileHandle handle;
  private final FrameEncoder encoder;

  private ByteBuffer group =
      ByteBuffer.allocate(GROUP_BYTES_INITIAL).order(ByteOrder.LITTLE_ENDIAN);
  private long writtenBytes = LogFormat.HEADER_BYTES;
  private long lastSequence;
  private long durableSequence;
  private int chain;
  private State state = State.OPEN;

  /** Whether a write has failed; read by who forces ahead. */
  private volatile boolean writeFailed;

  /** Held while the file is being forced or closed, so that no two threads do so at once. */
  private final ReentrantLock forcing = new ReentrantLock();

  /** Why a force failed, if one did; guarded by {@link #forcing}. */
  private @Nullable Throwable forceFailure;

  /** Whether the handle is closed; guarded by {@link #forcing}. */
  private boolean handleClosed;

  private LogWriter(FileOperations files, Path directory, LogHeader header, FileHandle handle) {
    this.files = files;
    this.directory = directory;
    this.file = directory.resolve(FileKind.LOG.fileName(header.number()));
    this.header = header;
    this.handle = handle;
    this.encoder = new FrameEncoder(header.salt());
    this.lastSequence = header.firstSequence() - 1;
    this.durableSequence = lastSequence;
    this.chain = LogHeaderCodec.chain(header);
  }

  /**
   * Makes a new log, empty and durable under its name.
   *
   * @throws FileAlreadyExistsException if a log of that number exists
   */
  static LogWriter create(FileOperations files, Path directory, LogHeader header)
      throws IOException {
    requireFree(files, directory, header.number());
    return LogCreation.create(files, directory, header, writer -> {});
  }

  /**
   * Makes the log that goes on after a recovery, one number and one epoch up. The old log is not
   * touched. Those of its frames that it does not itself prove durable are copied into the new log
   * before that gets its name, because they may be in the page cache only, and a force that failed
   * before the restart may report success now without having written them.
   *
   * <p>The same goes for its name. A last log whose name nothing proves durable is made again, all
   * of its frames copied, and that takes its number and its place.
   *
   * <p>Afterwards the caller makes a manifest durable that requires the new log, and only then
   * appends.
   *
   * @param end what the replay found; the frames to copy are read and verified again
   * @throws CorruptFileException if those frames are no longer what the replay found
   * @throws LogNotBegunException if the new log could not be made and certainly does not exist; one
   *     that was to be made again is as it was
   * @throws FileAlreadyExistsException if the new log exists: an earlier attempt got that far
   *     before it failed, and a new replay will find it
   */
  public static LogWriter continueAfter(
      FileOperations files, Path directory, UUID storeId, LogEnd end) throws IOException {
    if (!end.unproven()) {
      requireFree(files, directory, end.lastLogNumber() + 1);
    }
    LogHeader header = LogHeader.after(storeId, end.durable(), end.epoch() + 1, files.randomLong());
    return LogCreation.create(
        files,
        directory,
        header,
        writer -> LogReader.copyFrames(files, directory, storeId, end, writer));
  }

  private static void requireFree(FileOperations files, Path directory, long number)
      throws IOException {
    Path target = directory.resolve(FileKind.LOG.fileName(number));
    if (files.exists(target)) {
      throw new FileAlreadyExistsException(target.toString());
    }
  }

  /** For {@link LogCreation}: a writer for a log whose header has been written. */
  static LogWriter overHeader(
      FileOperations files, Path directory, LogHeader header, FileHandle handle) {
    return new LogWriter(files, directory, header, handle);
  }

  /** Number of the log. */
  public long logNumber() {
    return header.number();
  }

  /** The epoch that the log belongs to. */
  public long epoch() {
    return header.epoch();
  }

  /** Length of the file as written so far, without the group that is being collected. */
  public long bytes() {
    return writtenBytes;
  }

  /** End of the last frame appended, written or not. */
  public long endOffset() {
    return writtenBytes + group.position();
  }

  /** Sequence of the last frame appended; one less than the log's first sequence if none was. */
  public long lastSequence() {
    return lastSequence;
  }

  /** The highest sequence known durable. */
  public long durableSequence() {
    return durableSequence;
  }

  /** Chain value of the last frame appended. */
  public int chain() {
    return chain;
  }

  /** Whether I/O has failed, so that only {@link #close} is left to call. */
  boolean failed() {
    return state == State.FAILED;
  }

  /**
   * Appends a frame to the group. Does no I/O unless the group has become large.
   *
   * @param sequence {@link #lastSequence()} + 1
   * @param payload its remaining bytes are copied or written; at most 65 MiB; its position stays
   * @throws IOException if the log is failed, or fails now
   */
  public void append(long sequence, ByteBuffer payload) throws IOException {
    requireOpen();
    if (sequence != lastSequence + 1) {
      throw new IllegalArgumentException(
          "sequence is " + sequence + ", must be " + (lastSequence + 1));
    }
    if (payload.remaining() > LogFormat.FRAME_PAYLOAD_MAX) {
      throw new IllegalArgumentException(
          "payload has " + payload.remaining() + " bytes, at most " + LogFormat.FRAME_PAYLOAD_MAX);
    }
    put(LogFormat.DATA, sequence, payload);
    lastSequence = sequence;
  }

  /** Writes the group. Survives the process from then on, not the machine. */
  public void write() throws IOException {
    requireOpen();
    writeGroup();
  }

  /** Writes the group and makes everything appended so far durable. */
  public void force() throws IOException {
    requireOpen();
    writeGroup();
    forceFile();
  }

  /**
   * Forces what has been written, so that the next {@link #force} has little left to do; makes
   * nothing durable by itself. On any thread, while the lane goes on appending and writing. A
   * failure is that of the next force, because the page cache may have dropped what it was to
   * write, and a force after it would report success. After a failed write it does nothing.
   */
  public void forceAhead() {
    forcing.lock();
    try {
      if (!handleClosed && forceFailure == null && !writeFailed) {
        forceHandle();
      }
    } catch (IOException kept) {
      // The next force fails because of it.
    } finally {
      forcing.unlock();
    }
  }

  /**
   * Goes on in a new log: forces this one, makes the next one durable, seals this one, and closes
   * it. A crash between any two of these steps leaves what {@link LogChain} recovers from. If it
   * fails once the next one may exist and say where this one ends, this log is failed too.
   *
   * @return the writer of the next log, in the same epoch; this one is closed
   * @throws LogNotBegunException if the next log could not be made and certainly does not exist;
   *     this one is durable then and stays open
   */
  public LogWriter rotate() throws IOException {
    force();
    var end = new LogPosition(header.number(), endOffset(), lastSequence, chain);
    state = State.FAILED;
    LogWriter next;
    try {
      next =
          create(
              files,
              directory,
              LogHeader.after(header.storeId(), end, epoch(), files.randomLong()));
    } catch (LogNotBegunException e) {
      state = State.OPEN;
      throw e;
    }
    state = State.OPEN;
    try {
      seal(next.logNumber());
      close();
    } catch (Throwable e) {
      // Whatever it was: no frame may follow here, the next log says that there is none.
      state = state == State.CLOSED ? State.CLOSED : State.FAILED;
      // Not next.close(), which would write a seal.
      next.abandon(e);
      throw e;
    }
    return next;
  }

  /**
   * Appends a seal and forces it. Everything before it must have been forced.
   *
   * @param successor number of the next log, or 0 if there is none yet
   */
  void seal(long successor) throws IOException {
    requireOpen();
    if (durableSequence != lastSequence || group.position() != 0) {
      throw new IllegalStateException(
          file + " is sealed at " + lastSequence + " but durable only to " + durableSequence);
    }
    ByteBuffer payload =
        ByteBuffer.allocate(LogFormat.SEAL_PAYLOAD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    put(LogFormat.SEAL, lastSequence, payload.putLong(successor).flip());
    writeGroup();
    forceFile();
    state = State.SEALED;
  }

  /**
   * Ends the use of the log. Unless it is failed or sealed, everything appended is made durable and
   * sealed as closed in peace, so that later damage can be told from a torn tail.
   */
  @Override
  public void close() throws IOException {
    if (state == State.CLOSED) {
      return;
    }
    try {
      if (state == State.OPEN) {
        force();
        seal(0);
      }
    } catch (IOException | RuntimeException | Error e) {
      abandon(e);
      throw e;
    }
    state = State.CLOSED;
    closeHandle();
  }

  /** Closes the handle and nothing else, because of another failure. */
  void abandon(Throwable cause) {
    state = State.CLOSED;
    try {
      closeHandle();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private void closeHandle() throws IOException {
    forcing.lock();
    try {
      handleClosed = true;
      handle.close();
    } finally {
      forcing.unlock();
    }
  }

  private void requireOpen() throws IOException {
    if (state == State.FAILED) {
      throw new IOException("log is failed: " + file);
    }
    if (state != State.OPEN) {
      throw new IllegalStateException("log is " + state + ": " + file);
    }
  }

  private void put(int type, long sequence, ByteBuffer payload) throws IOException {
    int frameBytes = LogFormat.frameBytes(payload.remaining());
    if (frameBytes > group.remaining() && group.position() + frameBytes > GROUP_BYTES_MAX) {
      writeGroup();
    }
    state = State.FAILED;
    boolean collected = frameBytes <= GROUP_BYTES_MAX;
    reserve(collected ? frameBytes : LogFormat.FRAME_HEADER_BYTES + LogFormat.FRAME_ALIGNMENT);
    chain = encoder.putHeader(group, type, sequence, durableSequence, chain, payload);
    if (collected) {
      group.put(payload.duplicate());
    } else {
      state = State.OPEN;
      writeGroup();
      state = State.FAILED;
      int bytes = payload.remaining();
      writeToFile(payload.duplicate());
      writtenBytes += bytes;
    }
    FrameEncoder.putPadding(group, payload.remaining());
    state = State.OPEN;
  }

  /** Makes room in the group for a frame; the caller has seen to it that the bound allows it. */
  private void reserve(int bytes) {
    if (bytes > group.remaining()) {
      int capacity = group.capacity();
      while (capacity < group.position() + bytes) {
        capacity *= 2;
      }
      group = ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN).put(group.flip());
    }
  }

  private void writeGroup() throws IOException {
    if (group.position() == 0) {
      return;
    }
    state = State.FAILED;
    group.flip();
    int bytes = group.remaining();
    writeToFile(group);
    writtenBytes += bytes;
    group.clear();
    state = State.OPEN;
  }

  private void writeToFile(ByteBuffer bytes) throws IOException {
    try {
      handle.write(bytes, writtenBytes);
    } catch (IOException | RuntimeException | Error e) {
      writeFailed = true;
      throw e;
    }
  }

  private void forceFile() throws IOException {
    state = State.FAILED;
    forceHandle();
    durableSequence = lastSequence;
    state = State.OPEN;
  }

  /** Forces, unless that has failed before. */
  private void forceHandle() throws IOException {
    forcing.lock();
    try {
      if (forceFailure != null) {
        throw new IOException("forcing ahead has failed: " + file, forceFailure);
      }
      handle.force();
    } catch (IOException | RuntimeException | Error e) {
      forceFailure = e;
      throw e;
    } finally {
      forcing.unlock();
    }
  }
}
