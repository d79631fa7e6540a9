package dev.sagitta;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.FileOperations;
import dev.sagitta.persistence.LogFrame;
import dev.sagitta.persistence.Manifest;
import dev.sagitta.persistence.ManifestStore;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A small database with every kind of file in every state, which tests damage, and what it holds.
 *
 * <p>Collection {@link #PEACE} was closed in peace: sealed extents full and part full, payloads,
 * slot table, links, two manifests, logs. Collection {@link #KILLED} was closed once, and its next
 * process was killed with forced and unforced frames in its last log. Both have updates, deletes
 * and a batch. Every operation changed something, so the number of a state is its sequence.
 */
final class RotStore {
  static final String PEACE = "peace";
  static final String KILLED = "killed";

  /** Eight rows of 64 bytes to an extent of vectors, a dozen records to one of payloads. */
  static final Tuning TUNING = new Tuning(512, 1_024, 4 << 10, 1 << 20, 1 << 10);

  private static final Path DIRECTORY = ModelDatabase.DIRECTORY;

  private final Durability durability;
  private final Map<String, Content> contents = new LinkedHashMap<>();
  private final Map<Path, Role> roles = new TreeMap<>();
  private final SimulatedFiles files;

  /**
   * What a collection went through.
   *
   * @param states by sequence, from the empty one on
   */
  record Content(CollectionConfig config, List<Map<RecordId, VectorRecord>> states) {
    Map<RecordId, VectorRecord> last() {
      return states.getLast();
    }

    /** All ids that ever were there. */
    Set<RecordId> ids() {
      var ids = new TreeSet<RecordId>();
      states.forEach(state -> ids.addAll(state.keySet()));
      return ids;
    }

    VectorRecord record(int id, int version) {
      return ModelRecords.record(
          config.ids(), config.dimension(), id, 100 + 7 * id + version, (id + version) % 8);
    }
  }

  /** What a file is needed for. */
  enum Role {
    LOCK,
    NEWEST_MANIFEST,
    OLDER_MANIFEST,
    VECTORS,
    PAYLOADS,
    SLOTS,
    LINKS,
    /** A log that the newest manifest needs, before the last. */
    LOG,
    /** The last log of a collection. */
    LAST_LOG,
    /** A file or log that only the older manifest needs. */
    OLDER_FILE
  }

  private RotStore(long seed, Durability durability) {
    this.durability = durability;
    var alive = new SimulatedFiles(seed);
    try (VectorDatabase database = open(alive)) {
      Content peace = create(PEACE, 3, Metric.COSINE, IdType.STRING);
      Content killed = create(KILLED, 4, Metric.EUCLIDEAN, IdType.LONG);
      new Writer(database, PEACE, peace).fill(21);
      new Writer(database, KILLED, killed).fill(10);
    }
    try (VectorDatabase database = open(alive)) {
      new Writer(database, PEACE, content(PEACE)).change(21);
      new Writer(database, KILLED, content(KILLED)).change(10);
    }
    VectorDatabase last = open(alive);
    new Writer(last, KILLED, content(KILLED)).endUnforced();
    files = alive.killProcess();
    bury(last);
    findRoles();
  }

  /**
   * The store of a seed, whose ids and salts follow from it, at a durability that forces little.
   */
  static RotStore of(long seed) {
    return new RotStore(seed, Durability.interval(Duration.ofHours(1), Limits.INTERVAL_BYTES_MAX));
  }

  /** The same at another durability. */
  static RotStore of(long seed, Durability durability) {
    return new RotStore(seed, durability);
  }

  /** Opens the database on a file system; threads are cheap, and nothing happens by itself. */
  VectorDatabase open(SimulatedFiles files) {
    return open(files, DIRECTORY);
  }

  /** Opens a database in another directory the same way. */
  VectorDatabase open(FileOperations files, Path directory) {
    var options = DatabaseOptions.builder().durability(durability).linkerThreads(1).build();
    return VectorDatabase.open(directory, options, environment(files));
  }

  private static Environment environment(FileOperations files) {
    return new Environment(files, new VirtualThreads(), System::nanoTime, TUNING);
  }

  /** Salvages what is in the files. */
  SalvageReport salvage(SimulatedFiles files, Path target) {
    return VectorDatabase.salvage(
        DIRECTORY, target, SalvageOptions.defaults(), progress -> {}, environment(files));
  }

  /** Ends the threads of a database whose file system is dead. */
  static void bury(VectorDatabase database) {
    try {
      database.close();
    } catch (SagittaException expected) {
      assert expected.getMessage() != null;
    }
  }

  private Content create(String name, int dimension, Metric metric, IdType ids) {
    var config = CollectionConfig.builder(dimension, metric).m(4).ids(ids).build();
    var content = new Content(config, new ArrayList<>(List.of(Map.of())));
    contents.put(name, content);
    return content;
  }

  /** Writes and remembers. */
  private record Writer(VectorCollection collection, Content content) {
    Writer(VectorDatabase database, String name, Content content) {
      this(database.collection(name, content.config()), content);
    }

    private void next(Consumer<Map<RecordId, VectorRecord>> operation) {
      Map<RecordId, VectorRecord> state = new TreeMap<>(content.last());
      operation.accept(state);
      content.states().add(state);
    }

    void upsert(int id, int version) {
      VectorRecord record = content.record(id, version);
      collection.upsert(record);
      awaitIndexed();
      next(state -> state.put(record.id(), record));
    }

    void delete(int id) {
      RecordId deleted = content.record(id, 0).id();
      assert content.last().containsKey(deleted) : deleted;
      boolean there = collection.delete(deleted);
      assert there : deleted;
      awaitIndexed();
      next(state -> state.remove(deleted));
    }

    void batch(int id) {
      VectorRecord first = content.record(id, 3);
      VectorRecord second = content.record(id + 1, 3);
      RecordId deleted = content.record(id + 2, 0).id();
      collection.apply(new WriteBatch().upsert(first).upsert(second).delete(deleted));
      awaitIndexed();
      next(
          state -> {
            state.put(first.id(), first);
            state.put(second.id(), second);
            state.remove(deleted);
          });
    }

    /** After each write, since links depend on the order of linking. */
    private void awaitIndexed() {
      try {
        collection.awaitIndexed();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    /** Ends with everything in a checkpoint. */
    void fill(int count) {
      for (int id = 0; id < count; id++) {
        upsert(id, 0);
      }
    }

    void change(int count) {
      batch(2);
      for (int id = count; id < count + 3; id++) {
        upsert(id, 1);
      }
      upsert(0, 1);
      delete(count);
    }

    void endUnforced() {
      upsert(20, 0);
      collection.flush();
      upsert(0, 2);
      delete(1);
      collection.flush();
      upsert(21, 0);
      batch(2);
      delete(20);
      upsert(22, 1);
    }
  }

  private void findRoles() {
    try {
      for (Path file : files.files()) {
        roles.put(file, DIRECTORY.equals(file.getParent()) ? Role.LOCK : roleOf(file));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Role roleOf(Path file) throws IOException {
    String name = file.getFileName().toString();
    Path directory = directoryOf(file);
    Manifest newest = newest(directory);
    FileKind kind = FileKind.ofName(name).orElseThrow();
    long number = kind.number(name).orElseThrow();
    boolean listed = newest.files().stream().map(FileEntry::name).anyMatch(name::equals);
    return switch (kind) {
      case MANIFEST -> number == newest.generation() ? Role.NEWEST_MANIFEST : Role.OLDER_MANIFEST;
      case LOG -> {
        boolean last = !files.exists(directory.resolve(kind.fileName(number + 1)));
        yield number < newest.firstLog() ? Role.OLDER_FILE : last ? Role.LAST_LOG : Role.LOG;
      }
      case VECTORS -> listed ? Role.VECTORS : Role.OLDER_FILE;
      case PAYLOADS -> listed ? Role.PAYLOADS : Role.OLDER_FILE;
      case SLOTS -> listed ? Role.SLOTS : Role.OLDER_FILE;
      case LINKS -> listed ? Role.LINKS : Role.OLDER_FILE;
    };
  }

  /** The files as they are; to be copied, not changed. */
  SimulatedFiles files() {
    return files;
  }

  /** All files, and what they are needed for. */
  Map<Path, Role> roles() {
    return roles;
  }

  /** What a file of the store is needed for. */
  Role role(Path file) {
    Role role = roles.get(file);
    if (role == null) {
      throw new IllegalArgumentException(file + " is not one of " + roles.keySet());
    }
    return role;
  }

  /** What the newest manifest in a log's directory says was durable. */
  long manifestDurable(Path log) {
    try {
      return newest(directoryOf(log)).durableSequence();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private Manifest newest(Path directory) throws IOException {
    return new ManifestStore(files, directory).load().manifest();
  }

  private static Path directoryOf(Path file) {
    return DIRECTORY.resolve(file.getName(file.getNameCount() - 2));
  }

  Content content(String collection) {
    Content content = contents.get(collection);
    if (content == null) {
      throw new IllegalArgumentException(collection);
    }
    return content;
  }

  /** Names of the collections. */
  Set<String> names() {
    return contents.keySet();
  }

  byte[] bytes(Path file) {
    try {
      return files.bytes(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The frames of a log. */
  List<LogFrame> frames(Path log) {
    return LogFrame.of(bytes(log));
  }

  /** Bytes of all files. */
  long totalBytes() {
    return roles.keySet().stream().mapToLong(file -> bytes(file).length).sum();
  }
}
