package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.data.IntLists;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What one engine did.
 *
 * @param builds results by number of threads
 * @param last result of the last round: version, settings and memory
 * @param lastAt when that round ended
 * @param twoThreads searches per second of two threads for each of one, median of the rounds
 * @param indexBytes on disk
 */
record Outcome(
    Contestant contestant,
    Sweep sweep,
    Map<Integer, NamedValues> builds,
    NamedValues last,
    FileTime lastAt,
    double twoThreads,
    long indexBytes) {

  /** Reads what the processes wrote. */
  static Outcome read(Contestant contestant, RacePlan plan, EngineRuns runs, Recall recall)
      throws IOException {
    List<Path> rounds = new ArrayList<>();
    List<NamedValues> results = new ArrayList<>();
    for (int round = 1; round <= plan.rounds(); round++) {
      rounds.add(runs.roundDirectory(contestant, round));
      results.add(NamedValues.read(Task.resultFile(rounds.getLast())));
    }
    List<SweepPoint> points = new ArrayList<>();
    for (int ef : plan.search().efs()) {
      points.add(point(ef, rounds, results, recall));
    }
    Map<Integer, NamedValues> builds = new TreeMap<>();
    for (int count : plan.threads()) {
      Path directory = runs.buildDirectory(contestant.builder(), count);
      builds.put(count, NamedValues.read(Task.resultFile(directory)));
    }
    Path index = runs.indexDirectory(contestant, plan.threadsOfSearchedIndex());
    return new Outcome(
        contestant,
        new Sweep(points),
        builds,
        results.getLast(),
        EngineRuns.doneAt(rounds.getLast()),
        median(
            results.stream()
                .mapToDouble(
                    result -> result.number("twoThreadsQps") / result.number("oneThreadQps"))
                .toArray()),
        bytes(contestant.isJava() ? contestant.engine().searched(index) : index));
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
        median(recalls),
        median(qps),
        Arrays.stream(qps).min().orElseThrow(),
        Arrays.stream(qps).max().orElseThrow(),
        median(p50),
        median(p99));
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
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
