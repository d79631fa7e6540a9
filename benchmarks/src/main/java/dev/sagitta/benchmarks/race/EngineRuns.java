package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.Directories;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private final RaceSettings settings;
  private final Optional<HnswlibProgram> hnswlib;

  EngineRuns(
      Path directory, RaceData data, RaceSettings settings, Optional<HnswlibProgram> hnswlib) {
    this.directory = directory;
    this.data = data;
    this.settings = settings;
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

  /** The index that is searched: what the last building made. */
  Path indexDirectory(Contestant contestant) {
    return directory.resolve(contestant.builder().directory()).resolve("index");
  }

  /** Builds with so many threads; one thread has one processor for the whole process. */
  void build(Contestant contestant, int threads) throws IOException, InterruptedException {
    Path index = indexDirectory(contestant);
    Task task =
        new Task(
            contestant, fingerprint(contestant), data.directory(), index, new Task.Build(threads));
    Path place = buildDirectory(contestant, threads);
    if (task.isDone(place) && Files.exists(index)) {
      return;
    }
    Directories.delete(index);
    Files.createDirectories(index);
    run(task, place, threads == 1 && Files.exists(ONE_PROCESSOR_COMMAND));
  }

  /** Searches once with every ef. */
  void search(Contestant contestant, int round) throws IOException, InterruptedException {
    Task task =
        new Task(
            contestant,
            fingerprint(contestant.builder()),
            data.directory(),
            indexDirectory(contestant),
            new Task.Search(settings.efs(), settings.warmUpSeconds(), settings.passSeconds()));
    Path place = roundDirectory(contestant, round);
    if (!task.isDone(place)) {
      run(task, place, false);
    }
  }

  private String fingerprint(Contestant contestant) throws IOException {
    return contestant.isJava()
        ? contestant.engine().version()
        : hnswlib.map(HnswlibProgram::version).orElse("unknown");
  }

  private void run(Task task, Path place, boolean onOneProcessor)
      throws IOException, InterruptedException {
    Directories.delete(place);
    Files.createDirectories(place);
    task.write(place);
    List<String> command = new ArrayList<>();
    if (onOneProcessor) {
      command.addAll(List.of(ONE_PROCESSOR_COMMAND.toString(), "-c", "0"));
    }
    command.addAll(command(task.contestant()));
    command.add(place.toString());
    File log = place.resolve("output.log").toFile();
    int exitCode =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start().waitFor();
    if (exitCode != 0) {
      throw new IOException(
          "%s ended with exit code %d; see %s"
              .formatted(task.contestant().label(), exitCode, log.getAbsolutePath()));
    }
  }

  private List<String> command(Contestant contestant) {
    return contestant.isJava()
        ? List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Xmx" + settings.heapMib() + "m",
            "-cp",
            System.getProperty("java.class.path"),
            EngineProcess.class.getName())
        : List.of(hnswlib.orElseThrow().file().toAbsolutePath().toString());
  }
}
