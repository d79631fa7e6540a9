package dev.sagitta;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.persistence.ForgedFiles;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Spliterator;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * A program that forges files of a small store: bits flipped and numbers replaced, and all
 * checksums made right, so that only the checks behind them are left. What is read may then be
 * anything, but every call ends with a value or a typed error, and what can be read as a whole adds
 * up. It is run with a small heap, since forged lengths must not be allocated for.
 *
 * <p>Some of the stores are salvaged first: whatever they hold, that gives a target in which
 * nothing is damaged.
 *
 * <p>Arguments: the seed; each how many-th bit is flipped; each how many-th number is replaced.
 * Prints what failed, one line each, then a report. That too little was tried, or never with some
 * outcome, is a failure too.
 */
final class RotForgery {
  private static final long PATIENCE_SECONDS = 120;
  private static final int K = 4;
  private static final int FAILURES_MAX = 20;
  private static final int FRAMES_SHOWN = 6;
  private static final int SALVAGED_EVERY = 4;
  private static final Path SALVAGED = Path.of("/salvaged");
  private static final String WHOLE = "whole";
  private static final String PARTLY = "partly readable";
  private static final String REFUSED = "refused";

  private final RotStore store;
  private final SplittableRandom random;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private final Map<String, Integer> counts = new TreeMap<>();

  /** One of each kind, by where it came from. */
  private final Map<String, String> failures = new TreeMap<>();

  private int trials;
  private boolean hangs;

  private RotForgery(long seed) {
    store = RotStore.of(seed);
    random = new SplittableRandom(seed);
  }

  public static void main(String[] arguments) {
    var forgery = new RotForgery(Long.parseLong(arguments[0]));
    int bitsEvery = Integer.parseInt(arguments[1]);
    forgery.flipBits(bitsEvery);
    forgery.replaceNumbers(Integer.parseInt(arguments[2]));
    forgery.checkCounts(bitsEvery);
    forgery.failures.values().forEach(System.out::println);
    System.out.printf("report: %,d forgeries: %s%n", forgery.trials, forgery.counts);
    System.exit(0);
  }

  private void checkCounts(int bitsEvery) {
    // Checksums take a part of the bits; they cannot be forged.
    long trialsMin = Byte.SIZE * store.totalBytes() / bitsEvery / 2;
    if (trials < trialsMin) {
      failures.put("too few", "%,d forgeries, expected %,d".formatted(trials, trialsMin));
    }
    for (String outcome :
        List.of(
            WHOLE,
            PARTLY,
            REFUSED,
            "verified",
            "damage found",
            "salvaged whole",
            "salvaged in part")) {
      if (counts.getOrDefault(outcome, 0) == 0) {
        failures.put(outcome, "never " + outcome);
      }
    }
  }

  private void flipBits(int every) {
    for (Path file : store.roles().keySet()) {
      byte[] before = store.bytes(file);
      for (int bit = random.nextInt(every); bit < 8 * before.length; bit += every) {
        byte[] after = before.clone();
        after[bit / 8] ^= (byte) (1 << bit % 8);
        forge("bit " + bit + " of " + file + " flipped", file, after);
      }
    }
  }

  private void replaceNumbers(int every) {
    for (Path file : store.roles().keySet()) {
      byte[] before = store.bytes(file);
      int words = before.length / Integer.BYTES;
      for (int word = random.nextInt(every); word < words; word += every) {
        int at = word * Integer.BYTES;
        int now = ByteBuffer.wrap(before).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
        int[] others = {0, -1, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, now + 1, now - 1, 2 * now};
        int other = others[random.nextInt(others.length)];
        byte[] after = before.clone();
        ByteBuffer.wrap(after).order(ByteOrder.LITTLE_ENDIAN).putInt(at, other);
        forge("int at " + at + " of " + file + " made " + other, file, after);
      }
    }
  }

  private void forge(String what, Path file, byte[] after) {
    if (store.role(file) == RotStore.Role.LOCK || hangs || failures.size() >= FAILURES_MAX) {
      return;
    }
    try {
      SimulatedFiles files = store.files().copy(1);
      if (!ForgedFiles.forge(files, file, after)) {
        return;
      }
      trials++;
      boolean salvage = random.nextInt(SALVAGED_EVERY) == 0;
      String name = file.getName(file.getNameCount() - 2).toString();
      thread
          .submit(
              () -> {
                if (salvage) {
                  salvage(files.copy(1), name);
                }
                use(files, name);
              })
          .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      failures.putIfAbsent(trace(e).replaceAll("[0-9]+", "#"), what + trace(e));
    } catch (TimeoutException e) {
      // The thread is lost, and whatever came next would wait for it.
      hangs = true;
      failures.put("hang", what + " hangs");
    } catch (InterruptedException | IOException e) {
      throw new AssertionError(what, e);
    }
  }

  /** Causes and where they come from, in one line. */
  private static String trace(Throwable error) {
    var trace = new StringBuilder();
    for (Throwable cause = error.getCause(); cause != null; cause = cause.getCause()) {
      trace.append(" | ").append(cause);
      StackTraceElement[] frames = cause.getStackTrace();
      for (int i = 0; i < Math.min(FRAMES_SHOWN, frames.length); i++) {
        trace.append(" < ").append(frames[i]);
      }
    }
    return trace.toString();
  }

  private void count(String outcome) {
    counts.merge(outcome, 1, Integer::sum);
  }

  private void use(SimulatedFiles files, String name) {
    String first;
    boolean peace;
    VectorDatabase database = store.open(files);
    try (database) {
      List<CollectionInfo> unused = database.collections();
      first = use(database, name, true);
      peace = attempt(database::close);
    }
    count(first);
    // What the checkpoint at closing made of it.
    try (VectorDatabase again = store.open(files)) {
      String second = use(again, name, false);
      require(
          !(peace && first.equals(WHOLE)) || second.equals(WHOLE),
          "was whole and closed in peace, then " + second);
    }
  }

  private String use(VectorDatabase database, String name, boolean write) {
    VectorCollection collection;
    try {
      collection = database.collection(name);
    } catch (SagittaException e) {
      DamageErrors.require(e);
      return REFUSED;
    }
    boolean whole = read(collection);
    if (write) {
      CollectionConfig config = collection.config();
      VectorRecord record =
          new VectorRecord(
              ModelRecords.id(config.ids(), 40), vector(config), ModelRecords.payload(5));
      RecordId deleted = ModelRecords.id(config.ids(), 2);
      whole &= attempt(() -> collection.upsert(record));
      whole &= attempt(() -> collection.delete(deleted));
      whole &= attempt(collection::checkpoint);
      Optional<String> failure = collection.stats().failure();
      require(failure.isEmpty(), "failed: " + failure);
    }
    whole &= attempt(() -> verify(collection));
    return whole ? WHOLE : PARTLY;
  }

  /** A vector that a collection takes, whatever its configuration was made to say. */
  private static VectorValue vector(CollectionConfig config) {
    int dimension = config.dimension();
    return switch (config.elements()) {
      case FLOAT32 -> VectorValue.float32(ModelRecords.vector(dimension, 3));
      case FLOAT16 -> VectorValue.roundedToFloat16(ModelRecords.vector(dimension, 3));
      case INT8 -> VectorValue.int8(ones(dimension));
      case BINARY -> VectorValue.binary(ones(dimension / Byte.SIZE));
    };
  }

  private static byte[] ones(int count) {
    byte[] ones = new byte[count];
    Arrays.fill(ones, (byte) 1);
    return ones;
  }

  private void verify(VectorCollection collection) {
    count(collection.verify(VerifyLevel.CONTENT).intact() ? "verified" : "damage found");
  }

  /** Whatever is in the files, what was salvaged of them is sound. */
  private void salvage(SimulatedFiles files, String name) {
    SalvageReport report;
    try {
      report = store.salvage(files, SALVAGED);
    } catch (UnsupportedFormatException newer) {
      // What was forged is the version or a feature of the newest manifest.
      count("refused");
      return;
    }
    SalvagedCollection entry = report.collection(name).orElseThrow();
    count(entry.whole() ? "salvaged whole" : "salvaged in part");
    try (VectorDatabase database = store.open(files, SALVAGED)) {
      VerifyReport verified = database.verify(VerifyLevel.CONTENT);
      require(verified.intact(), "salvaged with damage " + verified.damage());
      if (entry.config().isPresent()) {
        VectorCollection collection = database.collection(name);
        require(read(collection), "cannot read what was salvaged");
        require(collection.count() == entry.recovered(), "salvaged " + entry);
      }
    }
  }

  /** Reads all; whether no error was met. */
  private boolean read(VectorCollection collection) {
    boolean whole = true;
    for (RecordId id : store.content(collection.name()).ids()) {
      if (id.type() == collection.config().ids()) {
        whole &= attempt(() -> collection.get(id));
      }
    }
    boolean all = readRecords(collection);
    long count = collection.count();
    float[] query = ModelRecords.vector(collection.config().dimension(), 1_000);
    SearchRequest request = SearchRequest.of(query, K);
    boolean exact = attempt(() -> checkSearch(collection.searchExact(request), count));
    boolean graph = attempt(() -> checkSearch(collection.search(request), count));
    return whole && all && exact && graph;
  }

  private static boolean readRecords(VectorCollection collection) {
    long[] read = {0};
    boolean all = true;
    try (Stream<VectorRecord> records = collection.records()) {
      Spliterator<VectorRecord> each = records.spliterator();
      boolean[] more = {true};
      while (more[0]) {
        all &= attempt(() -> more[0] = each.tryAdvance(_ -> read[0]++));
      }
    }
    if (all) {
      require(read[0] == collection.count(), read[0] + " records of " + collection.count());
    }
    return all;
  }

  private static void checkSearch(SearchResult result, long count) {
    require(result.complete(), "incomplete");
    require(result.size() == Math.min(K, count), result.size() + " hits of " + count);
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }

  /** Whether a call ended without an error of damage; others are not caught. */
  private static boolean attempt(Runnable call) {
    try {
      call.run();
      return true;
    } catch (SagittaException e) {
      DamageErrors.require(e);
      return false;
    }
  }
}
