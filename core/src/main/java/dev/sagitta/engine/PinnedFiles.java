package dev.sagitta.engine;

import dev.sagitta.persistence.BlockFileScan;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.FormatVersionException;
import dev.sagitta.persistence.LogLimit;
import dev.sagitta.persistence.LogScan;
import dev.sagitta.persistence.Manifest;
import dev.sagitta.persistence.ManifestStore;
import dev.sagitta.persistence.NoManifestException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The files of a collection as they are at one moment, to be verified: those that the retained
 * manifests list, and the logs up to what was durable then. No checkpoint deletes them before this
 * is closed. For one thread at a time; its methods do I/O.
 */
final class PinnedFiles implements AutoCloseable {
  private final FileOperations files;
  private final Path directory;
  private final LogLimit limit;
  private final Pins pins;
  private final List<Manifest> manifests;
  private final List<IOException> problems;
  private boolean closed;

  private PinnedFiles(
      FileOperations files,
      Path directory,
      LogLimit limit,
      Pins pins,
      List<Manifest> manifests,
      List<? extends IOException> problems) {
    this.files = files;
    this.directory = directory;
    this.limit = limit;
    this.pins = pins;
    this.manifests = manifests;
    this.problems = List.copyOf(problems);
    pins.add(manifests);
  }

  /** Pins what is there now; nobody may delete files or write a manifest meanwhile. */
  static PinnedFiles pin(FileOperations files, Path directory, LogLimit limit, Pins pins)
      throws IOException {
    try {
      ManifestStore.Retained retained = new ManifestStore(files, directory).retained();
      return new PinnedFiles(
          files, directory, limit, pins, retained.manifests(), retained.problems());
    } catch (NoManifestException | FormatVersionException e) {
      return new PinnedFiles(files, directory, limit, pins, List.of(), List.of(e));
    }
  }

  /** As {@link #pin}, of a collection that is not open: its logs end where they are found to. */
  static PinnedFiles pinUnopened(FileOperations files, Path directory, Pins pins)
      throws IOException {
    long lastLog = 0;
    for (String name : files.list(directory)) {
      lastLog = Math.max(lastLog, FileKind.LOG.number(name).orElse(0));
    }
    return pin(files, directory, new LogLimit(lastLog, Long.MAX_VALUE), pins);
  }

  /** The retained manifests that can be read, newest first. */
  List<Manifest> manifests() {
    return manifests;
  }

  /** Why others cannot be read. */
  List<IOException> problems() {
    return problems;
  }

  /** Opens a file that a manifest lists; that alone checks its length, header and tail. */
  BlockFileScan scan(Manifest manifest, FileEntry entry) throws IOException {
    return BlockFileScan.open(files, directory, manifest.storeId(), entry);
  }

  /** Opens the logs that a manifest needs; that alone checks their headers. */
  LogScan logs(Manifest manifest) throws IOException {
    return LogScan.open(files, directory, manifest.storeId(), manifest.logStart(), limit);
  }

  /** The collection as a manifest has it, for reading. */
  CollectionFiles view(Manifest manifest) {
    return CollectionFiles.view(files, directory, manifest, limit);
  }

  /** Lets checkpoints delete the files. Closing again does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      pins.remove(manifests);
    }
  }
}
