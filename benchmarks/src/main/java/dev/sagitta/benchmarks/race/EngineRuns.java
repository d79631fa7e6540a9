package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Runs the tasks of one set, each in a process of its own, unless they are done. Every task has a
 * directory, where its output is too.
 */
final class EngineRuns {
  private static final int FIRST = 1;

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

  /**
   * Where the result of a building is.
   *
   * @param number of the building, from 1
   */
  Path buildDirectory(Contestant contestant, int threads, int number) {
    return directory
        .resolve(contestant.builder().directory())
        .resolve("build-%d-%d".formatted(threads, number));
  }

  /** Where the result of a round of searches is. */
  Path roundDirectory(Contestant contestant, int round) {
    return directory.resolve(contestant.directory()).resolve("round-" + round);
  }

  /** The index that is searched, part of the directory of its building. */
  Path indexDirectory(Contestant contestant) {
    return index(buildDirectory(contestant, plan.threadsOfSearchedIndex(), FIRST));
  }

  private static Path index(Path buildDirectory) {
    return buildDirectory.resolve("index");
  }

  /**
   * Builds with so many threads, on as many processors for the whole process. Of several buildings
   * the index of the first one stays.
   */
  void build(Contestant contestant, int threads, int number)
      throws IOException, InterruptedException {
    EngineCommand engine = command(contestant);
    List<String> processors = Processors.command(threads);
    Path place = buildDirectory(contestant, threads, number);
    Task task =
        new Task(
            contestant,
            engine.identity() + "; processors " + String.join(" ", processors),
            data.directory(),
            index(place),
            new Task.Build(threads));
    if (task.isDone(place)) {
      return;
    }
    run(task, place, processors, engine);
    if (number != FIRST) {
      Directories.delete(index(place));
    }
  }

  /** Searches the index of a building once with every ef. */
  void search(Contestant contestant, int round) throws IOException, InterruptedException {
    EngineCommand engine = command(contestant);
    Path built = buildDirectory(contestant, plan.threadsOfSearchedIndex(), FIRST);
    Task task =
        new Task(
            contestant,
            engine.identity() + "; built " + doneAt(built),
            data.directory(),
            index(built),
            plan.search());
    Path place = roundDirectory(contestant, round);
    if (!task.isDone(place)) {
      run(task, place, List.of(), engine);
    }
  }

  /** When the task of a directory was done. */
  static FileTime doneAt(Path place) throws IOException {
    return Files.getLastModifiedTime(Task.resultFile(place));
  }

  private EngineCommand command(Contestant contestant) throws IOException {
    return contestant.isJava()
        ? EngineCommand.java(contestant, plan.jvmFlags(contestant))
        : EngineCommand.program(hnswlib.orElseThrow());
  }

  private static void run(Task task, Path place, List<String> processors, EngineCommand engine)
      throws IOException, InterruptedException {
    Directories.delete(place);
    Files.createDirectories(place);
    if (task.work() instanceof Task.Build) {
      Files.createDirectories(task.index());
    }
    task.write(place);
    List<String> command =
        new ArrayList<>(Stream.concat(processors.stream(), engine.words().stream()).toList());
    command.add(place.toString());
    ChildProcess.run(task.contestant().label(), command, place.resolve("output.log"));
  }
}
