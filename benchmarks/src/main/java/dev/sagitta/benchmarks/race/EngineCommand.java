package dev.sagitta.benchmarks.race;

import dev.sagitta.benchmarks.Machine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the process of a contestant is started.
 *
 * @param words to which the directory of a task is added
 * @param identity tells one engine, on one machine, from another: what was measured of another one
 *     does not count
 */
record EngineCommand(List<String> words, String identity) {
  EngineCommand {
    words = List.copyOf(words);
  }

  /** In a JVM like this one, with flags of its own. */
  static EngineCommand java(Contestant contestant, List<String> flags) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.add("--add-modules=jdk.incubator.vector");
    words.add("--enable-native-access=ALL-UNNAMED");
    words.addAll(flags);
    words.add("-cp");
    words.add(System.getProperty("java.class.path"));
    words.add(EngineProcess.class.getName());
    Engine engine = contestant.engine();
    return new EngineCommand(
        words,
        "%s; %s; measured by code %s; %s"
            .formatted(
                engine.version(),
                String.join(" ", flags),
                CodeFingerprint.ofRace(engine.getClass()),
                Machine.description()));
  }

  /** A program that was compiled for the race. */
  static EngineCommand program(HnswlibProgram program) throws IOException {
    return new EngineCommand(
        List.of(program.file().toAbsolutePath().toString()),
        "%s; program %s; %s"
            .formatted(
                program.version(), CodeFingerprint.of(program.file()), Machine.description()));
  }
}
