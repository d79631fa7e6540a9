package dev.sagitta;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.FileHandle;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.LogFrame;
import dev.sagitta.persistence.ManifestStore;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A database to be damaged, on the simulated file system, and all that was ever acknowledged in it:
 * two collections, each with two checkpoints and logs of two processes behind them, with updates
 * and deletes in every part. All vectors and payloads ever written are different. Not thread-safe.
 */
final class SalvageStore {
  static final Path SOURCE = ModelDatabase.DIRECTORY;
  static final List<String> NAMES = List.of("a", "b");
  static final CollectionConfig CONFIG =
      CollectionConfig.builder(4, Metric.EUCLIDEAN).m(4).efConstruction(8).build();

  /** What was written to one collection. */
  static final class History {
    /** By sequence - 1: the id and what it was from then on; null after a delete. */
    private final List<Map.Entry<RecordId, List<VectorRecord>>> operations = new ArrayList<>();

    /** The last operation that the newest checkpoint holds. */
    private int stored;

    /** The state after the last operation. */
    Map<RecordId, VectorRecord> last() {
      return after(operations.size());
    }

    /** The state after so many operations. */
    Map<RecordId, VectorRecord> after(int sequence) {
      Map<RecordId, VectorRecord> state = new TreeMap<>();
      for (var operation : operations.subList(0, sequence)) {
        if (operation.getValue().isEmpty()) {
          state.remove(operation.getKey());
        } else {
          state.put(operation.getKey(), operation.getValue().getFirst());
        }
      }
      return state;
    }

    /** The sequence of an id's last operation. */
    long lastSequence(RecordId id) {
      for (int i = operations.size(); i > 0; i--) {
        if (operations.get(i - 1).getKey().equals(id)) {
          return i;
        }
      }
      throw new IllegalArgumentException(id + " was never written");
    }

    /** All ids ever written. */
    Set<RecordId> ids() {
      Set<RecordId> ids = new HashSet<>();
      operations.forEach(operation -> ids.add(operation.getKey()));
      return ids;
    }

    /** Whether a record was once acknowledged as it is. */
    boolean had(VectorRecord record) {
      return operations.stream()
          .flatMap(operation -> operation.getValue().stream())
          .anyMatch(version -> ModelRecords.same(version, record));
    }

    int operations() {
      return operations.size();
    }
  }

  private final Map<String, History> histories = new TreeMap<>();
  private final Tuning tuning;
  private final ModelDatabase database;
  private final int records;
  private int versions;

  /** A store of a size. */
  private SalvageStore(Tuning tuning, int records) {
    this.tuning = tuning;
    this.records = records;
    database = ModelDatabase.simulated(new SimulatedFiles(), Durability.sync(), tuning);
  }

  /** Files of one block each, many of them. */
  static SalvageStore ofSmallFiles() {
    return new SalvageStore(SmallWorkloads.TINY, 24).fill();
  }

  /**
   * Files of several blocks each. The first extent of vectors is full, so that there is one copy of
   * it; what is part full is written anew by each checkpoint, and salvaged from the one before.
   */
  static SalvageStore ofManyBlocks() {
    return new SalvageStore(new Tuning(1 << 17, 1 << 20, 64 << 10, 64 << 20, 8), 2_400).fill();
  }

  private SalvageStore fill() {
    for (String name : NAMES) {
      var unused = database.open().collection(name, CONFIG);
      int count = count(name);
      write(name, 0, count);
      delete(name, 3);
      collection(name).checkpoint();
      write(name, count / 2, count);
      delete(name, 5);
      delete(name, count / 2 + 1);
      collection(name).checkpoint();
      history(name).stored = history(name).operations();
      write(name, count, count / 3);
      write(name, 0, count / 6);
    }
    // The next process begins another log, and copies there what it finds at the end of the last.
    database.kill();
    for (String name : NAMES) {
      int count = count(name);
      delete(name, 7);
      delete(name, count + 1);
      write(name, 7, 1);
      write(name, count / 4, 2);
    }
    return this;
  }

  /** The second collection is there to show that it takes no harm. */
  private int count(String name) {
    return name.equals("a") ? records : Math.min(records, 24);
  }

  private VectorCollection collection(String name) {
    return database.open().collection(name);
  }

  private void write(String name, int firstId, int count) {
    List<VectorRecord> all = new ArrayList<>();
    for (int id = firstId; id < firstId + count; id++) {
      VectorRecord record = record(id, ++versions);
      all.add(record);
      history(name).operations.add(Map.entry(record.id(), List.of(record)));
    }
    long unused = collection(name).upsertAll(all.stream());
  }

  private void delete(String name, int id) {
    if (collection(name).delete(id)) {
      history(name).operations.add(Map.entry(RecordId.of(id), List.of()));
    }
  }

  private static VectorRecord record(int id, int version) {
    float[] vector = {id, version, version * 0.25f + 1, -version - 1};
    Payload payload =
        version % 5 == 0 ? Payload.of("v", version) : Payload.of("v", version, "text", "t" + id);
    return VectorRecord.of(id, vector, payload);
  }

  /** Opens a copy. */
  VectorDatabase open(SimulatedFiles files) {
    return ModelDatabase.simulated(files, Durability.sync(), tuning).open();
  }

  /** What was written to a collection. */
  History history(String name) {
    return histories.computeIfAbsent(name, unused -> new History());
  }

  /** The sequence of the last operation that the newest checkpoint holds. */
  long stored(String name) {
    return history(name).stored;
  }

  /** Ends the process without closing; gives as many copies of what is there as wanted. */
  Copies killed() throws IOException {
    return copies();
  }

  /** Closes in peace; gives as many copies of what is there as wanted. */
  Copies closed() throws IOException {
    database.close();
    return copies();
  }

  private Copies copies() throws IOException {
    SimulatedFiles files = database.files();
    try (FileHandle lock = files.openForWriting(SOURCE.resolve("LOCK"))) {
      lock.force();
    }
    files.forceDirectory(SOURCE);
    // Everything is forced, so every copy is the same.
    SimulatedFiles first = files.crash(1);
    database.bury();
    return new Copies(first);
  }

  /** The files of a store, copied as often as wanted. */
  record Copies(SimulatedFiles first) {
    SimulatedFiles next() {
      return first.crash(1);
    }

    /** All files of a collection. */
    List<Path> files(String collection) throws IOException {
      SimulatedFiles files = next();
      Path directory = SOURCE.resolve(collection);
      return files.list(directory).stream().map(directory::resolve).toList();
    }

    long size(Path file) throws IOException {
      return first.bytes(file).length;
    }

    /**
     * The last operation that is in the newest checkpoint, or in a log in front of a damage. A log
     * counts up to where the next one says that it goes on.
     *
     * @param damaged a log
     * @param from where it is damaged
     */
    int intactBefore(Path damaged, long from) throws IOException {
      Path directory = SOURCE.resolve(damaged.getName(damaged.getNameCount() - 2));
      long sequence = new ManifestStore(next(), directory).load().manifest().checkpointSequence();
      long number = logNumber(damaged);
      for (Path file : files(directory.getName(directory.getNameCount() - 1).toString())) {
        long log = logNumber(file);
        if (log == 0 || log > number) {
          continue;
        }
        Path next = directory.resolve(FileKind.LOG.fileName(log + 1));
        long end = log == number ? from : LogFrame.previousEnd(first.bytes(next));
        for (LogFrame frame : LogFrame.of(first.bytes(file))) {
          sequence = frame.end() <= end ? Math.max(sequence, frame.sequence()) : sequence;
        }
      }
      return (int) sequence;
    }

    /** 0 if it is no log. */
    private static long logNumber(Path file) {
      return FileKind.LOG.number(file.getName(file.getNameCount() - 1).toString()).orElse(0);
    }
  }

  /**
   * Whether some bytes of a file, where it is damaged, are those of a record's vector or payload.
   */
  static boolean holds(byte[] file, int from, int to, VectorRecord record) {
    ByteBuffer vector = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
    for (float component : record.floats()) {
      vector.putFloat(component);
    }
    long id = ((RecordId.OfLong) record.id()).value();
    // A blob: the id behind two lengths, of which the first is 8; then the version, after its key.
    ByteBuffer key = ByteBuffer.allocate(8).putLong(id).flip();
    long version = record.payload().getLong("v").orElseThrow();
    ByteBuffer value = ByteBuffer.allocate(8).putLong(version).flip();
    for (int i = Math.max(0, from - 64); i + 16 <= file.length && i < to; i += 8) {
      if (matches(file, i, vector.array())) {
        return true;
      }
      if (matches(file, i, key.array()) && matches(file, i + 8 + 2 + 4 + 1 + 1, value.array())) {
        return true;
      }
    }
    return false;
  }

  private static boolean matches(byte[] file, int at, byte[] wanted) {
    for (int i = 0; i < wanted.length; i++) {
      if (at + i >= file.length || file[at + i] != wanted[i]) {
        return false;
      }
    }
    return true;
  }
}
