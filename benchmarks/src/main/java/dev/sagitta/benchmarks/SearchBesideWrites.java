package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.row;

import com.sun.management.ThreadMXBean;
import dev.sagitta.Hit;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures what writes cost searches and prints a Markdown table: how long searches take on one
 * thread while nothing else happens, and while another thread upserts at full speed, replacing each
 * record by itself, so that recall is to stay; what a search allocates; and what a second searching
 * thread brings. Durability is OS, with one linker. Idle and beside writes take turns.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.SearchBesideWrites WORK_DIRECTORY FASHION_MNIST_DIRECTORY \
 *     [ROUNDS [VECTORS]]
 * </pre>
 */
public final class SearchBesideWrites {
  private static final String USAGE =
      """
      Usage: SearchBesideWrites WORK_DIRECTORY FASHION_MNIST_DIRECTORY [ROUNDS [VECTORS]]

        WORK_DIRECTORY           gets a folder search-beside-writes, deleted at the end
        FASHION_MNIST_DIRECTORY  holds the two gzipped IDX files of pictures
        ROUNDS                   how often each figure is taken, 3 if left out
        VECTORS                  how many of the pictures are stored, all if left out
      """;

  private static final int K = 10;
  private static final int SEARCHES = 5_000;
  private static final int RECALL_REQUESTS = 500;
  private static final int UPSERTS_PER_CALL = 256;

  private final VectorSet set;
  private final int vectors;
  private final VectorCollection collection;
  private final List<SearchRequest> requests;
  private final List<SearchResult> truth;
  private final ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private SearchBesideWrites(VectorSet set, int vectors, VectorCollection collection) {
    this.set = set;
    this.vectors = vectors;
    this.collection = collection;
    requests = Arrays.stream(set.queries()).map(query -> SearchRequest.of(query, K)).toList();
    truth = collection.searchExactAll(requests.subList(0, RECALL_REQUESTS));
  }

  /** Runs; see the class. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    if (arguments.length < 2 || arguments.length > 4) {
      System.err.print(USAGE);
      System.exit(2);
    }
    Path directory = Path.of(arguments[0]).resolve("search-beside-writes");
    VectorSet set = VectorSet.fashionMnist(Path.of(arguments[1]));
    int rounds = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 3;
    int vectors = arguments.length > 3 ? Integer.parseInt(arguments[3]) : set.base().length;
    Directories.delete(directory);
    try (VectorDatabase database = EngineFigures.open(directory, 1)) {
      VectorCollection collection = EngineFigures.collection(database, set);
      collection.upsertAll(EngineFigures.records(set, 0, vectors));
      collection.awaitIndexed();
      Runnables runnables = Runnables.sampling();
      try (runnables) {
        new SearchBesideWrites(set, vectors, collection).measure(rounds);
      }
      row("%nThreads of the machine that could run, mean / largest: %s.", runnables.figures());
    }
    Directories.delete(directory);
  }

  /** What some searches took, and found. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Searched(long[] nanos, double bytesPerSearch, double recall) {
    double micros(int percent) {
      return nanos[(nanos.length - 1) * percent / 100] / 1e3;
    }
  }

  private void measure(int rounds) throws InterruptedException, ExecutionException {
    row(
        "| %s, %,d stored, k %d, efSearch %d | p50 us | p99 us | recall@%d | bytes per search |",
        set.name(), vectors, K, SearchRequest.EF_SEARCH_DEFAULT, K);
    row("|---|---:|---:|---:|---:|");
    search(); // warms up
    List<Searched> idle = new ArrayList<>();
    List<Searched> busy = new ArrayList<>();
    long upserts = 0;
    double seconds = 0;
    for (int round = 0; round < rounds; round++) {
      idle.add(search());
      AtomicBoolean stop = new AtomicBoolean();
      FutureTask<Long> writer = new FutureTask<>(() -> replaceUntil(stop));
      long start = System.nanoTime();
      Thread.ofPlatform().start(writer);
      try {
        busy.add(search());
      } finally {
        stop.set(true);
      }
      upserts += writer.get(); // whose failure is one of the measurement
      seconds += (System.nanoTime() - start) / 1e9;
      collection.awaitIndexed();
    }
    double before = report("idle", idle);
    double beside = report("beside a thread that upserts", busy);
    row("| p50 beside writes over p50 idle | %.2f | | | |", beside / before);
    row("| those upserts per second | %,.0f | | | |", upserts / seconds);
    measureThreads(rounds);
    System.out.printf(
        "%n%s. Kernel %s. Durability OS, 1 linker. Medians of %d rounds of %,d searches. `%s`%n",
        Machine.description(), collection.stats().kernel(), rounds, SEARCHES, Machine.command());
  }

  /** The median of the rounds, of each figure; gives that of p50. */
  private static double report(String what, List<Searched> rounds) {
    double p50 = median(rounds.stream().mapToDouble(round -> round.micros(50)).toArray());
    row(
        "| %s | %.0f | %.0f | %.4f | %,.0f |",
        what,
        p50,
        median(rounds.stream().mapToDouble(round -> round.micros(99)).toArray()),
        median(rounds.stream().mapToDouble(Searched::recall).toArray()),
        median(rounds.stream().mapToDouble(Searched::bytesPerSearch).toArray()));
    return p50;
  }

  private static double median(double[] figures) {
    Arrays.sort(figures);
    return figures[figures.length / 2];
  }

  private Searched search() {
    long[] nanos = new long[SEARCHES];
    int found = 0;
    int wanted = 0;
    long allocated = 0;
    for (int i = 0; i < SEARCHES; i++) {
      int request = i % requests.size();
      long bytes = thread.getCurrentThreadAllocatedBytes();
      long start = System.nanoTime();
      SearchResult result = collection.search(requests.get(request));
      nanos[i] = System.nanoTime() - start;
      allocated += thread.getCurrentThreadAllocatedBytes() - bytes;
      if (request < RECALL_REQUESTS) {
        float farthest = truth.get(request).hits().getLast().distance();
        wanted += K;
        for (Hit hit : result) {
          found += hit.distance() <= farthest ? 1 : 0;
        }
      }
    }
    Arrays.sort(nanos);
    return new Searched(nanos, (double) allocated / SEARCHES, (double) found / wanted);
  }

  /** Upserts what is stored already, again and again; how many upserts there were. */
  private long replaceUntil(AtomicBoolean stop) {
    long replaced = 0;
    int from = 0;
    while (!stop.get()) {
      int to = Math.min(from + UPSERTS_PER_CALL, vectors);
      replaced += collection.upsertAll(EngineFigures.records(set, from, to));
      from = to % vectors;
    }
    return replaced;
  }

  private void measureThreads(int rounds) throws InterruptedException, ExecutionException {
    double[] one = new double[rounds];
    double[] two = new double[rounds];
    for (int round = 0; round < rounds; round++) {
      one[round] = perSecond(1);
      two[round] = perSecond(2);
    }
    row("| searches per second, 1 thread | %,.0f | | | |", median(one));
    row("| searches per second, 2 threads together | %,.0f | | | |", median(two));
    row("| 2 threads over 1 | %.2f | | | |", median(two) / median(one));
  }

  private double perSecond(int threads) throws InterruptedException, ExecutionException {
    AtomicLong next = new AtomicLong();
    List<FutureTask<Boolean>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      tasks.add(
          new FutureTask<>(
              () -> {
                for (long n = next.getAndIncrement(); n < SEARCHES; n = next.getAndIncrement()) {
                  collection.search(requests.get((int) (n % requests.size())));
                }
                return true;
              }));
    }
    long start = System.nanoTime();
    tasks.forEach(task -> Thread.ofPlatform().start(task));
    for (FutureTask<Boolean> task : tasks) {
      task.get();
    }
    return SEARCHES / ((System.nanoTime() - start) / 1e9);
  }
}
