package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.CollectionConfig;
import dev.sagitta.DatabaseOptions;
import dev.sagitta.Durability;
import dev.sagitta.Hit;
import dev.sagitta.Payload;
import dev.sagitta.SearchRequest;
import dev.sagitta.VectorRecord;
import dev.sagitta.benchmarks.PhasedTimes.Call;
import dev.sagitta.benchmarks.PhasedTimes.Phase;
import dev.sagitta.benchmarks.data.GeneratedVectors;
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
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Measures what a checkpoint costs those who search and write meanwhile, and prints a Markdown
 * table. One thread searches and one replaces records, both at a steady pace, once with checkpoints
 * as they come by default and once without; the payloads are long, so that the log grows fast and
 * linking takes little. What ran during a checkpoint, from rolling the log until the manifest has
 * its name, is shown beside what ran between checkpoints, what ran while one tidied up, and the run
 * without any. Shows also how long the write lane is occupied by rolling its log. Figures count
 * only if enough searches ran during checkpoints, and recall tells whether they were right.
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
  private static final int QUERIES = 200;
  private static final int K = 10;
  private static final int PAYLOAD_BYTES = 32 << 10;
  private static final long SEARCH_PERIOD_NANOS = 4_000_000;
  private static final long WRITE_PERIOD_NANOS = 2_000_000;
  private static final int WARM_UP_SECONDS = 3;
  private static final int SEARCHES_MIN = 200;

  private static final Tuning NO_CHECKPOINTS =
      new Tuning(
          Tuning.DEFAULT.vectorExtentBytes(),
          Tuning.DEFAULT.payloadExtentBytes(),
          Tuning.DEFAULT.pendingBytes(),
          Long.MAX_VALUE / 16,
          Tuning.DEFAULT.logCapFactor(),
          Tuning.DEFAULT.codedBytes());

  private final Path directory;
  private final int seconds;
  private final int rounds;
  private final float[][] base;
  private final float[][] queries;
  private final float[] farthest = new float[QUERIES];

  /** What was seen with or without checkpoints. */
  private static final class Seen {
    private final PhasedTimes searches = new PhasedTimes();
    private final PhasedTimes writes = new PhasedTimes();
    private final List<WatchedFiles.Roll> rolls = new ArrayList<>();
    private final List<String> runnables = new ArrayList<>();
    private long searched;
    private long found;

    double recall() {
      return (double) found / (K * Math.max(1, searched));
    }
  }

  /** The calls of one run. */
  private record Calls(List<Call> searches, List<Call> writes, long found) {}

  private CheckpointFigures(Path work, int records, int seconds, int rounds) {
    this.directory = work.resolve("checkpoint-figures");
    this.seconds = seconds;
    this.rounds = rounds;
    GeneratedVectors vectors = GeneratedVectors.ofBenchmarks(DIMENSION);
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
    long[] during = with.searches.sorted(Phase.DURING);
    long[] between = with.searches.sorted(Phase.BETWEEN);
    long[] absent = without.searches.sorted(Phase.BETWEEN);
    if (Math.min(during.length, between.length) < SEARCHES_MIN) {
      throw new IllegalStateException(
          "%d searches ran during checkpoints and %d between them; measure longer, for %d of each"
              .formatted(during.length, between.length, SEARCHES_MIN));
    }
    row(
        "| **%,d x %d, durability %s; %d searches and %d upserts of %d KiB a second** | |",
        base.length,
        DIMENSION,
        level,
        1_000_000_000 / SEARCH_PERIOD_NANOS,
        1_000_000_000 / WRITE_PERIOD_NANOS,
        PAYLOAD_BYTES >> 10);
    row("| checkpoints begun | %d |", with.rolls.size());
    row(
        "| share of the time that they filled / that they tidied up | %.1f / %.1f %% |",
        100 * with.searches.share(Phase.DURING), 100 * with.searches.share(Phase.TIDYING));
    times("search", "during checkpoints", during);
    times("search", "while they tidied up", with.searches.sorted(Phase.TIDYING));
    times("search", "between them", between);
    times("search", "in runs without any", absent);
    row(
        "| **search p50 during checkpoints, times that between / without** | **%.2f / %.2f** |",
        (double) percentile(during, 0.5) / percentile(between, 0.5),
        (double) percentile(during, 0.5) / percentile(absent, 0.5));
    times("upsert", "during checkpoints", with.writes.sorted(Phase.DURING));
    times("upsert", "while they tidied up", with.writes.sorted(Phase.TIDYING));
    times("upsert", "between them", with.writes.sorted(Phase.BETWEEN));
    times("upsert", "in runs without any", without.writes.sorted(Phase.BETWEEN));
    roll("write lane occupied by rolling the log", with, WatchedFiles.Roll::nanos);
    roll("of that, forcing the old log", with, WatchedFiles.Roll::force);
    roll("of that, making the next log", with, WatchedFiles.Roll::create);
    roll("of that, sealing the old log", with, WatchedFiles.Roll::seal);
    row("| recall@10 with / without checkpoints | %.4f / %.4f |", with.recall(), without.recall());
    runnables("with", with);
    runnables("without", without);
  }

  private static void times(String call, String phase, long[] sorted) {
    if (sorted.length == 0) {
      row("| %s %s | none |", call, phase);
      return;
    }
    row(
        "| %s p50 / p99 / longest %s | %.2f / %.2f / %.1f ms of %,d |",
        call,
        phase,
        percentile(sorted, 0.5) / 1e6,
        percentile(sorted, 0.99) / 1e6,
        percentile(sorted, 1) / 1e6,
        sorted.length);
  }

  private static void runnables(String what, Seen seen) {
    row(
        "| runnable threads %s checkpoints, mean / most of each run | %s |",
        what, String.join(", ", seen.runnables));
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
    run(collection, WARM_UP_SECONDS);
    int before = files.rolls().size();
    Runnables runnables = Runnables.sampling();
    Calls calls;
    try (runnables) {
      calls = run(collection, seconds);
    }
    seen.runnables.add(runnables.figures());
    seen.rolls.addAll(files.rolls().subList(before, files.rolls().size()));
    database.close();
    seen.searches.add(calls.searches(), files.checkpoints());
    seen.writes.add(calls.writes(), files.checkpoints());
    seen.searched += calls.searches().size();
    seen.found += calls.found();
  }

  private Calls run(CollectionEngine collection, int duration)
      throws InterruptedException, ExecutionException {
    FutureTask<List<Call>> writer =
        new FutureTask<>(() -> paced(duration, WRITE_PERIOD_NANOS, n -> replace(collection, n)));
    Thread.ofPlatform().start(writer);
    LongAdder found = new LongAdder();
    List<Call> searches =
        paced(duration, SEARCH_PERIOD_NANOS, n -> found.add(search(collection, n)));
    return new Calls(searches, writer.get(), found.sum());
  }

  /** Does something again and again at a steady pace; what it is late with, it does at once. */
  private static List<Call> paced(int duration, long periodNanos, LongConsumer action) {
    List<Call> calls = new ArrayList<>();
    long begin = System.nanoTime();
    long end = begin + duration * 1_000_000_000L;
    long start = begin;
    for (long n = 0; start - end < 0; n++) {
      action.accept(n);
      calls.add(new Call(start, System.nanoTime() - start));
      long due = begin + (n + 1) * periodNanos;
      while (System.nanoTime() - due < 0) {
        LockSupport.parkNanos(due - System.nanoTime());
      }
      start = System.nanoTime();
    }
    return calls;
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
