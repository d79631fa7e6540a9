package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The report of one set: a page of tables, all points as CSV, and the plot. */
final class RaceReport {
  private static final double[] RECALLS = {0.90, 0.95, 0.99};

  private final RaceData data;
  private final RacePlan plan;
  private final String command;
  private final List<Outcome> outcomes;
  private final StringBuilder page = new StringBuilder();

  /**
   * A report.
   *
   * @param command that ran the race
   */
  RaceReport(RaceData data, RacePlan plan, String command, List<Outcome> outcomes) {
    this.data = data;
    this.plan = plan;
    this.command = command;
    this.outcomes = List.copyOf(outcomes);
  }

  /** Writes report.md, points.csv and plot.svg. */
  void write(Path directory) throws IOException {
    String title = data.name() + ", " + data.metric();
    Files.writeString(directory.resolve("plot.svg"), new RecallPlot(title, outcomes).svg());
    Files.write(directory.resolve("points.csv"), csv());
    Files.writeString(directory.resolve("report.md"), page(title));
  }

  private List<String> csv() {
    return Stream.concat(
            Stream.of("set,metric,engine,version,ef,recall,qps,qps_min,qps_max,p50_us,p99_us"),
            outcomes.stream()
                .flatMap(
                    outcome -> outcome.sweep().points().stream().map(point -> csv(outcome, point))))
        .toList();
  }

  private String csv(Outcome outcome, SweepPoint point) {
    return format(
        "\"%s\",%s,\"%s\",%s,%d,%.5f,%.1f,%.1f,%.1f,%.1f,%.1f",
        data.name(),
        data.metric(),
        outcome.contestant().label(),
        outcome.origin().version(),
        point.ef(),
        point.recall(),
        point.qps(),
        point.qpsMin(),
        point.qpsMax(),
        point.p50Micros(),
        point.p99Micros());
  }

  private String page(String title) {
    line("# %s", title);
    line("");
    line("- machine: %s", Machine.description());
    line(
        "- %,d queries; recall@%d by distance; %d rounds in turn, medians; M = %d, efConstruction ="
            + " %d",
        data.queries(),
        GraphParameters.K,
        plan.rounds(),
        GraphParameters.M,
        GraphParameters.EF_CONSTRUCTION);
    line("- command: `%s`", command);
    line("");
    line("![searches per second against recall](plot.svg)");
    searches();
    ratios();
    builds();
    engines();
    return page.toString();
  }

  private void searches() {
    line("");
    line("## Searches per second, one thread");
    line("");
    line(
        "Interpolated between measured points; p50 / p99 are those of the first ef that reaches"
            + " the recall. *Two threads*: searches per second of two threads for each of one, at"
            + " ef %d.",
        SearchMeasurement.EF_OF_TWO_THREADS);
    line("");
    line("| engine | at 0.90 | at 0.95 | at 0.99 | p50 / p99 at 0.95 | at 0.99 | two threads |");
    line("|---|---:|---:|---:|---:|---:|---:|");
    for (Outcome outcome : outcomes) {
      Sweep sweep = outcome.sweep();
      line(
          "| %s | %s | %s | %s | %s | %s | %.2f |",
          outcome.contestant().label(),
          qps(sweep, RECALLS[0]),
          qps(sweep, RECALLS[1]),
          qps(sweep, RECALLS[2]),
          latency(sweep, RECALLS[1]),
          latency(sweep, RECALLS[2]),
          outcome.twoThreads());
    }
  }

  private static String qps(Sweep sweep, double recall) {
    OptionalDouble qps = sweep.qpsAt(recall);
    if (qps.isPresent()) {
      return format("%,.0f", qps.getAsDouble());
    }
    SweepPoint narrowest = sweep.narrowest();
    return sweep.beginsAbove(recall)
        ? format("(%,.0f at %.3f)", narrowest.qps(), narrowest.recall())
        : "not reached";
  }

  private static String latency(Sweep sweep, double recall) {
    Optional<SweepPoint> point = sweep.firstAt(recall);
    return point
        .map(p -> format("%.0f / %.0f us (ef %d)", p.p50Micros(), p.p99Micros(), p.ef()))
        .orElse("not reached");
  }

  private void ratios() {
    Optional<Outcome> sagitta =
        outcomes.stream().filter(o -> o.contestant() == Contestant.SAGITTA).findFirst();
    if (sagitta.isEmpty()) {
      return;
    }
    line("");
    line("## Sagitta beside the others");
    line("");
    line("| searches per second of Sagitta for each of | at 0.90 | at 0.95 | at 0.99 |");
    line("|---|---:|---:|---:|");
    for (Outcome outcome : outcomes) {
      if (outcome.contestant() != Contestant.SAGITTA) {
        line(
            "| %s | %s | %s | %s |",
            outcome.contestant().label(),
            ratio(sagitta.get(), List.of(outcome), RECALLS[0]),
            ratio(sagitta.get(), List.of(outcome), RECALLS[1]),
            ratio(sagitta.get(), List.of(outcome), RECALLS[2]));
      }
    }
    List<Outcome> peers = outcomes.stream().filter(o -> o.contestant().isJavaPeer()).toList();
    line(
        "| **the best Java peer** | **%s** | **%s** | **%s** |",
        ratio(sagitta.get(), peers, RECALLS[0]),
        ratio(sagitta.get(), peers, RECALLS[1]),
        ratio(sagitta.get(), peers, RECALLS[2]));
  }

  /**
   * How many times as fast as the fastest of some. Who has more than the recall even at its
   * narrowest counts with the speed it has there, which is less than it would have at the recall:
   * then the ratio is a bound.
   */
  static String ratio(Outcome sagitta, List<Outcome> others, double recall) {
    OptionalDouble own = atLeast(sagitta.sweep(), recall);
    Optional<Outcome> best =
        others.stream()
            .filter(outcome -> atLeast(outcome.sweep(), recall).isPresent())
            .max(Comparator.comparingDouble(o -> atLeast(o.sweep(), recall).getAsDouble()));
    if (own.isEmpty() || best.isEmpty()) {
      return "-";
    }
    double ratio = own.getAsDouble() / atLeast(best.get().sweep(), recall).getAsDouble();
    boolean ownBound = sagitta.sweep().beginsAbove(recall);
    boolean otherBound = others.stream().anyMatch(o -> o.sweep().beginsAbove(recall));
    String bound = ownBound && otherBound ? "about " : ownBound ? "at least " : "at most ";
    return format("%s%.2f", ownBound || otherBound ? bound : "", ratio);
  }

  /** The speed at a recall, or what is surely not more; empty where the recall is not reached. */
  private static OptionalDouble atLeast(Sweep sweep, double recall) {
    return sweep.beginsAbove(recall)
        ? OptionalDouble.of(sweep.narrowest().qps())
        : sweep.qpsAt(recall);
  }

  private void builds() {
    line("");
    line("## Building and memory");
    line("");
    line(
        "Seconds until all vectors are linked, and in brackets what saving takes beyond, and of"
            + " processors, the JVM's own work too, until all are linked; medians of %d. %s",
        plan.builds(),
        Processors.canBeChosen()
            ? "The process has as many processors as it has threads."
            : "The process has all processors, for there is no taskset.");
    line("");
    line(
        "Memory is that of the searching process after its searches, in MiB, medians of %d."
            + " *Needed* is what is resident without the free part of the Java heap.",
        plan.rounds());
    line("");
    line(
        "| engine | build, one thread | two threads | disk | resident | of it files | of it Java"
            + " heap in use | needed |");
    line("|---|---:|---:|---:|---:|---:|---:|---:|");
    for (Outcome outcome : outcomes) {
      MemoryFigures memory = outcome.memory();
      line(
          "| %s | %s | %s | %,d | %s | %s | %s | %s |",
          outcome.contestant().label(),
          build(outcome, 1),
          build(outcome, 2),
          outcome.indexBytes() >> 20,
          mebibytes(memory.resident()),
          mebibytes(memory.files()),
          mebibytes(memory.heap()),
          mebibytes(memory.needed()));
    }
  }

  private static String build(Outcome outcome, int threads) {
    return Optional.ofNullable(outcome.builds().get(threads))
        .map(
            build ->
                format(
                    "%.1f (%.1f, %.1f) s",
                    build.linkedSeconds(), build.savedSeconds(), build.processorSeconds()))
        .orElse("-");
  }

  private static String mebibytes(OptionalDouble kib) {
    return kib.isPresent() ? format("%,.0f", kib.getAsDouble() / 1_024) : "-";
  }

  private void engines() {
    line("");
    line("## Engines");
    line("");
    line("| engine | version | built | searched | settings | JVM |");
    line("|---|---|---|---|---|---|");
    for (Outcome outcome : outcomes) {
      Outcome.Origin origin = outcome.origin();
      line(
          "| %s | %s | %s | %s | %s | %s |",
          outcome.contestant().label(),
          origin.version(),
          origin.built(),
          origin.searched(),
          origin.settings(),
          origin.flags());
    }
  }

  private void line(String format, Object... values) {
    page.append(format(format, values)).append('\n');
  }

  private static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
