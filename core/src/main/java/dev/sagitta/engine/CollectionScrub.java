package dev.sagitta.engine;

import dev.sagitta.Damage;
import dev.sagitta.Limits;
import dev.sagitta.ScrubStats;
import dev.sagitta.persistence.BlockFileScan;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FormatVersionException;
import dev.sagitta.persistence.ManifestStore;
import dev.sagitta.persistence.UnreadableFileException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The scrub of one collection: reads the retained manifests and all files that they list, block by
 * block and pass after pass, and remembers what is damaged. Pins nothing: a file that a checkpoint
 * deleted meanwhile is passed over.
 *
 * <p>Steps are done by the scrub's thread; {@link #stats} is for everybody.
 */
final class CollectionScrub {
  private static final Logger LOG = System.getLogger("dev.sagitta");

  /** What a step costs at least, so that many small files or failures are no faster than others. */
  static final int STEP_BYTES_MIN = 4_096;

  /** What a failed step costs: at most a block was read. */
  private static final int BLOCK_BYTES = 1 << 16;

  /** Bytes of an entry of a manifest. */
  private static final int LISTED_BYTES = 24;

  /** From the end of a pass to the next, so that a small collection is not read all the time. */
  static final long PASS_PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final String name;
  private final CollectionFiles files;
  private final LongSupplier nanoClock;

  // Of the scrub's thread.
  private final Queue<FileEntry> left = new ArrayDeque<>();
  private final Map<String, Damage> damaged = new LinkedHashMap<>();

  /** Damaged files that a warning was given of. */
  private final Set<String> warned = new HashSet<>();

  private boolean passing;

  /** Whether a pass, or the attempt to begin one, is over. */
  private boolean rested;

  /** Bytes read in the pass. */
  private long bytes;

  private long passesDone;

  /** Whether every file of the pass could be read to its end so far. */
  private boolean whole;

  /** Whether the current file is damaged. */
  private boolean hurt;

  /** Whether a newer library wrote the collection, so that there is nothing to scrub. */
  private boolean refused;

  /** When the last pass, or attempt to begin one, was over. */
  private long restedNanos;

  private @Nullable FileEntry current;
  private @Nullable BlockFileScan scan;

  /** Written by the scrub's thread. */
  private volatile boolean on;

  private volatile long passes;
  private volatile long passBytes;
  private volatile long passBytesTotal;
  private volatile long passEndNanos;
  private volatile List<Damage> damage = List.of();
  private volatile Optional<String> error = Optional.empty();

  CollectionScrub(String name, CollectionFiles files, LongSupplier nanoClock) {
    this.name = name;
    this.files = files;
    this.nanoClock = nanoClock;
  }

  String name() {
    return name;
  }

  /** Says that the collection is scrubbed from now on. */
  void begin() {
    on = true;
  }

  /** Whether a pass is under way, or may begin. */
  boolean due() {
    return !refused
        && (passing || !rested || nanoClock.getAsLong() - restedNanos - PASS_PAUSE_NANOS >= 0);
  }

  /** Whether a pass is under way. */
  boolean passing() {
    return passing;
  }

  /**
   * Reads at most a block.
   *
   * @return what it cost, in bytes read
   */
  int step() {
    try {
      return Math.max(STEP_BYTES_MIN, advance());
    } catch (IOException e) {
      meet(e);
      return BLOCK_BYTES;
    }
  }

  /** Reads at most a block, or what lists or surrounds them; how many bytes, roughly. */
  private int advance() throws IOException {
    if (!passing) {
      return beginPass();
    }
    if (scan != null) {
      return block(scan);
    }
    if (left.isEmpty()) {
      endPass();
      return 0;
    }
    return open(left.remove());
  }

  private int beginPass() throws IOException {
    ManifestStore.Retained retained = retained();
    Set<FileEntry> entries = listed(retained);
    passing = true;
    whole = true;
    count(-bytes);
    left.addAll(entries);
    passBytesTotal = entries.stream().mapToLong(FileEntry::bytes).sum();
    Set<String> names = new HashSet<>();
    entries.forEach(entry -> names.add(entry.name()));
    damaged.keySet().retainAll(names);
    publishDamage();
    for (IOException manifest : retained.problems()) {
      Failures.damage(manifest).ifPresent(found -> note(nameOf(found.file()), found));
    }
    return 2 * LISTED_BYTES * entries.size();
  }

  /** An error if one cannot be read, because then nobody knows what it lists. */
  private ManifestStore.Retained retained() throws IOException {
    ManifestStore.Retained retained = files.retained();
    for (IOException problem : retained.problems()) {
      if (problem instanceof UnreadableFileException) {
        throw problem;
      }
    }
    return retained;
  }

  private static String nameOf(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static Set<FileEntry> listed(ManifestStore.Retained retained) {
    Set<FileEntry> entries = new LinkedHashSet<>();
    retained.manifests().forEach(manifest -> entries.addAll(manifest.files()));
    return entries;
  }

  private void endPass() {
    passing = false;
    rest();
    if (whole) {
      passEndNanos = restedNanos;
      passesDone++;
      passes = passesDone;
    }
  }

  private void rest() {
    rested = true;
    restedNanos = nanoClock.getAsLong();
  }

  private void count(long more) {
    bytes += more;
    passBytes = bytes;
  }

  private int open(FileEntry entry) throws IOException {
    current = entry;
    hurt = false;
    scan = files.scan(entry);
    int tail = (int) (entry.bytes() - scan.bytes());
    count(tail);
    return tail;
  }

  private int block(BlockFileScan open) throws IOException {
    if (!open.hasNext()) {
      closeScan();
      if (!hurt && current != null && damaged.remove(current.name()) != null) {
        publishDamage();
      }
      current = null;
      return 0;
    }
    long before = open.remaining();
    try {
      open.next();
    } catch (CorruptFileException e) {
      // The rest of the file is read all the same, for the pass to be whole.
      if (!hurt) {
        hurt = true;
        noteIfListed(current, e);
      }
    }
    int read = (int) (before - open.remaining());
    count(read);
    return read;
  }

  private void noteIfListed(@Nullable FileEntry entry, IOException met) throws IOException {
    if (entry != null && listed(retained()).contains(entry)) {
      Failures.damage(met).ifPresent(found -> note(entry.name(), found));
    }
  }

  /**
   * Notes damage or an error, and goes on with the next file; not if it is of a newer format, which
   * is no damage, and which no pass can change.
   */
  private void meet(IOException met) {
    FileEntry entry = current;
    current = null;
    try {
      closeScan();
      Optional<Damage> found =
          met instanceof UnreadableFileException ? Optional.empty() : Failures.damage(met);
      if (found.isEmpty()) {
        cutShort(met);
      } else if (entry == null) {
        // Of the manifests.
        note(nameOf(found.get().file()), found.get());
      } else {
        noteIfListed(entry, met);
      }
    } catch (IOException e) {
      cutShort(e);
    }
    if (!passing) {
      rest();
    }
  }

  private void cutShort(IOException met) {
    whole = false;
    error = Optional.of(met.toString());
    if (met instanceof FormatVersionException) {
      refused = true;
      passing = false;
      left.clear();
    }
  }

  private void note(String file, Damage found) {
    if (damaged.size() < Limits.LISTED_MAX || damaged.containsKey(file)) {
      damaged.put(file, found);
      publishDamage();
    }
    if (warned.size() < Limits.LISTED_MAX && warned.add(file)) {
      LOG.log(
          Level.WARNING,
          "collection {0}: damaged file {1} at offset {2}: {3}",
          name,
          found.file(),
          Long.toString(found.offset()),
          found.problem());
    }
  }

  private void publishDamage() {
    damage = List.copyOf(damaged.values());
  }

  private void closeScan() throws IOException {
    BlockFileScan open = scan;
    scan = null;
    if (open != null) {
      open.close();
    }
  }

  /** Notes an error that ended all scrubbing. */
  void fail(Throwable failure) {
    error = Optional.of("scrubbing has ended: " + failure);
  }

  /** Ends scrubbing, on its thread: no file of the collection is open afterwards. */
  void end() {
    try {
      closeScan();
    } catch (IOException e) {
      error = Optional.of(e.toString());
    }
  }

  /** What was read and found; empty where the collection is not scrubbed. */
  Optional<ScrubStats> stats() {
    if (!on) {
      return Optional.empty();
    }
    long completed = passes;
    return Optional.of(
        new ScrubStats(
            completed,
            passBytes,
            passBytesTotal,
            completed == 0
                ? Optional.empty()
                : Optional.of(Duration.ofNanos(nanoClock.getAsLong() - passEndNanos)),
            damage,
            error));
  }
}
