package dev.sagitta.persistence;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The smallest store that uses log, block files and manifest as the engine does: a list of byte
 * strings, one a sequence. Written once, for the crash tests. Not thread-safe.
 */
final class TinyStore implements Closeable {

  static final Path DIRECTORY = Path.of("/collection");
  static final UUID STORE = new UUID(0x1111_2222_3333_4444L, 0x5555_6666_7777_8888L);

  private final FileOperations files;
  private final ManifestStore manifests;
  private final List<byte[]> values = new ArrayList<>();
  private final List<CorruptFileException> damaged;
  private Manifest manifest;
  private LogEnd recovered;
  private @Nullable LogWriter log;

  private TinyStore(FileOperations files, ManifestStore manifests, ManifestStore.Loaded loaded)
      throws IOException {
    this.files = files;
    this.manifests = manifests;
    this.manifest = loaded.manifest();
    this.damaged = loaded.damaged();
    for (FileEntry entry : manifest.files()) {
      readCheckpoint(entry);
    }
    this.recovered =
        LogChain.replay(
            files,
            DIRECTORY,
            STORE,
            manifest.logStart(),
            (sequence, payload) -> {
              if (sequence != values.size() + 1) {
                throw new IllegalStateException(
                    "sequence " + sequence + " behind " + values.size());
              }
              values.add(Payloads.copy(payload));
            });
    if (recovered.lastSequence() != values.size()) {
      throw new IllegalStateException(recovered + " with " + values.size() + " values");
    }
  }

  /** Makes the directory with its first manifest. */
  static void create(FileOperations files) throws IOException {
    files.createDirectory(DIRECTORY);
    files.forceDirectory(Path.of("/"));
    new ManifestStore(files, DIRECTORY)
        .write(manifest(1, 0, List.of(), new LogStart(1, 1, 0, 0, 0)));
  }

  static TinyStore open(FileOperations files) throws IOException {
    var manifests = new ManifestStore(files, DIRECTORY);
    return new TinyStore(files, manifests, manifests.load());
  }

  List<byte[]> values() {
    return List.copyOf(values);
  }

  LogEnd recovered() {
    return recovered;
  }

  Manifest manifest() {
    return manifest;
  }

  /** Why newer manifests were stepped over when the store was opened. */
  List<CorruptFileException> damaged() {
    return damaged;
  }

  /** Appends a value to the log's group. */
  void append(byte[] value) throws IOException {
    writer().append(values.size() + 1, ByteBuffer.wrap(value));
    values.add(value);
  }

  void write() throws IOException {
    writer().write();
  }

  void force() throws IOException {
    writer().force();
  }

  void rotate() throws IOException {
    log = writer().rotate();
  }

  /** Rolls the log, writes all values to a file, and makes a manifest of it. */
  List<String> checkpoint() throws IOException {
    rotate();
    LogWriter current = writer();
    long generation = manifests.nextGeneration();
    FileEntry entry = writeCheckpoint(generation);
    var start =
        new LogStart(
            current.logNumber(),
            values.size() + 1,
            current.logNumber(),
            current.epoch(),
            current.durableSequence());
    commit(manifest(generation, values.size(), List.of(entry), start));
    return manifests.deleteObsolete();
  }

  @Override
  public void close() throws IOException {
    if (log != null) {
      log.close();
    }
  }

  private LogWriter writer() throws IOException {
    if (log == null) {
      log = LogWriter.continueAfter(files, DIRECTORY, STORE, recovered);
      LogStart old = manifest.logStart();
      var start =
          new LogStart(
              old.firstLog(),
              old.firstSequence(),
              log.logNumber(),
              log.epoch(),
              log.durableSequence());
      commit(
          manifest(
              manifests.nextGeneration(), manifest.checkpointSequence(), manifest.files(), start));
    }
    return log;
  }

  private void commit(Manifest next) throws IOException {
    manifests.write(next);
    manifest = next;
  }

  private static Manifest manifest(
      long generation, long checkpointed, List<FileEntry> files, LogStart start) {
    ByteBuffer state = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    return new Manifest(
        generation,
        STORE,
        start.epoch(),
        ByteBuffer.wrap(new byte[] {1, 2, 3}),
        state.putLong(0, checkpointed),
        files,
        start.firstLog(),
        start.firstSequence(),
        start.requiredLog(),
        start.durableSequence());
  }

  private FileEntry writeCheckpoint(long generation) throws IOException {
    String name = FileKind.SLOTS.fileName(generation);
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, DIRECTORY, name, FileKind.SLOTS, STORE)) {
      for (byte[] value : values) {
        ByteBuffer length = ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        writer.write(length.putInt(0, value.length));
        writer.write(ByteBuffer.wrap(value));
      }
      return writer.finish();
    }
  }

  private void readCheckpoint(FileEntry entry) throws IOException {
    try (BlockFileReader reader = BlockFileReader.open(files, DIRECTORY, STORE, entry)) {
      while (reader.remaining() > 0) {
        int bytes = reader.read(Integer.BYTES).getInt();
        values.add(Payloads.copy(reader.read(bytes)));
      }
    }
    if (values.size() != manifest.checkpointSequence()
        || values.size() != manifest.state().getLong()) {
      throw new IllegalStateException(manifest + " with " + values.size() + " values");
    }
  }
}
