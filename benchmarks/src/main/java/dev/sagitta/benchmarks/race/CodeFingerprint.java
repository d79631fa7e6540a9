package dev.sagitta.benchmarks.race;

import dev.sagitta.VectorDatabase;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/** Checksums of code, to tell one build of it from another: eight hexadecimal digits. */
final class CodeFingerprint {
  private static final String SAGITTA = "dev/sagitta/";
  private static final String BENCHMARKS = SAGITTA + "benchmarks/";
  private static final String RACE = BENCHMARKS + "race/";
  private static final String DATA = BENCHMARKS + "data/";

  /** Classes of the race that measure nothing: a change of them leaves figures as they are. */
  private static final Set<String> REPORTING =
      Set.of("Outcome", "RaceReport", "Recall", "RecallPlot", "Sweep", "SweepPoint");

  private CodeFingerprint() {}

  /** Of Sagitta's own code, as this JVM has it. */
  static String ofSagitta() throws IOException {
    return of(
        VectorDatabase.class, name -> name.startsWith(SAGITTA) && !name.startsWith(BENCHMARKS));
  }

  /**
   * Of the code that measures an engine: all of the race but the report and the other engines.
   *
   * @param engine the class that calls it
   */
  static String ofRace(Class<? extends Engine> engine) throws IOException {
    return of(
        Race.class,
        name -> name.startsWith(DATA) || (name.startsWith(RACE) && measures(name, engine)));
  }

  private static boolean measures(String name, Class<? extends Engine> engine) {
    String type = name.substring(RACE.length()).replaceFirst("[$.].*", "");
    boolean other =
        type.endsWith("Engine")
            && !type.equals(engine.getSimpleName())
            && !type.equals(Engine.class.getSimpleName());
    return name.endsWith(".class") && !other && !REPORTING.contains(type);
  }

  /** Of a file's bytes. */
  static String of(Path file) throws IOException {
    CRC32C checksum = new CRC32C();
    checksum.update(Files.readAllBytes(file));
    return text(checksum);
  }

  private static String of(Class<?> type, Predicate<String> names) throws IOException {
    Path location = location(type);
    if (Files.isDirectory(location)) {
      return of(location, names);
    }
    try (FileSystem jar = FileSystems.newFileSystem(location)) {
      return of(jar.getPath("/"), names);
    }
  }

  private static String of(Path root, Predicate<String> names) throws IOException {
    CRC32C checksum = new CRC32C();
    for (Path file : files(root)) {
      String name = root.relativize(file).toString().replace('\\', '/');
      if (names.test(name)) {
        checksum.update(name.getBytes(StandardCharsets.UTF_8));
        checksum.update(Files.readAllBytes(file));
      }
    }
    return text(checksum);
  }

  private static Path location(Class<?> type) throws IOException {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IOException("code of " + type + " is in no file", e);
    }
  }

  private static List<Path> files(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String text(CRC32C checksum) {
    return "%08x".formatted(checksum.getValue());
  }
}
