package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;

/**
 * An exclusive lock of one process on one file, held until closed. Thread-safe; never waits for
 * another holder.
 *
 * <p>A POSIX lock belongs to the process and is dropped when the process closes <em>any</em>
 * descriptor of that file. Hence the one invariant: while this process holds a lock, it neither
 * opens nor closes that file a second time. A JVM-wide registry is asked before anything is opened.
 * It is keyed by the file's identity (device and inode) where there is one, because a path can be
 * spelled in many ways.
 *
 * <p>The file holds the holder's pid in decimal and a line feed, for the message of those who come
 * later; what it says counts for nothing while the lock is free. Where the pid cannot be written,
 * on a full disk say, the lock is taken all the same, and the file is empty. One byte far behind
 * the text is locked, because on Windows others cannot read locked bytes.
 */
final class ProcessLock implements Closeable {

  private static final long LOCKED_OFFSET = 1L << 30;
  private static final int PID_BYTES_MAX = 20;

  /** Locks held by this class, by file identity. Guarded by itself, as is {@link #PARKED}. */
  private static final Map<Object, ProcessLock> HELD = new HashMap<>();

  /**
   * Channels opened on files that this JVM turned out to have locked already, which happens when
   * another class loader holds a copy of this class. Closing them would drop the other's lock, so
   * they are kept for the next attempt: at most two a file.
   */
  private static final Map<Parked, FileChannel> PARKED = new HashMap<>();

  /** Of which file, by its identity, and for what a parked channel was opened. */
  private record Parked(Object key, boolean shared) {}

  private final Object key;
  private final FileChannel channel;

  private ProcessLock(Object key, FileChannel channel) {
    this.key = key;
    this.channel = channel;
  }

  /**
   * Takes the lock, creating the file if need be.
   *
   * @throws LockHeldException if this or another process holds it
   */
  static ProcessLock take(Path file) throws IOException {
    synchronized (HELD) {
      try {
        // Creation opens and closes a descriptor, but only of a file that nobody can have locked.
        Files.createFile(file);
      } catch (FileAlreadyExistsException e) {
        // The usual case: the file stays for ever.
      }
      return take(file, false);
    }
  }

  /**
   * Keeps others from taking the lock of a file that is there, without changing the file. Another
   * process may do the same at the same time; its pid stays unknown.
   *
   * @throws LockHeldException if this process holds it in either way, or another one took it
   */
  static ProcessLock takeShared(Path file) throws IOException {
    synchronized (HELD) {
      return take(file, true);
    }
  }

  private static ProcessLock take(Path file, boolean shared) throws IOException {
    Object key = identity(file);
    if (HELD.containsKey(key)) {
      throw LockHeldException.byThisProcess(file);
    }
    FileChannel channel = openOrUnpark(new Parked(key, shared), file);
    FileLock lock;
    try {
      lock = channel.tryLock(LOCKED_OFFSET, 1, shared);
    } catch (OverlappingFileLockException e) {
      PARKED.put(new Parked(key, shared), channel);
      throw LockHeldException.byThisProcess(file);
    } catch (IOException e) {
      throw closing(channel, e);
    }
    if (lock == null) {
      throw closing(channel, heldByOther(file, channel));
    }
    if (!shared) {
      try {
        writePid(channel);
      } catch (IOException e) {
        throw closing(channel, e);
      }
    }
    var held = new ProcessLock(key, channel);
    HELD.put(key, held);
    return held;
  }

  /** Frees the lock; the file stays. Closing again does nothing. */
  @Override
  public void close() throws IOException {
    synchronized (HELD) {
      if (HELD.remove(key, this)) {
        channel.close();
      }
    }
  }

  private static Object identity(Path file) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    return key == null ? file.toRealPath() : key;
  }

  private static FileChannel openOrUnpark(Parked wanted, Path file) throws IOException {
    FileChannel parked = PARKED.remove(wanted);
    if (parked != null && parked.isOpen()) {
      return parked;
    }
    return wanted.shared()
        ? FileChannel.open(file, StandardOpenOption.READ)
        : FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /**
   * Says who holds the lock, or nothing rather than something wrong.
   *
   * @throws IOException if the channel is closed, by an interrupt, and the lock gone with it
   */
  private static void writePid(FileChannel channel) throws IOException {
    var text = ProcessHandle.current().pid() + "\n";
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    try {
      // Cut afterwards: where no space is left, that of the last holder's pid can be used again.
      while (bytes.hasRemaining()) {
        channel.write(bytes, bytes.position());
      }
      channel.truncate(bytes.limit());
    } catch (IOException e) {
      if (!channel.isOpen()) {
        throw e;
      }
      erase(channel);
    }
  }

  private static void erase(FileChannel channel) throws IOException {
    try {
      channel.truncate(0);
    } catch (IOException e) {
      if (!channel.isOpen()) {
        throw e;
      }
      // Then it names another holder. Nobody does more with that than tell it to a person.
    }
  }

  private static LockHeldException heldByOther(Path file, FileChannel channel) {
    try {
      ByteBuffer bytes = ByteBuffer.allocate(PID_BYTES_MAX);
      channel.read(bytes, 0);
      String text = StandardCharsets.US_ASCII.decode(bytes.flip()).toString();
      long pid = Long.parseUnsignedLong(text.strip());
      // The pid of an earlier holder stays until the next has written its own. Whoever is told the
      // pid of a process that is no more may think that the lock is not held either.
      return ProcessHandle.of(pid).isPresent()
          ? LockHeldException.byProcess(file, pid)
          : LockHeldException.byUnknownProcess(file);
    } catch (IOException | NumberFormatException e) {
      // Whoever holds it has not written its pid yet, or somebody else wrote something there.
      LockHeldException held = LockHeldException.byUnknownProcess(file);
      held.addSuppressed(e);
      return held;
    }
  }

  /** Closes a channel that holds no lock worth keeping, and gives back the reason. */
  private static IOException closing(FileChannel channel, IOException reason) {
    try {
      channel.close();
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
    return reason;
  }
}
