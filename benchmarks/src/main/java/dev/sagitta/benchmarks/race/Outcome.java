package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.data.IntLists;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What one engine did.
 *
 * @param builds by number of threads
 * @param memory of the searching process
 * @param twoThreads searches per second of two threads for each of one, median of the rounds
 * @param indexBytes on disk
 * @param origin what was measured, and when
 */
record Outcome(
    Contestant contestant,
    Sweep sweep,
    Map<Integer, BuildFigures> builds,
    MemoryFigures memory,
    double twoThreads,
    long indexBytes,
    Origin origin) {

  /**
   * What was measured, and when.
   *
   * @param settings what the engine was told beyond {@link GraphParameters}
   * @param flags of its JVM; empty if it has none
   * @param built when its buildings ended
   * @param searched when its rounds ended
   */
  record Origin(String version, String settings, String flags, TimeSpan built, TimeSpan searched) {}

  /** Reads what the processes wrote. */
  static Outcome read(Contestant contestant, RacePlan plan, EngineRuns runs, Recall recall)
      throws IOException {
    List<Path> rounds = new ArrayList<>();
    for (int round = 1; round <= plan.rounds(); round++) {
      rounds.add(runs.roundDirectory(contestant, round));
    }
    List<NamedValues> results = results(rounds);
    List<SweepPoint> points = new ArrayList<>();
    for (int ef : plan.search().efs()) {
      points.add(point(ef, rounds, results, recall));
    }
    List<Path> allBuilds = new ArrayList<>();
    Map<Integer, BuildFigures> builds = new TreeMap<>();
    for (int threads : plan.threads()) {
      List<Path> directories = new ArrayList<>();
      for (int number = 1; number <= plan.builds(); number++) {
        directories.add(runs.buildDirectory(contestant, threads, number));
      }
      builds.put(threads, BuildFigures.of(contestant, results(directories)));
      allBuilds.addAll(directories);
    }
    Path index = runs.indexDirectory(contestant);
    return new Outcome(
        contestant,
        new Sweep(points),
        builds,
        MemoryFigures.of(results),
        Median.of(
            results.stream()
                .mapToDouble(
                    result -> result.number("twoThreadsQps") / result.number("oneThreadQps"))
                .toArray()),
        bytes(contestant.isJava() ? contestant.engine().searched(index) : index),
        new Origin(
            results.getLast().text("version"),
            results.getLast().text("settings"),
            contestant.isJava() ? String.join(" ", plan.jvmFlags(contestant)) : "",
            TimeSpan.ofEnds(allBuilds),
            TimeSpan.ofEnds(rounds)));
  }

  private static List<NamedValues> results(List<Path> directories) throws IOException {
    List<NamedValues> results = new ArrayList<>();
    for (Path directory : directories) {
      results.add(NamedValues.read(Task.resultFile(directory)));
    }
    return results;
  }

  private static SweepPoint point(
      int ef, List<Path> rounds, List<NamedValues> results, Recall recall) throws IOException {
    int count = rounds.size();
    double[] recalls = new double[count];
    double[] qps = new double[count];
    double[] p50 = new double[count];
    double[] p99 = new double[count];
    for (int i = 0; i < count; i++) {
      recalls[i] = recall.of(IntLists.read(Task.hitsFile(rounds.get(i), ef)));
      int[] nanos = IntLists.read(Task.nanosFile(rounds.get(i), ef))[0];
      qps[i] = nanos.length / results.get(i).number("seconds-" + ef);
      Arrays.sort(nanos);
      p50[i] = nanos[nanos.length / 2] / 1e3;
      p99[i] = nanos[(int) (nanos.length * 99L / 100)] / 1e3;
    }
    return new SweepPoint(
        ef,
        Median.of(recalls),
        Median.of(qps),
        Arrays.stream(qps).min().orElseThrow(),
        Arrays.stream(qps).max().orElseThrow(),
        Median.of(p50),
        Median.of(p99));
  }

  private static long bytes(Path path) throws IOException {
    try (Stream<Path> files = Files.walk(path)) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file);
      }
      return sum;
    }
  }
}
