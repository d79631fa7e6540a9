package dev.sagitta.persistence;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/**
 * The manifests of one collection's directory: writes them, finds the one that counts, and deletes
 * what no manifest needs any more. Not thread-safe: used by one engine thread at a time, which
 * opens or checkpoints the collection, begins its log, or looks at {@link #retained}. Logs may be
 * appended to and rotated meanwhile.
 *
 * <p><b>Why falling back to an older manifest loses nothing.</b> A manifest gets its name only when
 * it and all it lists are durable, so one that does not verify was damaged by the medium, or lost
 * files to it; a crash does not do that. Say generation g is damaged and g' &lt; g verifies.
 *
 * <ol>
 *   <li>{@link #deleteObsolete} deletes nothing that either of the two newest verified manifests
 *       needs whose names are durable for certain, nor a further one that is kept because these
 *       list the same files, or because of damage, and deletes other manifests, durably, before
 *       anything that only they needed. So if g' is there and its files are, then no log from its
 *       first one on was ever deleted.
 *   <li>{@link LogChain} reads from there on, without gap, to the highest log in the directory,
 *       each log up to where its successor's header says it ended. g knew nothing but a checkpoint
 *       of those same frames, and a required log that was durable in the directory before g was. So
 *       the replay from g' reaches at least what g knew, or a log is missing in the middle, and it
 *       is refused.
 *   <li>What g' alone cannot notice is a second loss: that the <i>last</i> logs vanished as well.
 *       If the log before them was rotated, its seal names the missing one, and replay refuses.
 *       Only where its seal names none, because it was closed in peace, or it was left without a
 *       seal, because a process had died there, would the loss of g <i>and</i> of the log begun
 *       after that go unseen.
 * </ol>
 *
 * A manifest of a format too new is not damaged, and is never stepped over: opening is refused. The
 * same goes for I/O errors, except that a manifest that nobody needs any more needs not be readable
 * to be deleted. Nothing of a format that is not read here is ever deleted, because what it needs,
 * and what needs it, is not known.
 */
public final class ManifestStore {

  /** How many verified manifests are kept at least. */
  private static final int KEPT = 2;

  private final FileOperations files;
  private final Path directory;

  /** Highest generation seen or tried, so that no generation is ever used twice. */
  private long highestGeneration;

  /** Generation that this object loaded or wrote last; 0 for none. */
  private long currentGeneration;

  /**
   * Generations that are durable for certain: written here, in full. One that was found, or failed
   * here, may have its name since a force failed; then a power loss leaves those before it only.
   */
  private final Set<Long> durable = new HashSet<>();

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
   * @param manifests those whose own checksums verify, newest first: the newest two, and where
   *     these list the same files, the newest one that does not
   * @param problems why others among and above them do not, newest first: each a {@link
   *     CorruptFileException} or an {@link UnreadableFileException}
   */
  public record Retained(List<Manifest> manifests, List<IOException> problems) {

    public Retained {
      manifests = List.copyOf(manifests);
      problems = List.copyOf(problems);
    }
  }

  /**
   * Reads the manifests whose files are kept. Unlike {@link #load} it does not look whether those
   * files are there, and goes past a manifest that cannot be read. Changes nothing on disk, nor
   * what this object knows.
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
    var problems = new ArrayList<IOException>();
    for (long generation : generations) {
      if (areEnough(manifests)) {
        break;
      }
      try {
        addKept(manifests, read(generation));
      } catch (CorruptFileException | UnreadableFileException e) {
        problems.add(e);
      }
    }
    return new Retained(manifests, problems);
  }

  /**
   * Whether these, the newest, are all that are kept: two generations. The first write after an
   * opening makes a manifest that lists the same files as the one before, so two manifests may be
   * one generation, and then the newest one that lists others is kept too.
   */
  private static boolean areEnough(List<Manifest> kept) {
    return kept.size() >= KEPT && !kept.getFirst().files().equals(kept.getLast().files());
  }

  /** Adds the next older manifest to those that are kept, if it is one of them. */
  private static void addKept(List<Manifest> kept, Manifest next) {
    if (kept.size() < KEPT || !kept.getFirst().files().equals(next.files())) {
      kept.add(next);
    }
  }

  /** The generation that the next manifest must have: above all that were ever seen or tried. */
  public long nextGeneration() {
    return highestGeneration + 1;
  }

  /** Writes a manifest that uses no features of the format; see the other method. */
  public void write(Manifest manifest) throws IOException {
    write(manifest, 0);
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
   * @param incompatibleFeatures those of {@link FormatFeatures} that its configuration uses
   */
  public void write(Manifest manifest, long incompatibleFeatures) throws IOException {
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
        BlockFileWriter.create(
            files,
            directory,
            name,
            FileKind.MANIFEST,
            manifest.storeId(),
            new FileFeatures(incompatibleFeatures, 0))) {
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
    durable.add(currentGeneration);
  }

  /**
   * Finds which files {@link #deleteObsolete} must know to be intact: those that the oldest of the
   * manifests to be kept lists and a manifest before it does without, but links. With that manifest
   * the files and logs go of which a damaged one could be made again. Changes nothing on disk, nor
   * what this object knows.
   *
   * @throws FormatVersionException if any manifest is of a format that is not read here
   * @throws WrongStoreException if a manifest to be kept is of another store
   */
  public ReadBack.Request toReadBack() throws IOException {
    List<Long> generations = generations(files.list(directory));
    List<Manifest> kept = kept(generations);
    return kept.isEmpty()
        ? ReadBack.Request.NOTHING
        : toReadBack(kept.getLast(), before(kept, generations));
  }

  private ReadBack.Request toReadBack(Manifest manifest, List<Long> before) throws IOException {
    var shared = new HashSet<>(manifest.files());
    boolean alone = true;
    for (long generation : before) {
      Optional<Manifest> earlier = earlier(generation);
      if (earlier.isPresent()) {
        shared.retainAll(earlier.get().files());
        alone = false;
      }
    }
    List<FileEntry> brought = List.of();
    if (!alone) {
      // Links are derived, and as large as all else that a checkpoint writes.
      brought =
          manifest.files().stream()
              .filter(entry -> entry.kind() != FileKind.LINKS && !shared.contains(entry))
              .toList();
    }
    return new ReadBack.Request(manifest.generation(), manifest.storeId(), brought);
  }

  /**
   * Deletes what none of the manifests to be kept needs: other manifests, block files, logs, and
   * temporary files that a crash left. Kept are the two newest that this object wrote and that
   * verify, and where these list the same files, the newest one that does not, so that there are
   * two generations. As long as there are not, all others that verify are kept too: they may be
   * needed, or not outlast a power loss. Files whose names this package does not give are never
   * touched. Deletes nothing unless the newest manifest there is the one that this object wrote
   * last, and verifies.
   *
   * <p>If one of {@link #toReadBack} is damaged or cannot be read, what it can be made again from
   * stays: the newest manifest before those that lists none of these, what that needs, and all logs
   * from its first one on.
   *
   * <p>No block file may be in the making, or finished and not yet listed. Logs may be. Block files
   * and logs of a format that is not read here stay, though no manifest needs them, and so do those
   * that cannot be read. Files with a temporary name go whatever is in them: in every format they
   * are what a crash left.
   *
   * @param pinned manifests whose files somebody reads; they were {@link #retained} when that began
   * @param readBack what was found in the files of {@link #toReadBack}; if another manifest counts
   *     since then, nothing is deleted
   * @return names of the files that were deleted; none if this object only loaded the newest
   *     manifest, whose name may be lost then with what it made superfluous
   * @throws FormatVersionException if any manifest is of a format that is not read here; nothing is
   *     deleted, because what it needs is not known
   * @throws WrongStoreException if a manifest to be kept is of another store; nothing is deleted
   * @throws CorruptFileException the damage for which a further manifest is kept, after everything
   *     else was deleted
   * @throws IOException the same, where a file could not be read
   */
  public List<String> deleteObsolete(List<Manifest> pinned, ReadBack readBack) throws IOException {
    List<String> names = files.list(directory);
    List<Long> generations = generations(names);
    durable.retainAll(generations);
    List<Manifest> kept = kept(generations);
    if (kept.isEmpty() || kept.getLast().generation() != readBack.generation()) {
      return List.of();
    }
    var needing = new ArrayList<Manifest>(pinned);
    needing.addAll(kept);
    Optional<IOException> problem = readBack.problem();
    if (problem.isPresent()) {
      without(readBack.failed(), before(kept, generations)).ifPresent(needing::add);
    }
    List<String> deleted = delete(names, new NeededFiles(needing));
    if (problem.isPresent()) {
      throw problem.get();
    }
    return deleted;
  }

  /** As {@link #deleteObsolete(List, ReadBack)}, with everything read back first. */
  List<String> deleteObsolete() throws IOException {
    var readBack = new ReadBack(files, directory);
    readBack.read(toReadBack());
    return deleteObsolete(List.of(), readBack);
  }

  /**
   * The manifests that are kept, newest first; fewer if there are fewer, none if nothing may be
   * deleted.
   */
  private List<Manifest> kept(List<Long> generations) throws IOException {
    var certain = new ArrayList<Manifest>();
    var all = new ArrayList<Manifest>();
    for (long generation : generations) {
      if (areEnough(certain)) {
        // Of which format it is matters all the same.
        var unused = earlier(generation);
        continue;
      }
      try {
        Manifest manifest = readVerified(generation);
        all.add(manifest);
        if (durable.contains(generation)) {
          addKept(certain, manifest);
        }
      } catch (CorruptFileException damaged) {
        // Whoever opens the collection is told of it.
      }
    }
    if (certain.isEmpty()
        || certain.getFirst().generation() != currentGeneration
        || !generations.getFirst().equals(currentGeneration)) {
      return List.of();
    }
    List<Manifest> kept = areEnough(certain) ? certain : all;
    for (Manifest manifest : kept) {
      FileHeader.requireStore(
          path(manifest.generation()), kept.getFirst().storeId(), manifest.storeId());
    }
    return kept;
  }

  /** The generations before those that are kept, newest first. */
  private static List<Long> before(List<Manifest> kept, List<Long> generations) {
    long oldest = kept.getLast().generation();
    return generations.stream().filter(generation -> generation < oldest).toList();
  }

  /**
   * The newest of some manifests that lists none of some files. There is one where an earlier one
   * does without each of them, because a file that a manifest has dropped is never listed again.
   */
  private Optional<Manifest> without(Set<FileEntry> damaged, List<Long> before) throws IOException {
    for (long generation : before) {
      Optional<Manifest> earlier = earlier(generation);
      if (earlier.isPresent() && Collections.disjoint(earlier.get().files(), damaged)) {
        return earlier;
      }
    }
    return Optional.empty();
  }

  /**
   * A manifest before those that are kept, if it can be read and verifies. Of many, one is in
   * memory at a time.
   */
  private Optional<Manifest> earlier(long generation) throws IOException {
    try {
      return Optional.of(readVerified(generation));
    } catch (FormatVersionException newer) {
      throw newer;
    } catch (IOException damagedOrUnreadable) {
      return Optional.empty();
    }
  }

  private List<String> delete(List<String> names, NeededFiles needed) throws IOException {
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

  /**
   * Whether a file is temporary, or of a format that is read here, or too damaged to tell. Not if
   * it cannot be read: then it stays, and is in nobody's way but that of the disk's space.
   */
  private boolean isOfKnownFormat(String name) {
    Optional<FileKind> kind = FileKind.ofName(name);
    if (kind.isEmpty()) {
      return true;
    }
    Path file = directory.resolve(name);
    try (FileHandle handle = files.openForReading(file)) {
      FileHeader.requireKnownFormat(handle, file, kind.get());
      return true;
    } catch (IOException newerOrUnreadable) {
      return false;
    }
  }

  private void deleteAll(List<String> names) throws IOException {
    for (String name : names) {
      files.delete(directory.resolve(name));
    }
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

  /** All generations among these names, newest first; none beyond what a manifest can have. */
  private static List<Long> generations(List<String> names) {
    return names.stream()
        .map(FileKind.MANIFEST::number)
        .filter(OptionalLong::isPresent)
        .map(OptionalLong::getAsLong)
        .filter(generation -> generation <= FileKind.NUMBER_MAX)
        .sorted((a, b) -> Long.compare(b, a))
        .toList();
  }
}
