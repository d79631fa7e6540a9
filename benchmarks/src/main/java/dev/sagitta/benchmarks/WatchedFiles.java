package dev.sagitta.benchmarks;

import dev.sagitta.persistence.FileHandle;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.NioFiles;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The real file system, with a clock at what a write lane does to roll its log: it forces the old
 * log, makes the next one, and seals and closes the old one; and at how long the checkpoint takes
 * for which that is done. Thread-safe.
 */
final class WatchedFiles implements FileOperations {
  /**
   * One rolling of a log.
   *
   * @param force time to force what the old log held
   * @param create time to make the next log
   * @param seal time to seal the old log
   */
  record Roll(long force, long create, long seal) {
    long nanos() {
      return force + create + seal;
    }
  }

  /**
   * One checkpoint, in readings of the clock.
   *
   * @param begun when rolling the log began
   * @param counted when its manifest had its name
   * @param tidied when the last file was read back, or deleted, after that
   */
  record Checkpoint(long begun, long counted, long tidied) {}

  private final NioFiles files = new NioFiles();
  private final String lane;
  private final String background;
  private final List<Roll> rolls = new CopyOnWriteArrayList<>();
  private final List<Checkpoint> checkpoints = new CopyOnWriteArrayList<>();

  // Readings of the clock, of the lane.
  private long forceBegun;
  private long createBegun;
  private long sealBegun;

  /** When the checkpoint under way began, 0 if none is; the lane sets it, the other clears it. */
  private volatile long checkpointBegun;

  /**
   * Watches.
   *
   * @param collection whose lane and background thread they are
   */
  WatchedFiles(String collection) {
    this.lane = "sagitta-" + collection + "-writer";
    this.background = "sagitta-" + collection + "-background";
  }

  /** What was seen so far. */
  List<Roll> rolls() {
    return rolls;
  }

  /**
   * The checkpoints that counted so far.
   *
   * @throws IllegalStateException if one failed
   */
  List<Checkpoint> checkpoints() {
    if (checkpoints.size() != rolls.size()) {
      throw new IllegalStateException(
          "of %d checkpoints %d counted".formatted(rolls.size(), checkpoints.size()));
    }
    return checkpoints;
  }

  private boolean onLane() {
    return Thread.currentThread().getName().equals(lane);
  }

  private boolean inBackground() {
    return Thread.currentThread().getName().equals(background);
  }

  /** Notes that a file was read or deleted: behind a checkpoint that counts that is tidying up. */
  private void noteTidying() {
    if (inBackground() && checkpointBegun == 0 && !checkpoints.isEmpty()) {
      Checkpoint last = checkpoints.removeLast();
      checkpoints.add(new Checkpoint(last.begun(), last.counted(), System.nanoTime()));
    }
  }

  @Override
  public FileHandle create(Path file) throws IOException {
    return new Handle(files.create(file));
  }

  @Override
  public FileHandle openForReading(Path file) throws IOException {
    return files.openForReading(file);
  }

  @Override
  public boolean exists(Path path) throws IOException {
    if (onLane() && FileKind.LOG.number(path.getFileName().toString()).isPresent()) {
      createBegun = System.nanoTime();
    }
    return files.exists(path);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    return files.list(directory);
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
  public void createDirectory(Path directory) throws IOException {
    files.createDirectory(directory);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    files.rename(from, to);
    if (inBackground() && FileKind.MANIFEST.number(to.getFileName().toString()).isPresent()) {
      long now = System.nanoTime();
      checkpoints.add(new Checkpoint(checkpointBegun, now, now));
      checkpointBegun = 0;
    }
  }

  @Override
  public void delete(Path path) throws IOException {
    files.delete(path);
    noteTidying();
  }

  @Override
  public void forceDirectory(Path directory) throws IOException {
    files.forceDirectory(directory);
    if (onLane()) {
      sealBegun = System.nanoTime();
    }
  }

  @Override
  public Closeable lock(Path lockFile) throws IOException {
    return files.lock(lockFile);
  }

  @Override
  public Closeable lockShared(Path lockFile) throws IOException {
    return files.lockShared(lockFile);
  }

  @Override
  public long randomLong() {
    return files.randomLong();
  }

  /** A file that may be the lane's log. */
  private final class Handle implements FileHandle {
    private final FileHandle handle;

    Handle(FileHandle handle) {
      this.handle = handle;
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      int bytes = handle.read(target, position);
      noteTidying();
      return bytes;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      handle.write(source, position);
    }

    @Override
    public void force() throws IOException {
      if (onLane() && createBegun == 0) {
        forceBegun = System.nanoTime();
      }
      handle.force();
    }

    @Override
    public void truncate(long bytes) throws IOException {
      handle.truncate(bytes);
    }

    @Override
    public long size() throws IOException {
      return handle.size();
    }

    @Override
    public MemorySegment map(long bytes, Arena arena) throws IOException {
      return handle.map(bytes, arena);
    }

    @Override
    public void close() throws IOException {
      handle.close();
      if (onLane()) {
        // The first log has none before it.
        if (createBegun != 0 && forceBegun != 0) {
          rolls.add(
              new Roll(
                  createBegun - forceBegun,
                  sealBegun - createBegun,
                  System.nanoTime() - sealBegun));
          checkpointBegun = forceBegun;
        }
        createBegun = 0;
        forceBegun = 0;
      }
    }
  }
}
