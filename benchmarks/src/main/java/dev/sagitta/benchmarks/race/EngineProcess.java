package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.race.Engine.Building;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;

/** The process of a Java engine: does the {@link Task} of a directory, and writes what it did. */
public final class EngineProcess {
  private EngineProcess() {}

  /** Runs; the argument is the directory. */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, ExecutionException {
    Path directory = Path.of(arguments[0]);
    Task task = Task.read(directory);
    Engine engine = task.contestant().engine();
    RaceData data = RaceData.read(task.data());
    Map<String, String> result = new TreeMap<>();
    result.put("version", engine.version());
    result.put("settings", engine.settings());
    switch (task.work()) {
      case Task.Build build ->
          engine.build(
              new Building(
                  data, data.base(), build.threads(), task.index(), new BuildClock(result)));
      case Task.Search search -> {
        try (Engine.OpenIndex index = engine.open(data, task.index())) {
          new SearchMeasurement(index, data.queryVectors(), search, directory).run(result);
        }
      }
    }
    new NamedValues(result).write(Task.resultFile(directory));
  }

  static String seconds(double seconds) {
    return String.format(Locale.ROOT, "%.6f", seconds);
  }
}
