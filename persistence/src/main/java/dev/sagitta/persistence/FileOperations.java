package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The one seam between Sagitta and a file system: every file the library touches is touched through
 * this interface. Production uses {@link NioFiles}; tests use a simulated file system that crashes,
 * tears and forgets what was not forced.
 *
 * <p>Names are made durable by {@link #forceDirectory}, contents by {@link FileHandle#force}; an
 * implementation promises nothing about either before that call returns. All methods may block on
 * I/O and are called on engine threads only, because an interrupt closes a {@code FileChannel}
 * under its caller. Implementations are safe for use by many threads.
 */
public interface FileOperations {

  /**
   * Creates an empty file for reading and writing.
   *
   * @throws java.nio.file.FileAlreadyExistsException if the name is taken
   */
  FileHandle create(Path file) throws IOException;

  /**
   * Opens an existing file for reading and mapping; writing through the handle fails.
   *
   * @throws java.nio.file.NoSuchFileException if there is no such file
   */
  FileHandle openForReading(Path file) throws IOException;

  /** Whether a file or directory of that name is there. */
  boolean exists(Path path) throws IOException;

  /** Plain names of the entries of a directory, sorted. */
  List<String> list(Path directory) throws IOException;

  /** Whether the path names a directory. */
  boolean isDirectory(Path path) throws IOException;

  /**
   * The path by which the file system knows a file or directory, all links followed; for what is
   * not there, its name in the real path of the nearest directory above that is.
   */
  Path realPath(Path path) throws IOException;

  /** Creates one directory; its parent must exist. */
  void createDirectory(Path directory) throws IOException;

  /**
   * Renames a file or directory within its directory, atomically: at every moment, and after a
   * crash, it has either its old name or its new one. An existing target file is replaced.
   *
   * @throws IllegalArgumentException if the two names are not in one directory, because then no
   *     single {@link #forceDirectory} would make the renaming durable
   * @throws java.nio.file.NoSuchFileException if there is no such file or directory
   * @throws java.nio.file.FileAlreadyExistsException if the target is a directory
   */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file or an empty directory; it must exist. */
  void delete(Path path) throws IOException;

  /**
   * Makes the entries of a directory durable: creations, renames and deletions in it.
   *
   * @throws DirectoryNotOpenedException if it could not be opened; after any other failure nothing
   *     may be assumed of its entries, as after one of {@link FileHandle#force}
   */
  void forceDirectory(Path directory) throws IOException;

  /**
   * Takes the exclusive lock that the file stands for, creating the file if need be, and writes the
   * holder's pid into it. The lock is held until the returned handle is closed, and vanishes with
   * the process; the file stays. Does not wait.
   *
   * @throws LockHeldException if this or another process holds it
   */
  Closeable lock(Path lockFile) throws IOException;

  /**
   * Keeps others from taking the lock until the returned handle is closed, and changes nothing, not
   * even in the file, which must be there. Does not wait.
   *
   * @throws LockHeldException if another process holds the lock, or this one in either way
   * @throws java.nio.file.NoSuchFileException if there is no such file
   */
  Closeable lockShared(Path lockFile) throws IOException;

  /**
   * Random bits for what tells files apart: the ids of stores and the salts of logs. Secure, but in
   * a simulation, which draws them from its seed so that a run can be replayed byte for byte.
   */
  long randomLong();
}
