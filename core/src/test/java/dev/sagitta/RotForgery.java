package dev.sagitta;

import dev.sagitta.persistence.ForgedFiles;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
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
 * <p>Arguments: the seed; each how many-th bit is flipped; each how many-th number is replaced.
 * Prints what failed, one line each, then a report.
 */
final class RotForgery {
  private static final long PATIENCE_SECONDS = 120;
  private static final int K = 4;
  private static final int FAILURES_MAX = 20;
  private static final int FRAMES_SHOWN = 6;

  private final RotStore store;
  private final SplittableRandom random;
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
  private final Map<String, Integer> counts = new TreeMap<>();

  /** One of each kind, by where it came from. */
  private final Map<String, String> failures = new TreeMap<>();

  private int trials;

  private RotForgery(long seed) {
    store = RotStore.of(seed);
    random = new SplittableRandom(seed);
  }

  public static void main(String[] arguments) {
    var forgery = new RotForgery(Long.parseLong(arguments[0]));
    forgery.flipBits(Integer.parseInt(arguments[1]));
    forgery.replaceNumbers(Integer.parseInt(arguments[2]));
    forgery.failures.values().forEach(System.out::println);
    System.out.printf("report: %,d forgeries: %s%n", forgery.trials, forgery.counts);
    System.exit(0);
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
    if (store.role(file) == RotStore.Role.LOCK || failures.size() >= FAILURES_MAX) {
      return;
    }
    try {
      SimulatedFiles files = store.files().copy(1);
      if (!ForgedFiles.forge(files, file, after)) {
        return;
      }
      trials++;
      String outcome =
          thread
              .submit(() -> use(files, file.getName(file.getNameCount() - 2).toString()))
              .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      counts.merge(outcome, 1, Integer::sum);
    } catch (ExecutionException e) {
      failures.putIfAbsent(trace(e).replaceAll("[0-9]+", "#"), what + trace(e));
    } catch (TimeoutException e) {
      failures.putIfAbsent("hang", what + " hangs");
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

  private String use(SimulatedFiles files, String name) {
    String first;
    try (VectorDatabase database = store.open(files)) {
      List<CollectionInfo> unused = database.collections();
      first = use(database, name, true);
    }
    // What the checkpoint at closing made of it.
    try (VectorDatabase database = store.open(files)) {
      String unused = use(database, name, false);
    }
    return first;
  }

  private String use(VectorDatabase database, String name, boolean write) {
    VectorCollection collection;
    try {
      collection = database.collection(name);
    } catch (SagittaException e) {
      return "refused";
    }
    boolean whole = read(collection);
    if (write) {
      RotStore.Content content = store.content(name);
      ignore(attempt(() -> collection.upsert(content.record(40, 0))));
      ignore(attempt(() -> collection.delete(content.record(2, 0).id())));
      ignore(attempt(collection::checkpoint));
      Optional<String> failure = collection.stats().failure();
      require(failure.isEmpty(), "failed: " + failure);
    }
    return whole ? "whole" : "partly readable";
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

  private static void ignore(boolean unused) {}

  /** Whether a call ended without a typed error; others are not caught. */
  private static boolean attempt(Runnable call) {
    try {
      call.run();
      return true;
    } catch (SagittaException e) {
      return false;
    }
  }
}
