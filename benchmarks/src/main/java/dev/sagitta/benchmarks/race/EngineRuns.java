package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Runs the tasks of one set, each in a process of its own, unless they are done. Every task has a
 * directory, where its output is too.
 */
final class EngineRuns {
  private static final Path ONE_PROCESSOR_COMMAND = Path.of("/usr/bin/taskset");

  private final Path directory;
  private final RaceData data;
  private final RacePlan plan;
  private final Optional<HnswlibProgram> hnswlib;

  EngineRuns(Path directory, RaceData data, RacePlan plan, Optional<HnswlibProgram> hnswlib) {
    this.directory = directory;
    this.data = data;
    this.plan = plan;
    this.hnswlib = hnswlib;
  }

  /** Where the result of a building is. */
  Path buildDirectory(Contestant contestant, int threads) {
    return directory.resolve(contestant.directory()).resolve("build-" + threads);
  }

  /** Where the result of a round of searches is. */
  Path roundDirectory(Contestant contestant, int round) {
    return directory.resolve(contestant.directory()).resolve("round-" + round);
  }

  /** The index that a building made, part of its directory. */
  Path indexDirectory(Contestant contestant, int threads) {
    return buildDirectory(contestant.builder(), threads).resolve("index");
  }

  /** Builds with so many threads; one thread has one processor for the whole process. */
  void build(Contestant contestant, int threads) throws IOException, InterruptedException {
    Task task =
        new Task(
            contestant,
            version(contestant),
            data.directory(),
            indexDirectory(contestant, threads),
            new Task.Build(threads));
    Path place = buildDirectory(contestant, threads);
    if (!task.isDone(place)) {
      run(task, place, threads == 1 && Files.exists(ONE_PROCESSOR_COMMAND));
    }
  }

  /** Searches the index of a building once with every ef. */
  void search(Contestant contestant, int round) throws IOException, InterruptedException {
    int threads = plan.threadsOfSearchedIndex();
    Task task =
        new Task(
            contestant,
            version(contestant)
                + ", built "
                + doneAt(buildDirectory(contestant.builder(), threads)),
            data.directory(),
            indexDirectory(contestant, threads),
            plan.search());
    Path place = roundDirectory(contestant, round);
    if (!task.isDone(place)) {
      run(task, place, false);
    }
  }

  /** When the task of a directory was done. */
  static FileTime doneAt(Path place) throws IOException {
    return Files.getLastModifiedTime(Task.resultFile(place));
  }

  private String version(Contestant contestant) throws IOException {
    return contestant.isJava()
        ? contestant.engine().version()
        : hnswlib.map(HnswlibProgram::version).orElse("unknown");
  }

  private void run(Task task, Path place, boolean onOneProcessor)
      throws IOException, InterruptedException {
    Directories.delete(place);
    Files.createDirectories(place);
    if (task.work() instanceof Task.Build) {
      Files.createDirectories(task.index());
    }
    task.write(place);
    List<String> command = new ArrayList<>();
    if (onOneProcessor) {
      command.addAll(List.of(ONE_PROCESSOR_COMMAND.toString(), "-c", "0"));
    }
    command.addAll(command(task.contestant()));
    command.add(place.toString());
    ChildProcess.run(task.contestant().label(), command, place.resolve("output.log"));
  }

  private List<String> command(Contestant contestant) {
    return contestant.isJava()
        ? List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx" + plan.heapMib() + "m",
            "-cp",
            System.getProperty("java.class.path"),
            EngineProcess.class.getName())
        : List.of(hnswlib.orElseThrow().file().toAbsolutePath().toString());
  }
}
