package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * The manifests of one collection's directory: writes them, finds the one that counts, and deletes
 * what no manifest needs any more. Not thread-safe: used by one engine thread at a time, the one
 * that opens or checkpoints the collection. Logs may be appended to and rotated meanwhile.
 *
 * <p><b>Why falling back to an older manifest loses nothing.</b> A manifest gets its name only when
 * it and all it lists are durable, so one that does not verify was damaged by the medium, or lost
 * files to it; a crash does not do that. Say generation g is damaged and g' &lt; g verifies.
 *
 * <ol>
 *   <li>{@link #deleteObsolete} deletes nothing that either of the two newest verified manifests
 *       needs, and deletes older manifests, durably, before anything that only they needed. So if
 *       g' is there and its files are, then no log from its first one on was ever deleted.
 *   <li>{@link LogChain} reads from there on, without gap, to the highest log in the directory,
 *       each log up to where its successor's header says it ended. g knew nothing but a checkpoint
 *       of those same frames, and a required log that was durable in the directory before g was. So
 *       the replay from g' reaches at least what g knew, or a log is missing in the middle, and it
 *       is refused.
 *   <li>What g' alone cannot notice is a second loss: that the <i>last</i> logs vanished as well.
 *       If the log before them was sealed, its seal names the missing one, and replay refuses. Only
 *       if it was not, because a process had died there, and both g and the log begun after that
 *       are lost to the medium, would the loss go unseen.
 * </ol>
 *
 * A manifest of a format too new is not damaged, and is never stepped over: opening is refused. The
 * same goes for I/O errors. Nothing of a format that is not read here is ever deleted, because what
 * it needs, and what needs it, is not known.
 */
public final class ManifestStore {

  /** How many verified manifests are kept. */
  private static final int KEPT = 2;

  private final FileOperations files;
  private final Path directory;

  /** Highest generation seen or tried, so that no generation is ever used twice. */
  private long highestGeneration;

  /** Generation that this object loaded or wrote last; 0 for none. */
  private long currentGeneration;

  /** Files of the last older manifest that {@link #deleteObsolete} has read and verified. */
  private final Set<FileEntry> readBack = new HashSet<>();

  /** For a collection's directory, new or not. Does no I/O. */
  public ManifestStore(FileOperations files, Path directory) {
    this.files = files;
    this.directory = directory;
  }

  /**
   * What {@link #load} found.
   *
   * @param manifest the newest that verifies; it requires of the logs what newer ones do that are
   *     themselves intact, and were stepped over because files that they list are not there
   * @param damaged why newer ones were stepped over, newest first; empty in good times
   */
  public record Loaded(Manifest manifest, List<CorruptFileException> damaged) {

    public Loaded {
      damaged = List.copyOf(damaged);
    }
  }

  /**
   * Finds the newest manifest that verifies: its own checksums, that every file it lists is there
   * with the length it says, and that it was not copied here from another store. Changes nothing on
   * disk.
   *
   * @throws NoManifestException if there is none at all
   * @throws CorruptFileException the newest one's problem, if none verifies; the others' are
   *     suppressed in it
   * @throws FormatVersionException if a newer library wrote a manifest
   */
  public Loaded load() throws IOException {
    List<Long> generations = generations(files.list(directory));
    if (generations.isEmpty()) {
      throw new NoManifestException(directory);
    }
    highestGeneration = Math.max(highestGeneration, generations.getFirst());
    var damaged = new ArrayList<CorruptFileException>();
    Optional<Manifest> newest = Optional.empty();
    for (long generation : generations) {
      try {
        Manifest manifest = read(generation);
        requireOwn(manifest);
        newest = newest.or(() -> Optional.of(manifest));
        requireThere(manifest);
        currentGeneration = generation;
        return new Loaded(manifest.knowing(newest.get()), damaged);
      } catch (CorruptFileException e) {
        damaged.add(e);
      }
    }
    CorruptFileException first = damaged.getFirst();
    damaged.subList(1, damaged.size()).forEach(first::addSuppressed);
    throw first;
  }

  /**
   * What {@link #retained} found.
   *
   * @param manifests the newest whose own checksums verify, at most two, newest first
   * @param damaged why others among and above them do not, newest first
   */
  public record Retained(List<Manifest> manifests, List<CorruptFileException> damaged) {

    public Retained {
      manifests = List.copyOf(manifests);
      damaged = List.copyOf(damaged);
    }
  }

  /**
   * Reads the manifests whose files are kept. Unlike {@link #load} it does not look whether those
   * files are there. Changes nothing on disk, nor what this object knows.
   *
   * @throws NoManifestException if there is none at all
   * @throws FormatVersionException if a newer library wrote a manifest
   */
  public Retained retained() throws IOException {
    List<Long> generations = generations(files.list(directory));
    if (generations.isEmpty()) {
      throw new NoManifestException(directory);
    }
    var manifests = new ArrayList<Manifest>();
    var damaged = new ArrayList<CorruptFileException>();
    for (long generation : generations) {
      try {
        manifests.add(read(generation));
      } catch (CorruptFileException e) {
        damaged.add(e);
      }
      if (manifests.size() == KEPT) {
        break;
      }
    }
    return new Retained(manifests, damaged);
  }

  /** The generation that the next manifest must have: above all that were ever seen or tried. */
  public long nextGeneration() {
    return highestGeneration + 1;
  }

  /**
   * Writes a manifest and makes it the one that counts, then reads it back. All files that it lists
   * and the logs that it requires must have been forced, under their names; the names are made
   * durable here first.
   *
   * <p>After a failure the manifest may or may not count after a restart, so what it lists must
   * stay; the next attempt uses the next generation.
   *
   * @param manifest of generation {@link #nextGeneration()}
   */
  public void write(Manifest manifest) throws IOException {
    if (manifest.generation() != nextGeneration()) {
      throw new IllegalArgumentException(
          "generation of the manifest is "
              + manifest.generation()
              + ", must be "
              + nextGeneration());
    }
    highestGeneration = manifest.generation();
    files.forceDirectory(directory);
    String name = FileKind.MANIFEST.fileName(manifest.generation());
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, directory, name, FileKind.MANIFEST, manifest.storeId())) {
      ManifestCodec.write(manifest, writer);
      writer.finish();
    }
    files.forceDirectory(directory);
    Manifest written = readVerified(manifest.generation());
    if (!written.equals(manifest)) {
      throw new CorruptFileException(
          path(manifest.generation()), FileHeader.BYTES, "the manifest as written", "another");
    }
    currentGeneration = manifest.generation();
  }

  /**
   * Deletes what neither of the two newest manifests that verify needs: other manifests, block
   * files, logs, and temporary files that a crash left. Files whose names this package does not
   * give are never touched. Deletes nothing unless the newest manifest there is the one that this
   * object loaded or wrote last, and verifies.
   *
   * <p>What the older of the two needs and a manifest before it does without is read and verified
   * first, once, but links: with that manifest the files and logs go of which a damaged one could
   * be made again. If one is damaged, all that any manifest needs stays.
   *
   * <p>No block file may be in the making, or finished and not yet listed. Logs may be. Block files
   * and logs of a format that is not read here stay, though no manifest needs them. Files with a
   * temporary name go whatever is in them: in every format they are what a crash left.
   *
   * @return names of the files that were deleted
   * @throws FormatVersionException if any manifest is of a format that is not read here; nothing is
   *     deleted, because what it needs is not known
   * @throws WrongStoreException if the older of the two is of another store; nothing is deleted
   * @throws CorruptFileException the damage for which manifests before the two are kept, after
   *     everything else was deleted
   */
  public List<String> deleteObsolete() throws IOException {
    return deleteObsolete(List.of());
  }

  /**
   * As {@link #deleteObsolete()}, but spares what certain other manifests need.
   *
   * @param pinned manifests whose files somebody reads; they were {@link #retained} when that began
   */
  public List<String> deleteObsolete(List<Manifest> pinned) throws IOException {
    List<String> names = files.list(directory);
    List<Long> generations = generations(names);
    List<Manifest> verified = verifiedManifests(generations);
    if (verified.isEmpty()
        || verified.getFirst().generation() != currentGeneration
        || !generations.getFirst().equals(currentGeneration)) {
      return List.of();
    }
    List<Manifest> kept = verified.subList(0, Math.min(KEPT, verified.size()));
    for (Manifest manifest : kept) {
      FileHeader.requireStore(
          path(manifest.generation()), verified.getFirst().storeId(), manifest.storeId());
    }
    Optional<CorruptFileException> damage =
        damage(kept.getLast(), verified.subList(kept.size(), verified.size()));
    var needing = new ArrayList<>(damage.isPresent() ? verified : kept);
    needing.addAll(pinned);
    List<String> deleted = delete(names, new Needed(needing));
    if (damage.isPresent()) {
      throw damage.get();
    }
    return deleted;
  }

  private List<String> delete(List<String> names, Needed needed) throws IOException {
    var manifests = new ArrayList<String>();
    var others = new ArrayList<String>();
    for (String name : names) {
      if (!needed.isObsolete(name)) {
        continue;
      }
      if (FileKind.MANIFEST.number(name).isPresent()) {
        manifests.add(name);
      } else if (isOfKnownFormat(name)) {
        others.add(name);
      }
    }
    // An older manifest must be gone for good before anything that it alone needs.
    if (!manifests.isEmpty()) {
      deleteAll(manifests);
      files.forceDirectory(directory);
    }
    deleteAll(others);
    manifests.addAll(others);
    return manifests;
  }

  /** Damage to files of a manifest for which one of those before it has others. */
  private Optional<CorruptFileException> damage(Manifest manifest, List<Manifest> before)
      throws IOException {
    var shared = new HashSet<>(manifest.files());
    before.forEach(other -> shared.retainAll(other.files()));
    readBack.retainAll(manifest.files());
    for (FileEntry entry : before.isEmpty() ? List.<FileEntry>of() : manifest.files()) {
      // Links are derived, and as large as all else that a checkpoint writes.
      if (entry.kind() == FileKind.LINKS || shared.contains(entry) || readBack.contains(entry)) {
        continue;
      }
      try (BlockFileReader reader =
          BlockFileReader.open(files, directory, manifest.storeId(), entry)) {
        reader.verifyRest();
      } catch (CorruptFileException e) {
        return Optional.of(e);
      }
      readBack.add(entry);
    }
    return Optional.empty();
  }

  /** Whether a file is temporary, or of a format that is read here, or too damaged to tell. */
  private boolean isOfKnownFormat(String name) throws IOException {
    Optional<FileKind> kind = FileKind.ofName(name);
    if (kind.isEmpty()) {
      return true;
    }
    Path file = directory.resolve(name);
    try (FileHandle handle = files.openForReading(file)) {
      FileHeader.requireKnownFormat(handle, file, kind.get());
      return true;
    } catch (FormatVersionException e) {
      return false;
    }
  }

  private void deleteAll(List<String> names) throws IOException {
    for (String name : names) {
      files.delete(directory.resolve(name));
    }
  }

  /** Those that verify, newest first. */
  private List<Manifest> verifiedManifests(List<Long> generations) throws IOException {
    var verified = new ArrayList<Manifest>();
    for (long generation : generations) {
      try {
        verified.add(readVerified(generation));
      } catch (CorruptFileException damaged) {
        // Whoever opens the collection is told of it.
      }
    }
    return verified;
  }

  private Manifest read(long generation) throws IOException {
    Path file = path(generation);
    try (BlockFileReader reader = BlockFileReader.openUnlisted(files, file, FileKind.MANIFEST)) {
      return ManifestCodec.read(reader, file, generation);
    }
  }

  private Manifest readVerified(long generation) throws IOException {
    Manifest manifest = read(generation);
    requireThere(manifest);
    return manifest;
  }

  private void requireThere(Manifest manifest) throws IOException {
    for (FileEntry entry : manifest.files()) {
      requireThere(entry);
    }
  }

  /**
   * Refuses a manifest if files it needs say which store they are of, and none says its. One that
   * is of its store is enough, and where all is well the first one is.
   */
  private void requireOwn(Manifest manifest) throws IOException {
    Optional<UUID> other = Optional.empty();
    for (FileEntry entry : manifest.files()) {
      Optional<UUID> store = storeOf(entry.name(), entry.kind());
      if (store.equals(Optional.of(manifest.storeId()))) {
        return;
      }
      other = other.or(() -> store);
    }
    if (manifest.requiredLog() > 0) {
      Optional<UUID> store = storeOf(FileKind.LOG.fileName(manifest.requiredLog()), FileKind.LOG);
      if (store.equals(Optional.of(manifest.storeId()))) {
        return;
      }
      other = other.or(() -> store);
    }
    if (other.isPresent()) {
      throw new CorruptFileException(
          path(manifest.generation()),
          FileHeader.STORE_HIGH_OFFSET,
          "store " + other.get() + ", as in the files it needs",
          "store " + manifest.storeId());
    }
  }

  /** The store that a file's header names, if it has one that is intact. */
  private Optional<UUID> storeOf(String name, FileKind kind) throws IOException {
    Path file = directory.resolve(name);
    try (FileHandle handle = files.openForReading(file)) {
      return Optional.of(FileHeader.read(handle, file, kind));
    } catch (NoSuchFileException | CorruptFileException | FormatVersionException unknown) {
      // Told when the file is opened to be used.
      return Optional.empty();
    }
  }

  private void requireThere(FileEntry entry) throws IOException {
    Path file = directory.resolve(entry.name());
    long size;
    try (FileHandle handle = files.openForReading(file)) {
      size = handle.size();
    } catch (NoSuchFileException e) {
      var missing =
          new CorruptFileException(file, 0, entry.bytes() + " bytes, listed", "no such file");
      missing.initCause(e);
      throw missing;
    }
    if (size != entry.bytes()) {
      throw new CorruptFileException(
          file, Math.min(size, entry.bytes()), entry.bytes() + " bytes, listed", size + " bytes");
    }
  }

  private Path path(long generation) {
    return directory.resolve(FileKind.MANIFEST.fileName(generation));
  }

  /** All generations among these names, newest first. */
  private static List<Long> generations(List<String> names) {
    return names.stream()
        .map(FileKind.MANIFEST::number)
        .filter(OptionalLong::isPresent)
        .map(OptionalLong::getAsLong)
        .sorted((a, b) -> Long.compare(b, a))
        .toList();
  }

  /** What the kept manifests need, among the names of a directory. */
  private static final class Needed {

    private final Set<String> names = new HashSet<>();
    private long firstLog = Long.MAX_VALUE;
    private long requiredLog;

    Needed(List<Manifest> kept) {
      for (Manifest manifest : kept) {
        names.add(FileKind.MANIFEST.fileName(manifest.generation()));
        manifest.files().forEach(entry -> names.add(entry.name()));
        firstLog = Math.min(firstLog, manifest.firstLog());
        requiredLog = Math.max(requiredLog, manifest.requiredLog());
      }
    }

    boolean isObsolete(String name) {
      if (name.endsWith(FileKind.TEMPORARY_SUFFIX)) {
        return isLeftover(name.substring(0, name.length() - FileKind.TEMPORARY_SUFFIX.length()));
      }
      OptionalLong log = FileKind.LOG.number(name);
      if (log.isPresent()) {
        return log.getAsLong() < firstLog;
      }
      return FileKind.ofName(name).isPresent() && !names.contains(name);
    }

    /** A log above the required one may be in the making this moment, by the write lane. */
    private boolean isLeftover(String name) {
      OptionalLong log = FileKind.LOG.number(name);
      return log.isPresent() ? log.getAsLong() <= requiredLog : FileKind.ofName(name).isPresent();
    }
  }
}
