package dev.sagitta;

import dev.sagitta.KillPoint.Moment;
import dev.sagitta.KillPoint.Phase;
import dev.sagitta.persistence.FileHandle;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.IoCall.Operation;
import dev.sagitta.persistence.NioFiles;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * The real file system, which counts by {@link KillPoint} the calls made on it, and stands still
 * for ever when a given point is reached: no call that comes later begins, so that a SIGKILL which
 * then comes at leisure finds the files exactly as they were at that point.
 *
 * <p>Calls that change something count before and after, writes halfway too. Of those that only
 * read, reading and mapping count, before; a kill after them finds the same files. Thread-safe.
 */
final class KillFiles implements FileOperations {
  private static final String TEMPORARY = ".tmp";

  private final FileOperations files = new NioFiles();
  private final Path directory;
  private final Optional<KillPoint> target;
  private final Runnable announcement;

  /** How often each point was reached since counting began; guarded by this. */
  private final Map<KillPoint, Integer> counts = new HashMap<>();

  /** How often the target is to be reached still; guarded by this. */
  private int remaining;

  /** Whether it was reached for the last time; guarded by this. */
  private boolean standing;

  private volatile Phase phase = Phase.RECOVER;

  private KillFiles(
      Path directory, Optional<KillPoint> target, int occurrence, Runnable announcement) {
    this.directory = directory.toAbsolutePath();
    this.target = target;
    this.remaining = occurrence;
    this.announcement = announcement;
  }

  /**
   * Files that never stand still.
   *
   * @param directory of the database
   */
  static KillFiles counting(Path directory) {
    return new KillFiles(directory, Optional.empty(), 0, () -> {});
  }

  /**
   * Files that stand still at a point.
   *
   * @param directory of the database
   * @param occurrence at the how manieth time, from 1
   * @param announcement called when they stand still
   */
  static KillFiles standingAt(
      Path directory, KillPoint target, int occurrence, Runnable announcement) {
    return new KillFiles(directory, Optional.of(target), occurrence, announcement);
  }

  /** Says what the process is doing from now on. */
  void enter(Phase next) {
    phase = next;
  }

  /** How often each point was reached since the last time this was asked. */
  synchronized Map<KillPoint, Integer> takeCounts() {
    Map<KillPoint, Integer> taken = Map.copyOf(counts);
    counts.clear();
    return taken;
  }

  /** A call with a result. */
  private interface Call<T> {
    T make() throws IOException;
  }

  private <T> T change(Operation operation, Path path, Call<T> call) throws IOException {
    pass(operation, path, Moment.BEFORE);
    T result = call.make();
    pass(operation, path, Moment.AFTER);
    return result;
  }

  private void pass(Operation operation, Path path, Moment moment) {
    if (reached(operation, path, moment)) {
      stand();
    }
  }

  /** Counts; whether this is where to stand still. */
  private synchronized boolean reached(Operation operation, Path path, Moment moment) {
    if (standing) {
      // Others wait at the monitor.
      standForEver();
    }
    KillPoint point = new KillPoint(phase, operation, nameOf(path), moment);
    counts.merge(point, 1, Integer::sum);
    standing = target.isPresent() && target.get().equals(point) && --remaining == 0;
    return standing;
  }

  private void stand() {
    announcement.run();
    standForEver();
  }

  private static void standForEver() {
    while (true) {
      LockSupport.park();
    }
  }

  /** Which kind of file or directory a path names. */
  private String nameOf(Path path) {
    String name = String.valueOf(path.getFileName());
    Path parent = path.getParent();
    if (directory.equals(path)) {
      return "database";
    }
    if (directory.startsWith(path)) {
      return "above";
    }
    if (directory.equals(parent)) {
      for (String suffix : List.of("creating", "dropped")) {
        if (name.endsWith("." + suffix)) {
          return suffix;
        }
      }
      return name.equals("LOCK") ? name : "collection";
    }
    boolean temporary = name.endsWith(TEMPORARY);
    String complete = temporary ? name.substring(0, name.length() - TEMPORARY.length()) : name;
    return FileKind.ofName(complete).map(FileKind::name).orElse("other")
        + (temporary ? TEMPORARY : "");
  }

  @Override
  public FileHandle create(Path file) throws IOException {
    return new Handle(file, change(Operation.CREATE, file, () -> files.create(file)));
  }

  @Override
  public FileHandle openForReading(Path file) throws IOException {
    return new Handle(file, files.openForReading(file));
  }

  @Override
  public boolean exists(Path path) throws IOException {
    return files.exists(path);
  }

  @Override
  public List<String> list(Path listed) throws IOException {
    return files.list(listed);
  }

  @Override
  public boolean isDirectory(Path path) throws IOException {
    return files.isDirectory(path);
  }

  @Override
  public Path realPath(Path path) throws IOException {
    return files.realPath(path);
  }

  @Override
  public void createDirectory(Path made) throws IOException {
    boolean unused =
        change(
            Operation.CREATE_DIRECTORY,
            made,
            () -> {
              files.createDirectory(made);
              return true;
            });
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    boolean unused =
        change(
            Operation.RENAME,
            from,
            () -> {
              files.rename(from, to);
              return true;
            });
  }

  @Override
  public void delete(Path path) throws IOException {
    boolean unused =
        change(
            Operation.DELETE,
            path,
            () -> {
              files.delete(path);
              return true;
            });
  }

  @Override
  public void forceDirectory(Path forced) throws IOException {
    boolean unused =
        change(
            Operation.FORCE_DIRECTORY,
            forced,
            () -> {
              files.forceDirectory(forced);
              return true;
            });
  }

  @Override
  public Closeable lock(Path lockFile) throws IOException {
    return change(Operation.LOCK, lockFile, () -> files.lock(lockFile));
  }

  @Override
  public Closeable lockShared(Path lockFile) throws IOException {
    return files.lockShared(lockFile);
  }

  @Override
  public long randomLong() {
    return files.randomLong();
  }

  /** An open file. */
  private final class Handle implements FileHandle {
    private final Path path;
    private final FileHandle handle;

    Handle(Path path, FileHandle handle) {
      this.path = path;
      this.handle = handle;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      pass(Operation.READ, path, Moment.BEFORE);
      return handle.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      pass(Operation.WRITE, path, Moment.BEFORE);
      if (reached(Operation.WRITE, path, Moment.HALF)) {
        handle.write(source.slice(source.position(), source.remaining() / 2), position);
        stand();
      }
      handle.write(source, position);
      pass(Operation.WRITE, path, Moment.AFTER);
    }

    @Override
    public void force() throws IOException {
      pass(Operation.FORCE, path, Moment.BEFORE);
      handle.force();
      pass(Operation.FORCE, path, Moment.AFTER);
    }

    @Override
    public void truncate(long bytes) throws IOException {
      pass(Operation.TRUNCATE, path, Moment.BEFORE);
      handle.truncate(bytes);
      pass(Operation.TRUNCATE, path, Moment.AFTER);
    }

    @Override
    public long size() throws IOException {
      return handle.size();
    }

    @Override
    public MemorySegment map(long bytes, Arena arena) throws IOException {
      pass(Operation.MAP, path, Moment.BEFORE);
      return handle.map(bytes, arena);
    }

    @Override
    public void close() throws IOException {
      handle.close();
    }
  }
}
