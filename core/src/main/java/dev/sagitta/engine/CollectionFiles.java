package dev.sagitta.engine;

import dev.sagitta.persistence.BlockFileReader;
import dev.sagitta.persistence.BlockFileScan;
import dev.sagitta.persistence.BlockFileWriter;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.DirectoryNotOpenedException;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileFeatures;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.FrameConsumer;
import dev.sagitta.persistence.LogChain;
import dev.sagitta.persistence.LogEnd;
import dev.sagitta.persistence.LogLimit;
import dev.sagitta.persistence.LogNotBegunException;
import dev.sagitta.persistence.LogPosition;
import dev.sagitta.persistence.LogWriter;
import dev.sagitta.persistence.Manifest;
import dev.sagitta.persistence.ManifestStore;
import dev.sagitta.persistence.MappedBlockFile;
import dev.sagitta.persistence.ReadBack;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * The files of one collection: its directory, the manifest that counts, and the names of files to
 * come.
 *
 * <p>The manifest changes at two moments: when the log is opened for the first write (write lane)
 * and at the end of a checkpoint (background thread); both are synchronized here.
 */
final class CollectionFiles {
  private final FileOperations files;
  private final Path directory;
  private final ManifestStore manifests;

  /** Of the background thread. */
  private final ReadBack readBack;

  /** The manifest that counts; replaced under the monitor. */
  private volatile Manifest manifest;

  /** Bytes of the manifest's slot table and links. */
  private volatile long rewrittenBytes;

  /** What deleting spares. */
  private final Pins pins;

  /** How far the log is read. */
  private final LogLimit limit;

  /** Why the newest manifest was stepped over at opening, if it was. */
  private final Optional<String> stepped;

  /** Number of the next file, above all numbers in the directory; guarded by the monitor. */
  private long nextNumber;

  /** What the replay found; set once, before anything is written. */
  private LogEnd recovered;

  private CollectionFiles(
      FileOperations files,
      Path directory,
      Pins pins,
      LogLimit limit,
      ManifestStore manifests,
      Manifest manifest,
      Optional<String> stepped,
      long nextNumber) {
    this.files = files;
    this.directory = directory;
    this.pins = pins;
    this.limit = limit;
    this.manifests = manifests;
    this.readBack = new ReadBack(files, directory);
    this.manifest = manifest;
    this.rewrittenBytes = rewrittenBytes(manifest);
    this.stepped = stepped;
    this.nextNumber = nextNumber;
    LogPosition none = new LogPosition(0, 0, manifest.checkpointSequence(), 0);
    this.recovered = new LogEnd(none, none, manifest.epoch(), false, 0, 0);
  }

  /** Writes the first manifest of a new collection into an empty directory. */
  static void create(FileOperations files, Path directory, StoredConfig config) throws IOException {
    Manifest first =
        new Manifest(
            1,
            new UUID(files.randomLong(), files.randomLong()),
            0,
            ByteBuffer.wrap(config.encode()),
            ByteBuffer.wrap(CheckpointState.EMPTY.encode()),
            List.of(),
            1,
            1,
            0,
            0);
    new ManifestStore(files, directory).write(first, config.incompatibleFeatures());
  }

  /** As {@link #load(FileOperations, Path, Pins)}, where nothing is verified meanwhile. */
  static CollectionFiles load(FileOperations files, Path directory) throws IOException {
    return load(files, directory, new Pins("collection in " + directory));
  }

  /**
   * Finds the manifest that counts. Changes nothing on disk.
   *
   * @param pins what deleting spares
   */
  static CollectionFiles load(FileOperations files, Path directory, Pins pins) throws IOException {
    ManifestStore manifests = new ManifestStore(files, directory);
    ManifestStore.Loaded loaded = manifests.load();
    long nextNumber = 1;
    for (String name : files.list(directory)) {
      Optional<FileKind> kind = FileKind.ofName(name);
      OptionalLong number = kind.isPresent() ? kind.get().number(name) : OptionalLong.empty();
      if (number.orElse(0) <= FileKind.NUMBER_MAX) {
        nextNumber = Math.max(nextNumber, number.orElse(0) + 1);
      }
    }
    return new CollectionFiles(
        files,
        directory,
        pins,
        LogLimit.NONE,
        manifests,
        loaded.manifest(),
        loaded.damaged().stream().map(Throwable::getMessage).findFirst(),
        nextNumber);
  }

  /** A collection as a manifest has it, with its logs up to a limit; for reading only. */
  static CollectionFiles view(
      FileOperations files, Path directory, Manifest manifest, LogLimit limit) {
    return new CollectionFiles(
        files,
        directory,
        new Pins("collection in " + directory),
        limit,
        new ManifestStore(files, directory),
        manifest,
        Optional.empty(),
        1);
  }

  /** Pins what the retained manifests list, and the log up to what is durable now. */
  synchronized PinnedFiles pin(CommitLog log) throws IOException {
    // The newest log after the durable sequence: what is durable is in it or in one before it.
    long sequence = Math.max(log.durableSequence(), recoveredSequence());
    long lastLog =
        Math.max(log.newestLog(), Math.max(manifest.requiredLog(), recovered.lastLogNumber()));
    return PinnedFiles.pin(files, directory, new LogLimit(lastLog, sequence), pins);
  }

  /** The manifests whose files are kept, as they are on disk now. */
  synchronized ManifestStore.Retained retained() throws IOException {
    return manifests.retained();
  }

  /** The configuration that the manifest holds. */
  StoredConfig config() throws CorruptFileException {
    try {
      return StoredConfig.decode(bytes(manifest.configuration()));
    } catch (RuntimeException e) {
      throw corruptManifest("a configuration", e);
    }
  }

  /** The checkpoint that the manifest names. */
  CheckpointState checkpoint() throws CorruptFileException {
    Manifest now = manifest;
    CheckpointState state;
    try {
      state = CheckpointState.decode(bytes(now.state()));
    } catch (RuntimeException e) {
      throw corruptManifest("a checkpoint state", e);
    }
    if (state.sequence() != now.checkpointSequence()) {
      throw corruptManifest(
          "a checkpoint state of sequence " + now.checkpointSequence(),
          new IllegalArgumentException("sequence " + state.sequence()));
    }
    return state;
  }

  private CorruptFileException corruptManifest(String expected, RuntimeException cause) {
    CorruptFileException corrupt =
        new CorruptFileException(manifestPath(), 0, expected, String.valueOf(cause.getMessage()));
    corrupt.initCause(cause);
    return corrupt;
  }

  /** A copy of the bytes that remain in a buffer. */
  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** The checkpoint's files of a kind, in the order in which the manifest lists them. */
  List<FileEntry> entries(FileKind kind) {
    return manifest.files().stream().filter(entry -> entry.kind() == kind).toList();
  }

  /** Why the newest manifest was stepped over at opening, if it was. */
  Optional<String> stepped() {
    return stepped;
  }

  Path directory() {
    return directory;
  }

  /** What all files of this collection carry, and no file of another. */
  UUID storeId() {
    return manifest.storeId();
  }

  /** Path of the manifest that counts, for messages. */
  Path manifestPath() {
    return directory.resolve(FileKind.MANIFEST.fileName(manifest.generation()));
  }

  /** Path of a listed file, for messages. */
  Path path(FileEntry entry) {
    return directory.resolve(entry.name());
  }

  /** Path of the first log behind the checkpoint, for messages. */
  Path firstLogPath() {
    return directory.resolve(FileKind.LOG.fileName(manifest.firstLog()));
  }

  /** Opens a listed file to verify its blocks only. */
  BlockFileScan scan(FileEntry entry) throws IOException {
    return BlockFileScan.open(files, directory, storeId(), entry);
  }

  /** Opens a listed file for verified reading from front to back. */
  BlockFileReader read(FileEntry entry) throws IOException {
    return BlockFileReader.open(files, directory, storeId(), entry);
  }

  /**
   * Refuses a listed file of a format that is not read here; does not ask whether it is damaged.
   */
  void requireKnownFormat(FileEntry entry) throws IOException {
    BlockFileReader.requireKnownFormat(files, directory, entry);
  }

  /** Maps a listed file, or one about to be listed. */
  MappedBlockFile map(FileEntry entry, Arena arena) throws IOException {
    return MappedBlockFile.open(files, directory, storeId(), entry, arena);
  }

  /** Begins a new file, of no features, under a number that no file has. */
  BlockFileWriter create(FileKind kind) throws IOException {
    return create(kind, FileFeatures.NONE);
  }

  /** Begins a new file under a number that no file has. */
  BlockFileWriter create(FileKind kind, FileFeatures features) throws IOException {
    String name;
    synchronized (this) {
      name = kind.fileName(nextNumber++);
    }
    return BlockFileWriter.create(files, directory, name, kind, storeId(), features);
  }

  /** Replays the log after the checkpoint. Once, before anything is written. */
  LogEnd replay(FrameConsumer consumer) throws IOException {
    recovered = LogChain.replay(files, directory, storeId(), manifest.logStart(), limit, consumer);
    return recovered;
  }

  /** Bytes in the logs that were replayed. */
  long recoveredLogBytes() {
    return recovered.totalBytes();
  }

  /** The same without the last one, if that was made again under its number. */
  long recoveredLogBytesBefore(long logNumber) {
    boolean again = logNumber == recovered.lastLogNumber();
    return recovered.totalBytes() - (again ? recovered.endOffset() : 0);
  }

  /** Newest sequence in the replayed logs, or that of the checkpoint if there is none. */
  long recoveredSequence() {
    return recovered.lastSequence();
  }

  /** Newest sequence that the replayed logs prove durable. */
  long recoveredDurableSequence() {
    return recovered.durable().sequence();
  }

  /**
   * Opens the log for the first write: a new one behind those that were replayed, in a new epoch,
   * and a manifest that requires it. Makes names durable first that a process gave which may have
   * died before it could, before anything behind them is acknowledged: the collection's own, and
   * the database's, which a salvage gives last.
   *
   * @throws LogNotBegunException if nothing has happened, so that it may be tried again
   */
  synchronized LogWriter openLog() throws IOException {
    try {
      Path database = directory.getParent();
      if (database != null) {
        DurableNames.forceParent(files, database);
        files.forceDirectory(database);
      }
      // Forced again behind the log's new name; here it shows in time if it cannot be opened.
      files.forceDirectory(directory);
    } catch (DirectoryNotOpenedException e) {
      throw new LogNotBegunException(e);
    }
    LogWriter writer = LogWriter.continueAfter(files, directory, storeId(), recovered);
    try {
      write(
          manifest.state(),
          manifest.files(),
          new Logs(
              manifest.firstLog(),
              manifest.firstSequence(),
              writer.logNumber(),
              writer.epoch(),
              writer.durableSequence()));
      return writer;
    } catch (IOException | RuntimeException | Error e) {
      try {
        writer.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /**
   * Makes a checkpoint count: writes the manifest that lists its files.
   *
   * @param entries all files of the checkpoint, forced and renamed
   * @param firstLog the log that was begun at the checkpoint's sequence
   */
  synchronized void commit(CheckpointState state, List<FileEntry> entries, long firstLog)
      throws IOException {
    write(
        ByteBuffer.wrap(state.encode()),
        entries,
        new Logs(firstLog, state.sequence() + 1, firstLog, manifest.epoch(), state.sequence()));
  }

  /**
   * Deletes what the two newest generations do not need, and no verify. Background thread.
   *
   * <p>What was replaced goes only if what replaced it can be read back. That may be gigabytes, so
   * it is done outside the monitor. If the first write makes a manifest meanwhile, nothing is
   * deleted until the next checkpoint.
   */
  void deleteObsolete() throws IOException {
    readBack.read(toReadBack());
    delete();
  }

  private synchronized ReadBack.Request toReadBack() throws IOException {
    return manifests.toReadBack();
  }

  private synchronized void delete() throws IOException {
    manifests.deleteObsolete(pins.toSpare(), readBack);
  }

  /** What a manifest says of the logs. */
  private record Logs(
      long first, long firstSequence, long required, long epoch, long durableSequence) {}

  private void write(ByteBuffer state, List<FileEntry> entries, Logs logs) throws IOException {
    Manifest next =
        new Manifest(
            manifests.nextGeneration(),
            manifest.storeId(),
            logs.epoch(),
            manifest.configuration(),
            state,
            entries,
            logs.first(),
            logs.firstSequence(),
            logs.required(),
            logs.durableSequence());
    manifests.write(next, config().incompatibleFeatures());
    manifest = next;
    rewrittenBytes = rewrittenBytes(next);
  }

  /** Bytes of the files that the manifest lists. */
  long listedBytes() {
    return manifest.files().stream().mapToLong(FileEntry::bytes).sum();
  }

  /** Bytes of the checkpoint's slot table and links, which every checkpoint writes anew. */
  long rewrittenBytes() {
    return rewrittenBytes;
  }

  private static long rewrittenBytes(Manifest manifest) {
    return manifest.files().stream()
        .filter(entry -> entry.kind() == FileKind.SLOTS || entry.kind() == FileKind.LINKS)
        .mapToLong(FileEntry::bytes)
        .sum();
  }

  /** The last sequence that the checkpoint holds. */
  long checkpointSequence() {
    return manifest.checkpointSequence();
  }
}
