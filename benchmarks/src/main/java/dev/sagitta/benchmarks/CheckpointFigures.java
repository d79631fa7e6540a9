package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.CollectionConfig;
import dev.sagitta.DatabaseOptions;
import dev.sagitta.Durability;
import dev.sagitta.Hit;
import dev.sagitta.Payload;
import dev.sagitta.SearchRequest;
import dev.sagitta.VectorRecord;
import dev.sagitta.distance.Metric;
import dev.sagitta.engine.CollectionEngine;
import dev.sagitta.engine.DatabaseEngine;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.engine.Tuning;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Measures what a checkpoint costs those who search and write meanwhile, and prints a Markdown
 * table. One thread searches and one replaces records, both at a steady pace, once with checkpoints
 * as they come by default and once without; the payloads are long, so that the log grows fast and
 * linking takes little. Shows also how long the write lane is occupied by rolling its log. Figures
 * count only if checkpoints came, and recall tells whether the searches were right.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.CheckpointFigures WORK_DIRECTORY [RECORDS [SECONDS [ROUNDS]]]
 * </pre>
 */
public final class CheckpointFigures {
  private static final String USAGE =
      """
      Usage: CheckpointFigures WORK_DIRECTORY [RECORDS [SECONDS [ROUNDS]]]

        WORK_DIRECTORY  gets a folder checkpoint-figures for the database, deleted at the end
        RECORDS         how many are stored, 200000 if left out
        SECONDS         of each measurement, 20 if left out
        ROUNDS          measurements with and without checkpoints in turn, 2 if left out
      """;

  private static final String COLLECTION = "figures";
  private static final int DIMENSION = 128;
  private static final int CLUSTERS = 1_000;
  private static final int QUERIES = 200;
  private static final int K = 10;
  private static final int PAYLOAD_BYTES = 32 << 10;
  private static final long SEARCH_PERIOD_NANOS = 4_000_000;
  private static final long WRITE_PERIOD_NANOS = 2_000_000;
  private static final int WARM_UP_SECONDS = 3;

  private static final Tuning NO_CHECKPOINTS =
      new Tuning(
          Tuning.DEFAULT.vectorExtentBytes(),
          Tuning.DEFAULT.payloadExtentBytes(),
          Tuning.DEFAULT.pendingBytes(),
          Long.MAX_VALUE / 16,
          Tuning.DEFAULT.logCapFactor());

  private final Path directory;
  private final int seconds;
  private final int rounds;
  private final float[][] base;
  private final float[][] queries;
  private final float[] farthest = new float[QUERIES];

  /** What was seen with or without checkpoints. */
  private static final class Seen {
    private long[] searches = new long[0];
    private long[] writes = new long[0];
    private final List<WatchedFiles.Roll> rolls = new ArrayList<>();
    private final List<String> runnables = new ArrayList<>();
    private long found;

    double recall() {
      return (double) found / (K * Math.max(1, searches.length));
    }

    static long[] join(long[] some, long[] more) {
      return LongStream.concat(Arrays.stream(some), Arrays.stream(more)).toArray();
    }
  }

  private CheckpointFigures(Path work, int records, int seconds, int rounds) {
    this.directory = work.resolve("checkpoint-figures");
    this.seconds = seconds;
    this.rounds = rounds;
    GeneratedVectors vectors = new GeneratedVectors(42, DIMENSION, CLUSTERS);
    base = vectors.next(records);
    queries = vectors.next(QUERIES);
  }

  /** Runs; see the class. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    if (arguments.length < 1 || arguments.length > 4) {
      System.err.print(USAGE);
      System.exit(2);
    }
    CheckpointFigures figures =
        new CheckpointFigures(
            Path.of(arguments[0]),
            argument(arguments, 1, 200_000),
            argument(arguments, 2, 20),
            argument(arguments, 3, 2));
    Directories.delete(figures.directory);
    Report.begin();
    figures.fill();
    figures.measure("OS", Durability.os());
    figures.measure("SYNC", Durability.sync());
    Directories.delete(figures.directory);
  }

  private static int argument(String[] arguments, int index, int absent) {
    return arguments.length > index ? Integer.parseInt(arguments[index]) : absent;
  }

  private DatabaseEngine open(Durability durability, Tuning tuning, WatchedFiles files) {
    return DatabaseEngine.open(
        directory,
        DatabaseOptions.builder().durability(durability).build(),
        new Environment(files, new PlatformThreads(1), System::nanoTime, tuning));
  }

  private void fill() throws InterruptedException {
    DatabaseEngine database = open(Durability.os(), Tuning.DEFAULT, new WatchedFiles(COLLECTION));
    CollectionEngine collection =
        database.openOrCreate(
            COLLECTION, CollectionConfig.builder(DIMENSION, Metric.EUCLIDEAN).build());
    collection.upsertAll(
        LongStream.range(0, base.length)
            .mapToObj(id -> VectorRecord.of(id, base[(int) id], Payload.empty())),
        progress -> {});
    collection.awaitIndexed(Duration.ofDays(1));
    for (int i = 0; i < QUERIES; i++) {
      farthest[i] =
          collection.search(SearchRequest.of(queries[i], K), true).hits().getLast().distance();
    }
    database.close();
  }

  private void measure(String level, Durability durability)
      throws InterruptedException, ExecutionException {
    Seen without = new Seen();
    Seen with = new Seen();
    for (int round = 0; round < rounds; round++) {
      measure(durability, NO_CHECKPOINTS, without);
      measure(durability, Tuning.DEFAULT, with);
    }
    if (with.rolls.isEmpty()) {
      throw new IllegalStateException("there was no checkpoint; measure longer");
    }
    row(
        "| **%,d x %d, durability %s; %d searches and %d upserts of %d KiB a second** | |",
        base.length,
        DIMENSION,
        level,
        1_000_000_000 / SEARCH_PERIOD_NANOS,
        1_000_000_000 / WRITE_PERIOD_NANOS,
        PAYLOAD_BYTES >> 10);
    print("without checkpoints", without);
    print("with checkpoints", with);
    row("| checkpoints | %d |", with.rolls.size());
    row(
        "| search p50, times that without | %.2f |",
        (double) percentile(with.searches, 0.5) / percentile(without.searches, 0.5));
    roll("write lane occupied by rolling the log", with, WatchedFiles.Roll::nanos);
    roll("of that, forcing the old log", with, WatchedFiles.Roll::force);
    roll("of that, making the next log", with, WatchedFiles.Roll::create);
    roll("of that, sealing the old log", with, WatchedFiles.Roll::seal);
  }

  private static void print(String what, Seen seen) {
    Arrays.sort(seen.searches);
    Arrays.sort(seen.writes);
    row(
        "| search p50 / p99 / longest %s | %.2f / %.2f / %.1f ms |",
        what,
        percentile(seen.searches, 0.5) / 1e6,
        percentile(seen.searches, 0.99) / 1e6,
        percentile(seen.searches, 1) / 1e6);
    row("| recall@10 %s | %.4f |", what, seen.recall());
    row(
        "| upsert p50 / p99.9 / longest %s | %.2f / %.1f / %.1f ms |",
        what,
        percentile(seen.writes, 0.5) / 1e6,
        percentile(seen.writes, 0.999) / 1e6,
        percentile(seen.writes, 1) / 1e6);
    row("| runnable threads %s, mean / most | %s |", what, String.join(", ", seen.runnables));
  }

  private static void roll(String what, Seen seen, ToLongFunction<WatchedFiles.Roll> part) {
    long[] nanos = seen.rolls.stream().mapToLong(part).sorted().toArray();
    row(
        "| %s, median / longest | %.1f / %.1f ms |",
        what, percentile(nanos, 0.5) / 1e6, percentile(nanos, 1) / 1e6);
  }

  /** Of sorted values. */
  private static long percentile(long[] sorted, double share) {
    return sorted[(int) Math.min(sorted.length - 1, (long) (share * sorted.length))];
  }

  private void measure(Durability durability, Tuning tuning, Seen seen)
      throws InterruptedException, ExecutionException {
    WatchedFiles files = new WatchedFiles(COLLECTION);
    DatabaseEngine database = open(durability, tuning, files);
    CollectionEngine collection = database.open(COLLECTION);
    run(collection, WARM_UP_SECONDS, new Seen());
    int before = files.rolls().size();
    Runnables runnables = Runnables.sampling();
    try (runnables) {
      run(collection, seconds, seen);
    }
    seen.runnables.add(runnables.figures());
    seen.rolls.addAll(files.rolls().subList(before, files.rolls().size()));
    database.close();
  }

  private void run(CollectionEngine collection, int duration, Seen seen)
      throws InterruptedException, ExecutionException {
    FutureTask<long[]> writer =
        new FutureTask<>(() -> paced(duration, WRITE_PERIOD_NANOS, n -> replace(collection, n)));
    Thread.ofPlatform().start(writer);
    long[] searches =
        paced(duration, SEARCH_PERIOD_NANOS, n -> seen.found += search(collection, n));
    seen.searches = Seen.join(seen.searches, searches);
    seen.writes = Seen.join(seen.writes, writer.get());
  }

  /** Does something again and again at a steady pace; how long it took each time. */
  private static long[] paced(int duration, long periodNanos, LongConsumer action) {
    LongStream.Builder nanos = LongStream.builder();
    long begin = System.nanoTime();
    long end = begin + duration * 1_000_000_000L;
    for (long n = 0; begin + n * periodNanos < end; n++) {
      long due = begin + n * periodNanos;
      while (System.nanoTime() < due) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      long start = System.nanoTime();
      action.accept(n);
      nanos.add(System.nanoTime() - start);
    }
    return nanos.build().toArray();
  }

  /** Keeps the vector, so that the true neighbours stay. */
  private void replace(CollectionEngine collection, long n) {
    int id = (int) (n * 7_919 % base.length);
    byte[] bytes = new byte[PAYLOAD_BYTES];
    Arrays.fill(bytes, (byte) n);
    collection.upsert(VectorRecord.of(id, base[id], Payload.of("bytes", bytes)));
  }

  private int search(CollectionEngine collection, long n) {
    int query = (int) (n % QUERIES);
    Stream<Hit> hits =
        collection.search(SearchRequest.of(queries[query], K), false).hits().stream();
    return (int) hits.filter(hit -> hit.distance() <= farthest[query]).count();
  }
}
