package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * A file system in memory that forgets what was not forced, as a machine does when its power fails.
 * Thread-safe: one lock, its own monitor.
 *
 * <p>Calls see and change the <em>live</em> plane. The <em>durable</em> plane is what the medium
 * holds for certain; content gets there by {@link FileHandle#force}, names by {@link
 * #forceDirectory}. {@link #crash} gives the machine after a power loss: everything forced, and of
 * the rest what a seed decides.
 *
 * <ul>
 *   <li>Each directory's unforced changes survive up to some point of their order, or each on its
 *       own. A renaming is one change: a node is never lost by it and never has two names.
 *   <li>Each unforced 512-byte sector is new, old, or torn: a part new, the rest old. Where the
 *       file grew, old means zeros or, now and then, content of a file deleted earlier. {@link
 *       #crashWithNoise} knows noise besides, in the place of what is new.
 *   <li>The length is the old one, the new one or one in between, whatever became of the sectors.
 * </ul>
 *
 * <p>{@link #killProcess} gives the machine after a kill -9: the live plane is whole, and what was
 * not forced is still not durable. Either way the old object is dead: threads that still use it get
 * {@link SimulatedCrash} and reach nothing of the new one. Locks are gone.
 *
 * <p>A workload is crashed at every step thus:
 *
 * <pre>{@code
 * for (long step = 1; step <= stepsOfAFullRun; step++) {
 *   var files = new SimulatedFiles();
 *   files.crashAtStep(step);
 *   assertThrows(SimulatedCrash.class, () -> workload(files));
 *   for (long seed = 0; seed < 20; seed++) {
 *     verify(files.crash(seed));
 *   }
 * }
 * }</pre>
 *
 * <p>Relative paths start at the root, which is empty at first and always durable. Error types are
 * those of {@link NioFiles}. Files stay below 2 GiB.
 */
public final class SimulatedFiles implements FileOperations {

  private static final Interceptor LET_THROUGH = call -> Optional.empty();

  // All fields are guarded by this object's monitor.
  private final SimulatedTree tree;

  /** What {@link #randomLong} draws from: the same for the same history of crashes. */
  private final SplittableRandom random;

  /** Who holds the lock on a file: a token of each holder's own. */
  private final Map<SimulatedNode, Object> holders = new HashMap<>();

  private Interceptor interceptor = LET_THROUGH;
  private boolean alive = true;
  private boolean handedOver;
  private long steps;
  private long crashStep = -1;
  private double crashFraction;

  /** An empty file system. */
  public SimulatedFiles() {
    this(0);
  }

  /** An empty file system whose random numbers, hence store ids and salts, are those of a seed. */
  public SimulatedFiles(long seed) {
    this(new SimulatedTree(), new SplittableRandom(seed));
  }

  private SimulatedFiles(SimulatedTree tree, SplittableRandom random) {
    this.tree = tree;
    this.random = random;
  }

  // Crashing

  /**
   * Cuts the power: kills this object and returns the machine as it starts again, where all that is
   * left is durable. May be called again, also with other seeds for other outcomes of the same
   * crash.
   */
  public SimulatedFiles crash(long seed) {
    return crash(seed, false);
  }

  /** As {@link #crash}, but what was being written may have become noise. */
  public SimulatedFiles crashWithNoise(long seed) {
    return crash(seed, true);
  }

  private synchronized SimulatedFiles crash(long seed, boolean noise) {
    requireState();
    alive = false;
    var fates = new SplittableRandom(seed);
    SimulatedTree survivor = tree.survive(fates, noise);
    return new SimulatedFiles(survivor, fates.split());
  }

  /**
   * Kills the process: kills this object and returns the same machine for the next process. The
   * state moves there, so that this object cannot be asked for it again.
   */
  public synchronized SimulatedFiles killProcess() {
    requireState();
    alive = false;
    handedOver = true;
    return new SimulatedFiles(tree, random);
  }

  /** Mutating calls made so far, failed ones too; see {@link IoCall.Operation#mutating}. */
  public synchronized long ioSteps() {
    return steps;
  }

  /** Like {@link #crashAtStep(long, double)} with nothing written by the call that crashes. */
  public void crashAtStep(long step) {
    crashAtStep(step, 0);
  }

  /**
   * Makes the call that brings {@link #ioSteps} to {@code step}, and all calls after it, throw
   * {@link SimulatedCrash}. What became of the machine is then up to {@link #crash} or {@link
   * #killProcess}.
   *
   * @param step from 1, counted since this object was made, and not reached yet
   * @param appliedFraction if that call is a write, how much of it reaches the live plane: 0 to 1
   */
  public synchronized void crashAtStep(long step, double appliedFraction) {
    if (step <= steps) {
      throw new IllegalArgumentException("step " + step + " is past, now at " + steps);
    }
    if (!(appliedFraction >= 0 && appliedFraction <= 1)) {
      throw new IllegalArgumentException("fraction " + appliedFraction + ", allowed 0 to 1");
    }
    crashStep = step;
    crashFraction = appliedFraction;
  }

  /** Asks the interceptor before every call from now on, in place of any earlier one. */
  public synchronized void intercept(Interceptor next) {
    interceptor = next;
  }

  /** Fails the next call that matches, once, in place of any earlier interceptor. */
  public synchronized void failNext(Predicate<IoCall> which, IOException error) {
    interceptor =
        call -> {
          if (!which.test(call)) {
            return Optional.empty();
          }
          interceptor = LET_THROUGH;
          return Optional.of(Interceptor.Fault.of(error));
        };
  }

  // Looking from outside: no step, no interceptor, also after a crash

  /** A copy of a file's live content. */
  public synchronized byte[] bytes(Path file) throws IOException {
    requireState();
    return tree.file(file).bytes();
  }

  /** SHA-256, in hex, of all live names and contents. */
  public synchronized String digest() {
    requireState();
    return tree.digest();
  }

  /** Inverts one bit of a file, in both planes: decay of the medium, not a write. */
  public synchronized void flipBit(Path file, long bitOffset) throws IOException {
    requireState();
    SimulatedFile node = tree.file(file);
    if (bitOffset < 0 || bitOffset / Byte.SIZE >= node.size()) {
      throw new IllegalArgumentException(
          "bit " + bitOffset + " of " + file + ", allowed below " + 8L * node.size());
    }
    node.flipBit(bitOffset);
  }

  /**
   * The same machine once more, both planes as they are now and nobody holding a lock, to try on it
   * what is to leave this one alone.
   *
   * @param seed of the copy's random numbers
   */
  public synchronized SimulatedFiles copy(long seed) {
    requireState();
    return new SimulatedFiles(tree.copy(), new SplittableRandom(seed));
  }

  /** Paths of all files, sorted by directory. */
  public synchronized List<Path> files() {
    requireState();
    return tree.files();
  }

  // Decay of the medium: in both planes, no step

  /** Gives a file other content, of any length. */
  public synchronized void decay(Path file, byte[] content) throws IOException {
    requireState();
    tree.file(file).decay(content);
  }

  /** Loses a file. */
  public synchronized void decayToNothing(Path file) throws IOException {
    requireState();
    tree.decay(file, null);
  }

  /** Puts an empty directory in the place of a file. */
  public synchronized void decayToDirectory(Path file) throws IOException {
    requireState();
    tree.decay(file, new SimulatedDirectory());
  }

  /** Puts a file where none is, or something else; as undoing a decay does. */
  public synchronized void decayToFile(Path file, byte[] content) throws IOException {
    requireState();
    var node = new SimulatedFile();
    node.decay(content);
    tree.decay(file, node);
  }

  // FileOperations

  @Override
  public synchronized FileHandle create(Path file) throws IOException {
    Optional<IOException> late = enterNames(IoCall.Operation.CREATE, file);
    tree.requireFree(file);
    var node = new SimulatedFile();
    tree.put(file, node);
    throwIfPresent(late);
    return new SimulatedHandle(this, node, file, true);
  }

  @Override
  public synchronized FileHandle openForReading(Path file) throws IOException {
    enter(IoCall.Operation.OPEN, file, 0);
    return new SimulatedHandle(this, tree.file(file), file, false);
  }

  /** Opens an existing file to be changed, which the library never does. */
  public synchronized FileHandle openForWriting(Path file) throws IOException {
    enter(IoCall.Operation.OPEN, file, 0);
    return new SimulatedHandle(this, tree.file(file), file, true);
  }

  @Override
  public synchronized boolean exists(Path path) throws IOException {
    enter(IoCall.Operation.EXISTS, path, 0);
    return tree.find(path) != null;
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    enter(IoCall.Operation.LIST, directory, 0);
    return tree.directory(directory).names();
  }

  @Override
  public synchronized boolean isDirectory(Path path) throws IOException {
    enter(IoCall.Operation.EXISTS, path, 0);
    return tree.find(path) instanceof SimulatedDirectory;
  }

  /** There are no links. */
  @Override
  public Path realPath(Path path) {
    return path.toAbsolutePath().normalize();
  }

  @Override
  public synchronized void createDirectory(Path directory) throws IOException {
    Optional<IOException> late = enterNames(IoCall.Operation.CREATE_DIRECTORY, directory);
    tree.requireFree(directory);
    tree.put(directory, new SimulatedDirectory());
    throwIfPresent(late);
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    Optional<IOException> late = enterNames(IoCall.Operation.RENAME, from);
    if (!SimulatedTree.sameDirectory(from, to)) {
      throw new IllegalArgumentException("rename leaves the directory: from " + from + " to " + to);
    }
    SimulatedNode node = tree.require(from);
    SimulatedNode target = tree.find(to);
    if (target instanceof SimulatedDirectory) {
      throw new FileAlreadyExistsException(from.toString(), to.toString(), "target is a directory");
    }
    if (target != null && node instanceof SimulatedDirectory) {
      throw new NotDirectoryException(to.toString());
    }
    tree.put(to, node);
    throwIfPresent(late);
  }

  @Override
  public synchronized void delete(Path path) throws IOException {
    Optional<IOException> late = enterNames(IoCall.Operation.DELETE, path);
    SimulatedNode node = tree.node(path);
    if (node instanceof SimulatedDirectory directory && !directory.isEmpty()) {
      throw new DirectoryNotEmptyException(path.toString());
    }
    tree.remove(path);
    throwIfPresent(late);
  }

  @Override
  public synchronized void forceDirectory(Path directory) throws IOException {
    Optional<Interceptor.Fault> fault = faultOf(IoCall.Operation.FORCE_DIRECTORY, directory, 0);
    tree.require(directory);
    SimulatedDirectory forced = tree.directory(directory);
    if (fault.isPresent()) {
      if (alive && !(fault.get().error() instanceof DirectoryNotOpenedException)) {
        forced.failForce();
      }
      throw fault.get().error();
    }
    forced.force();
  }

  @Override
  public synchronized Closeable lock(Path lockFile) throws IOException {
    enter(IoCall.Operation.LOCK, lockFile, 0);
    if (tree.find(lockFile) == null) {
      tree.put(lockFile, new SimulatedFile());
    }
    SimulatedFile node = tree.file(lockFile);
    Closeable held = hold(lockFile, node);
    var pid = ProcessHandle.current().pid() + "\n";
    byte[] text = pid.getBytes(StandardCharsets.US_ASCII);
    node.truncate(0);
    node.write(ByteBuffer.wrap(text), 0, text.length);
    return held;
  }

  @Override
  public synchronized Closeable lockShared(Path lockFile) throws IOException {
    enter(IoCall.Operation.LOCK, lockFile, 0);
    return hold(lockFile, tree.file(lockFile));
  }

  private Closeable hold(Path lockFile, SimulatedFile node) throws LockHeldException {
    var holder = new Object();
    if (holders.putIfAbsent(node, holder) != null) {
      throw LockHeldException.byThisProcess(lockFile);
    }
    return () -> unlock(node, holder);
  }

  @Override
  public synchronized long randomLong() {
    return random.nextLong();
  }

  private synchronized void unlock(SimulatedNode node, Object holder) {
    holders.remove(node, holder);
  }

  // For handles, under the monitor

  /** Whether no crash has happened yet. */
  synchronized boolean alive() {
    return alive;
  }

  /** As {@link #enter}; gives the error to throw once the change is made, if there is one. */
  private Optional<IOException> enterNames(IoCall.Operation operation, Path path)
      throws IOException {
    Optional<Interceptor.Fault> fault = faultOf(operation, path, 0);
    if (fault.isPresent() && fault.get().aftermath() == Interceptor.Aftermath.NOTHING) {
      throw fault.get().error();
    }
    return fault.map(Interceptor.Fault::error);
  }

  private static void throwIfPresent(Optional<IOException> late) throws IOException {
    if (late.isPresent()) {
      throw late.get();
    }
  }

  /** Counts a call and throws what is to make it fail. */
  synchronized void enter(IoCall.Operation operation, Path path, int bytes) throws IOException {
    Optional<Interceptor.Fault> fault = faultOf(operation, path, bytes);
    if (fault.isPresent()) {
      throw fault.get().error();
    }
  }

  /** Counts a call and says what is to make it fail. */
  synchronized Optional<Interceptor.Fault> faultOf(IoCall.Operation operation, Path path, int bytes)
      throws SimulatedCrash {
    if (!alive) {
      throw new SimulatedCrash();
    }
    if (operation.mutating() && ++steps == crashStep) {
      alive = false;
      return Optional.of(
          new Interceptor.Fault(
              new SimulatedCrash(), (int) (bytes * crashFraction), Interceptor.Aftermath.NOTHING));
    }
    return interceptor.before(new IoCall(operation, path, steps, bytes));
  }

  private void requireState() {
    if (handedOver) {
      throw new IllegalStateException("killProcess() moved the state to the object it returned");
    }
  }
}
