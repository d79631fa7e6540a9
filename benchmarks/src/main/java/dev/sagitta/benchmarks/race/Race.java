package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.Machine;
import dev.sagitta.benchmarks.data.VectorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Builds one index of the same vectors with Sagitta and with each of its peers, searches them, and
 * writes how fast each is at which recall.
 *
 * <p>Every building and every round of searches is a process of its own, so no engine spoils the
 * profile of another's code; rounds are interleaved, A B C, B C A, so that what else the machine
 * does meets all. A run that was broken off goes on where it was.
 *
 * <pre>
 * java --add-modules jdk.incubator.vector -cp 'benchmarks/target/benchmarks.jar:benchmarks/target/peers/*' \
 *     dev.sagitta.benchmarks.race.Race WORK_DIRECTORY fashion-mnist:DIRECTORY
 * </pre>
 */
@Command(
    name = "Race",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Measures Sagitta beside other engines: speed at equal recall, building, memory.")
public final class Race implements Callable<Integer> {
  @Parameters(
      paramLabel = "WORK_DIRECTORY",
      description = "keeps vectors, indexes and results, each set in a folder")
  private Path work = Path.of("");

  @Parameters(paramLabel = "SET", description = SetSource.FORMS)
  private String set = "";

  @Option(
      names = "--engines",
      split = ",",
      description = "by default all: ${COMPLETION-CANDIDATES}")
  private List<Contestant> contestants = List.of(Contestant.values());

  @Option(names = "--builds", defaultValue = "1", description = "of each index; medians count")
  private int builds;

  @Option(names = "--rounds", defaultValue = "3", description = "of searches of each engine")
  private int rounds;

  @Option(names = "--queries", defaultValue = "2000", description = "at most")
  private int queries;

  @Option(
      names = "--efs",
      split = ",",
      defaultValue = "10,12,14,17,20,24,30,40,50,64,80,100,128,160,200,256,320,400,512",
      description = "efSearch, ascending, at least 10")
  private List<Integer> efs = List.of();

  @Option(names = "--warm-up", defaultValue = "5", description = "seconds of each process")
  private double warmUpSeconds;

  @Option(names = "--pass", defaultValue = "1", description = "seconds for each efSearch at least")
  private double passSeconds;

  @Option(names = "--heap", defaultValue = "8192", description = "MiB of each JVM at most")
  private int heapMib;

  @Option(
      names = "--jvm-flags",
      split = " ",
      description = "in place of the collector and pages that suit each engine")
  private List<String> jvmFlags = List.of();

  @Option(
      names = "--one-thread-max",
      defaultValue = "200000",
      description = "vectors up to which building with one thread is measured too")
  private int oneThreadCountMax;

  private Race() {}

  /** Runs; see the class. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** Runs, and gives the exit code. */
  static int run(String... arguments) {
    return new CommandLine(new Race()).setCaseInsensitiveEnumValuesAllowed(true).execute(arguments);
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    SetSource source = SetSource.parse(set);
    Task.Search search = new Task.Search(efs, warmUpSeconds, passSeconds);
    Path directory = work.resolve(source.directoryName());
    Files.createDirectories(directory);
    say("%s: preparing vectors and true neighbours", source.directoryName());
    RaceData data = new SetPreparation(directory.resolve("vectors"), source, queries).prepare();
    Optional<HnswlibProgram> hnswlib =
        contestants.contains(Contestant.HNSWLIB)
            ? HnswlibProgram.compile(directory)
            : Optional.empty();
    RacePlan plan =
        new RacePlan(
            contestants.stream().filter(c -> c.isJava() || hnswlib.isPresent()).toList(),
            threads(data),
            builds,
            rounds,
            new RacePlan.Jvm(
                heapMib, jvmFlags.isEmpty() ? Optional.empty() : Optional.of(jvmFlags)),
            search);
    EngineRuns runs = new EngineRuns(directory, data, plan, hnswlib);
    build(runs, plan);
    search(runs, plan);
    report(directory, data, plan, runs);
    return 0;
  }

  /** Of the buildings: two where there are two processors, and one where it does not take long. */
  private List<Integer> threads(RaceData data) throws IOException {
    int processors = Processors.allowed().size();
    return Stream.of(2, 1)
        .filter(
            threads ->
                threads == 2
                    ? processors >= 2
                    : processors == 1 || data.count() <= oneThreadCountMax)
        .toList();
  }

  private static void build(EngineRuns runs, RacePlan plan)
      throws IOException, InterruptedException {
    Steps steps = new Steps(plan.builders().size() * plan.threads().size() * plan.builds());
    for (int number = 1; number <= plan.builds(); number++) {
      for (Contestant builder : RacePlan.inOrderOfRound(number, plan.builders())) {
        for (int threads : plan.threads()) {
          steps.next("%s builds, threads: %d", builder.label(), threads);
          runs.build(builder, threads, number);
        }
      }
    }
  }

  private static void search(EngineRuns runs, RacePlan plan)
      throws IOException, InterruptedException {
    Steps steps = new Steps(plan.contestants().size() * plan.rounds());
    for (int round = 1; round <= plan.rounds(); round++) {
      for (Contestant contestant : RacePlan.inOrderOfRound(round, plan.contestants())) {
        steps.next("%s searches, round %d of %d", contestant.label(), round, plan.rounds());
        runs.search(contestant, round);
      }
    }
  }

  private static void report(Path directory, RaceData data, RacePlan plan, EngineRuns runs)
      throws IOException {
    try (VectorSource base = data.openBase()) {
      Recall recall = new Recall(data, base);
      List<Outcome> outcomes = new ArrayList<>();
      for (Contestant contestant : plan.contestants()) {
        outcomes.add(Outcome.read(contestant, plan, runs, recall));
      }
      new RaceReport(data, plan, Machine.command("benchmarks.jar:peers/*"), outcomes)
          .write(directory);
    }
    System.out.print(Files.readString(directory.resolve("report.md")));
  }

  /** Tells each of so many steps. */
  private static final class Steps {
    private final int count;
    private int done;

    Steps(int count) {
      this.count = count;
    }

    void next(String format, Object... values) {
      done++;
      say("[%d of %d] %s", done, count, String.format(Locale.ROOT, format, values));
    }
  }

  private static void say(String format, Object... values) {
    System.err.printf(
        "%tT %s%n", System.currentTimeMillis(), String.format(Locale.ROOT, format, values));
  }
}
