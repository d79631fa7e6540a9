package dev.sagitta;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * A small store that is kept byte for byte with the sources: what it holds, and how its files are
 * made. The same bytes come out every time: store id and salts are drawn from a seed, one linker
 * links each record before the next one is written, and the vectors are such that every kernel
 * computes the same distances, without rounding. Nothing here uses random numbers of the JDK, which
 * another JDK may draw otherwise.
 */
enum GoldenStore {
  /** A checkpoint, then updates, deletes and a batch in the log; the process was killed. */
  LONG_EUCLIDEAN(CollectionConfig.builder(4, Metric.EUCLIDEAN).m(4).build()) {
    @Override
    void write(Sessions sessions) {
      sessions.begin(true);
      for (int number = 0; number < 24; number++) {
        sessions.upsert(record(number, 0));
      }
      sessions.upsert(record(5, 1));
      sessions.delete(id(6));
      sessions.checkpoint();
      for (int number = 20; number < 28; number++) {
        sessions.upsert(record(number, 2));
      }
      sessions.delete(id(3));
      sessions.batch(List.of(record(3, 4), record(30, 4), record(31, 4)), List.of(id(21), id(99)));
      sessions.delete(id(30));
      sessions.kill();
    }
  },

  /** Closed in peace twice, so that extents of the first session are still there. */
  STRING_COSINE(
      CollectionConfig.builder(16, Metric.COSINE)
          .ids(IdType.STRING)
          .m(5)
          .efConstruction(40)
          .build()) {
    @Override
    void write(Sessions sessions) {
      sessions.begin(true);
      for (int number = 0; number < 18; number++) {
        sessions.upsert(record(number, 0));
      }
      sessions.close();
      sessions.begin(true);
      sessions.batch(List.of(record(2, 1), record(40, 1)), List.of(id(7)));
      sessions.delete(id(8));
      sessions.close();
    }
  },

  /** Records that were pending at the checkpoint, and others behind it; the process was killed. */
  UUID_DOT_PRODUCT(CollectionConfig.builder(3, Metric.DOT_PRODUCT).ids(IdType.UUID).m(3).build()) {
    @Override
    void write(Sessions sessions) {
      sessions.begin(true);
      for (int number = 0; number < 14; number++) {
        sessions.upsert(record(number, 0));
      }
      sessions.close();
      sessions.begin(false);
      for (int number = 10; number < 20; number++) {
        sessions.upsert(record(number, 1));
      }
      sessions.delete(id(12));
      sessions.checkpoint();
      sessions.upsert(record(13, 2));
      sessions.upsert(record(21, 2));
      sessions.delete(id(1));
      sessions.kill();
    }
  },

  /** Elements that came after 1.0, with a checkpoint and a log. */
  INT8_MANHATTAN(
      CollectionConfig.builder(5, Metric.MANHATTAN).elements(ElementType.INT8).m(4).build()) {
    @Override
    void write(Sessions sessions) {
      writeCheckpointAndLog(sessions);
    }
  },

  /** The same of half-precision numbers. */
  FLOAT16_COSINE(
      CollectionConfig.builder(16, Metric.COSINE).elements(ElementType.FLOAT16).m(4).build()) {
    @Override
    void write(Sessions sessions) {
      writeCheckpointAndLog(sessions);
    }
  },

  /** The same of bits. */
  BINARY_JACCARD(CollectionConfig.builder(24, Metric.JACCARD).m(4).build()) {
    @Override
    void write(Sessions sessions) {
      writeCheckpointAndLog(sessions);
    }
  };

  /** The version of the format that is written today; its files are in a folder of that name. */
  static final String VERSION = "1.0";

  private static final Tuning TINY = new Tuning(1 << 10, 2 << 10, 4 << 10, 1 << 20, 1 << 10);
  private static final Path DATABASE = Path.of("/data");

  private final CollectionConfig config;

  GoldenStore(CollectionConfig config) {
    this.config = config;
  }

  /** What is done to a store, and how its sessions begin and end. */
  interface Sessions {
    /** Opens the store; whether records are linked in this session. */
    void begin(boolean linking);

    void upsert(VectorRecord record);

    void delete(RecordId id);

    void batch(List<VectorRecord> upserts, List<RecordId> deletes);

    void checkpoint();

    void close();

    void kill();
  }

  abstract void write(Sessions sessions);

  final void writeCheckpointAndLog(Sessions sessions) {
    sessions.begin(true);
    for (int number = 0; number < 12; number++) {
      sessions.upsert(record(number, 0));
    }
    sessions.delete(id(6));
    sessions.checkpoint();
    sessions.upsert(record(5, 1));
    sessions.upsert(record(13, 1));
    sessions.delete(id(3));
    sessions.kill();
  }

  CollectionConfig config() {
    return config;
  }

  /** The folder of this store's files, in that of the version. */
  String folder() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The number-th id. */
  final RecordId id(int number) {
    return switch (config.ids()) {
      case LONG -> RecordId.of(number == 0 ? Long.MIN_VALUE : number * 1_000_003L - 9_000_000);
      case STRING -> RecordId.of((number % 2 == 0 ? "číslo \uD83C\uDFF9 " : "n") + number);
      case UUID -> RecordId.of(new UUID(number * 0x9E37_79B9_7F4A_7C15L, ~number));
    };
  }

  /** A version of the number-th record. */
  final VectorRecord record(int number, int version) {
    return new VectorRecord(id(number), value(number + 7 * version), payload(number + version));
  }

  /** The number-th vector, of small integers. */
  final VectorValue value(int number) {
    float[] numbers = vector(number);
    return switch (config.elements()) {
      case FLOAT32 -> VectorValue.float32(numbers);
      case FLOAT16 -> VectorValue.roundedToFloat16(numbers);
      case INT8 -> {
        byte[] elements = new byte[numbers.length];
        for (int i = 0; i < elements.length; i++) {
          elements[i] = (byte) numbers[i];
        }
        yield VectorValue.int8(elements);
      }
      case BINARY -> {
        byte[] bits = new byte[numbers.length / 8];
        for (int i = 0; i < numbers.length; i++) {
          bits[i / 8] |= (byte) ((numbers[i] > 0 ? 1 : 0) << (i % 8));
        }
        yield VectorValue.binary(bits);
      }
    };
  }

  private float[] vector(int number) {
    float[] vector = new float[config.dimension()];
    if (config.metric() == Metric.COSINE) {
      // Four components of one size: the norm is a power of two.
      int step = 1 + 2 * (number % 4);
      for (int i = 0; i < 4; i++) {
        float size = 1 << number % 3;
        vector[(number + i * step) % vector.length] = (number >>> i & 1) == 0 ? size : -size;
      }
    } else {
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (number * 31 + i * 17 + number * i) % 9 - 4;
      }
    }
    for (int i = 0; i < vector.length; i++) {
      if (vector[i] == 0 && (number + i) % 2 == 0) {
        vector[i] = -0.0f;
      }
    }
    return vector;
  }

  /** Has every type of value in some records, and is empty in others. */
  private static Payload payload(int number) {
    Payload.Builder payload = Payload.builder();
    switch (number % 5) {
      case 1 -> payload.put("text", "žluť " + number).put("number", -number * 1_000_000_007L);
      case 2 ->
          payload
              .put("double", Double.longBitsToDouble(0x7FF8_0000_0000_0000L | number))
              .put("zero", -0.0);
      case 3 ->
          payload
              .put("flag", number % 2 == 0)
              .put("instant", Instant.ofEpochSecond(-number, 999_999_999));
      case 4 ->
          payload
              .put("list", List.of("", "a", Integer.toString(number)))
              .put("bytes", new byte[] {-1, 0, (byte) number});
      default -> {}
    }
    return payload.build();
  }

  /** What the store must hold. */
  ModelOracle expected() {
    var oracle = new ModelOracle(config.metric());
    write(
        new Sessions() {
          @Override
          public void begin(boolean linking) {}

          @Override
          public void upsert(VectorRecord record) {
            oracle.put(record);
          }

          @Override
          public void delete(RecordId id) {
            oracle.remove(id);
          }

          @Override
          public void batch(List<VectorRecord> upserts, List<RecordId> deletes) {
            upserts.forEach(oracle::put);
            deletes.forEach(oracle::remove);
          }

          @Override
          public void checkpoint() {}

          @Override
          public void close() {}

          @Override
          public void kill() {}
        });
    return oracle;
  }

  /** Writes the store and gives the files of its collection by name. */
  Map<String, byte[]> files() throws IOException {
    var written = new OnFiles(this);
    write(written);
    Path collection = DATABASE.resolve(folder());
    Map<String, byte[]> files = new TreeMap<>();
    for (String name : written.files.list(collection)) {
      files.put(name, written.files.bytes(collection.resolve(name)));
    }
    return files;
  }

  /** Does everything on a simulated file system. */
  private static final class OnFiles implements Sessions {
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final GoldenStore golden;
    private SimulatedFiles files;
    private Supplier<VectorDatabase> opened =
        () -> {
          throw new IllegalStateException("no session");
        };
    private Runnable openGate = () -> {};
    private boolean linking;

    OnFiles(GoldenStore golden) {
      this.golden = golden;
      files = new SimulatedFiles(golden.folder().hashCode());
    }

    private VectorCollection collection() {
      return opened.get().collection(golden.folder(), golden.config);
    }

    @Override
    public void begin(boolean linking) {
      this.linking = linking;
      GatedThreads threads = GatedThreads.holdingLinkers();
      openGate = threads::open;
      if (linking) {
        openGate.run();
      }
      VectorDatabase database =
          VectorDatabase.open(
              DATABASE,
              DatabaseOptions.builder().linkerThreads(1).durability(Durability.sync()).build(),
              new Environment(files, threads, System::nanoTime, TINY));
      opened = () -> database;
      awaitIndexed();
    }

    /** Before anything else is done, so that the order of linking is that of writing. */
    private void awaitIndexed() {
      try {
        if (linking && !collection().awaitIndexed(PATIENCE)) {
          throw new AssertionError("not indexed in time");
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    public void upsert(VectorRecord record) {
      collection().upsert(record);
      awaitIndexed();
    }

    @Override
    public void delete(RecordId id) {
      collection().delete(id);
    }

    @Override
    public void batch(List<VectorRecord> upserts, List<RecordId> deletes) {
      var batch = new WriteBatch();
      upserts.forEach(batch::upsert);
      deletes.forEach(batch::delete);
      collection().apply(batch);
      awaitIndexed();
    }

    @Override
    public void checkpoint() {
      collection().checkpoint();
    }

    @Override
    public void close() {
      opened.get().close();
    }

    @Override
    public void kill() {
      VectorDatabase killed = opened.get();
      files = files.killProcess();
      openGate.run();
      try {
        killed.close();
      } catch (SagittaException expected) {
        // Closed only so that its threads end: it reaches no file any more.
      }
    }
  }
}
