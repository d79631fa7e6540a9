package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.millisSince;
import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.CalibrationStats;
import dev.sagitta.CollectionConfig;
import dev.sagitta.Hit;
import dev.sagitta.RecallCalibration;
import dev.sagitta.RecallTarget;
import dev.sagitta.RecordId;
import dev.sagitta.SearchRequest;
import dev.sagitta.VectorCollection;
import dev.sagitta.VectorDatabase;
import dev.sagitta.VectorRecord;
import dev.sagitta.benchmarks.data.GeneratedVectors;
import dev.sagitta.benchmarks.data.VectorFiles;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Shows how honest a calibration is: fills a collection with vectors, waits until it is calibrated,
 * and asks with queries that it has never seen. Prints Markdown tables: for each target and k the
 * efSearch that is used and the recall that it has, and beside what the calibration measured what
 * it would have measured had it asked in other ways.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp benchmarks/target/benchmarks.jar \
 *     dev.sagitta.benchmarks.CalibrationFigures WORK_DIRECTORY SET
 * </pre>
 */
public final class CalibrationFigures {
  private static final String USAGE =
      """
      Usage: CalibrationFigures WORK_DIRECTORY BASE QUERIES METRIC
             CalibrationFigures WORK_DIRECTORY COUNT DIMENSION CLUSTERS METRIC

        WORK_DIRECTORY  gets a folder calibration for the database, deleted at the end
        BASE, QUERIES   files of vectors: fvecs, bvecs, npy or IDX, perhaps gzipped
        COUNT           generated vectors, and as queries 2,000 others of the same CLUSTERS
        METRIC          EUCLIDEAN or COSINE
      """;

  private static final int QUERIES_MAX = 2_000;
  private static final int[] KS = {1, 5, 10, 20, 50, 100, 200};
  private static final double[] TARGETS = {0.5, 0.8, 0.9, 0.95, 0.96, 0.98, 0.99, 0.995, 0.999};
  private static final double[] FALLBACK_TARGETS = {0.95, 0.98, 0.99, 0.995, 0.999};
  private static final int CLOSE = 10;

  private final float[][] base;
  private final float[][] queries;
  private final Metric metric;

  private CalibrationFigures(float[][] base, float[][] queries, Metric metric) {
    this.base = base;
    this.queries = queries.length > QUERIES_MAX ? Arrays.copyOf(queries, QUERIES_MAX) : queries;
    this.metric = metric;
  }

  /** Runs; see the class. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != 4 && arguments.length != 5) {
      System.err.print(USAGE);
      System.exit(2);
    }
    Path directory = Path.of(arguments[0]).resolve("calibration");
    Directories.delete(directory);
    Report.begin();
    try (VectorDatabase database = VectorDatabase.open(directory)) {
      of(arguments).run(database);
    }
    Directories.delete(directory);
  }

  private static CalibrationFigures of(String[] arguments) throws IOException {
    Metric metric = Metric.valueOf(arguments[arguments.length - 1]);
    if (arguments.length == 4) {
      return new CalibrationFigures(
          VectorFiles.readAll(Path.of(arguments[1])),
          VectorFiles.readAll(Path.of(arguments[2])),
          metric);
    }
    var vectors =
        new GeneratedVectors(42, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
    float[][] generated = vectors.next(Integer.parseInt(arguments[1]));
    return new CalibrationFigures(generated, vectors.next(QUERIES_MAX), metric);
  }

  private void run(VectorDatabase database) throws InterruptedException {
    VectorCollection collection =
        database.collection(
            "calibration", CollectionConfig.builder(base[0].length, metric).build());
    long start = System.nanoTime();
    long stored =
        collection.upsertAll(
            IntStream.range(0, base.length).mapToObj(i -> VectorRecord.of(i, base[i])));
    collection.awaitIndexed();
    row("| vectors | %,d x %d, %s |", stored, base[0].length, metric);
    row("| stored and linked | %.1f s |", millisSince(start) / 1e3);
    long linked = System.nanoTime();
    CalibrationStats stats = collection.stats().calibration();
    while (stats.running() || stats.state() != CalibrationStats.State.CALIBRATED) {
      Thread.sleep(10);
      stats = collection.stats().calibration();
    }
    row("| calibrated after | %.1f s |", millisSince(linked) / 1e3);
    RecallCalibration calibration = collection.stats().calibration().calibration().orElseThrow();
    row("| records then | %,d |", calibration.records());
    row("| records asked for | %d |", calibration.queries());
    Asked unseen = Asked.of(collection, queries, 0);
    ways(collection, calibration.targets(), unseen);
    targets(unseen);
    fallback(unseen);
  }

  /** What the calibration measured, beside other ways of measuring. */
  private void ways(VectorCollection collection, List<RecallTarget> targets, Asked unseen) {
    row("");
    row("| k | target | efSearch | queries | calibration | unseen | themselves | mixed |");
    row("|---|---|---|---|---|---|---|---|");
    float[][] records = sample();
    Asked themselves = Asked.of(collection, records, 1);
    Asked mixed = Asked.of(collection, mixed(collection, records), 0);
    for (RecallTarget target : targets) {
      if (target.efSearch().isPresent()) {
        int efSearch = target.efSearch().getAsInt();
        UnaryOperator<SearchRequest.Builder> setting = request -> request.efSearch(efSearch);
        row(
            "| %d | %.3f%s | %d | %d | %.4f | %.4f | %.4f | %.4f |",
            target.k(),
            target.targetRecall(),
            target.reached() ? "" : " (not reached)",
            efSearch,
            target.queries(),
            target.measuredRecall(),
            unseen.recall(target.k(), setting),
            themselves.recall(target.k(), setting),
            mixed.recall(target.k(), setting));
      } else {
        row("| %d | %.3f | all | | | | | |", target.k(), target.targetRecall());
      }
    }
  }

  private float[][] sample() {
    return new Random(7)
        .ints(0, base.length)
        .distinct()
        .limit(Math.min(1_000, base.length))
        .mapToObj(i -> base[i])
        .toArray(float[][]::new);
  }

  /** Half-way between records and one of the records that are close to them. */
  private float[][] mixed(VectorCollection collection, float[][] records) {
    Random random = new Random(8);
    float[][] mixed = new float[records.length][];
    for (int i = 0; i < mixed.length; i++) {
      List<Hit> close = collection.search(SearchRequest.of(records[i], 1 + CLOSE)).hits();
      long id = number(close.get(1 + random.nextInt(CLOSE)));
      float[] mean = records[i].clone();
      for (int element = 0; element < mean.length; element++) {
        mean[element] = (mean[element] + base[(int) id][element]) / 2;
      }
      mixed[i] = mean;
    }
    return mixed;
  }

  private static long number(Hit hit) {
    return ((RecordId.OfLong) hit.id()).value();
  }

  /** Asks unseen queries for recalls, for other k too than those that were measured. */
  private static void targets(Asked unseen) {
    row("");
    row("| target | recall at k = %s |", Arrays.toString(KS));
    row("|---|---|");
    for (double target : TARGETS) {
      StringBuilder recalls = new StringBuilder();
      for (int k : KS) {
        recalls.append(
            " %.4f".formatted(unseen.recall(k, request -> request.targetRecall(target))));
      }
      row("| %.3f |%s |", target, recalls);
    }
  }

  /** What the efSearch would find that is used where there is no calibration. */
  private static void fallback(Asked unseen) {
    row("");
    row("| target without a calibration | efSearch, recall@10 | efSearch, recall@100 |");
    row("|---|---|---|");
    int efSearch = SearchRequest.EF_SEARCH_DEFAULT;
    for (double target : FALLBACK_TARGETS) {
      int ten = efSearch;
      int hundred = 2 * efSearch;
      row(
          "| %.3f | %d, %.4f | %d, %.4f |",
          target,
          ten,
          unseen.recall(10, request -> request.efSearch(ten)),
          hundred,
          unseen.recall(100, request -> request.efSearch(hundred)));
      efSearch *= 2;
    }
  }

  /** Queries, and how far their true neighbours are. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Asked(
      VectorCollection collection, float[][] queries, float[][] distances, int own) {
    /**
     * Finds the true neighbours.
     *
     * @param own 1 if the queries are stored themselves, which does not count as found; else 0
     */
    static Asked of(VectorCollection collection, float[][] queries, int own) {
      float[][] distances = new float[queries.length][];
      int most = KS[KS.length - 1] + own;
      for (int i = 0; i < queries.length; i++) {
        SearchRequest exact = SearchRequest.builder(queries[i], most).withPayload(false).build();
        List<Hit> hits = collection.searchExact(exact).hits();
        distances[i] = new float[hits.size()];
        for (int rank = 0; rank < hits.size(); rank++) {
          distances[i][rank] = hits.get(rank).distance();
        }
      }
      return new Asked(collection, queries, distances, own);
    }

    /** Mean recall. */
    double recall(int k, UnaryOperator<SearchRequest.Builder> setting) {
      long found = 0;
      for (int i = 0; i < queries.length; i++) {
        float farthest = distances[i][k + own - 1];
        SearchRequest.Builder request =
            SearchRequest.builder(queries[i], k + own).withPayload(false);
        long near = 0;
        for (Hit hit : collection.search(setting.apply(request).build())) {
          near += hit.distance() <= farthest ? 1 : 0;
        }
        found += Math.max(0, near - own);
      }
      return (double) found / ((long) k * queries.length);
    }
  }
}
