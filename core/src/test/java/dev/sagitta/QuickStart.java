package dev.sagitta;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Flags with which the children of the kill tests start in half the time: the class path with JARs
 * in place of directories, because only those can have an archive of loaded classes, and such an
 * archive, made by a child that does in peace what the others are killed at.
 *
 * <p>Made once in each JVM of tests, in a directory that is deleted with it.
 */
final class QuickStart {
  private static final long PATIENCE_SECONDS = 120;
  private static final List<String> FLAGS = make();

  private QuickStart() {}

  /** Flags of the JVM, class path included. */
  static List<String> flags() {
    return FLAGS;
  }

  private static List<String> make() {
    try {
      Path directory = Files.createTempDirectory("sagitta-children");
      directory.toFile().deleteOnExit();
      List<String> jars = new ArrayList<>();
      List<String> entries =
          Pattern.compile(File.pathSeparator, Pattern.LITERAL)
              .splitAsStream(System.getProperty("java.class.path"))
              .toList();
      for (String entry : entries) {
        Path path = Path.of(entry);
        jars.add(Files.isDirectory(path) ? jar(path, directory, jars.size()) : entry);
      }
      // None of them lives long enough for what the first two leave out.
      List<String> flags =
          new ArrayList<>(
              List.of(
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC",
                  "-Xmx128m",
                  "-ea",
                  "-cp",
                  String.join(File.pathSeparator, jars)));
      flags.add("-XX:SharedArchiveFile=" + archive(flags, directory));
      return List.copyOf(flags);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String jar(Path classes, Path directory, int number) throws IOException {
    Path jar = directory.resolve(number + ".jar");
    jar.toFile().deleteOnExit();
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.putNextEntry(
            new JarEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
        Files.copy(file, out);
        out.closeEntry();
      }
    }
    return jar.toString();
  }

  private static Path archive(List<String> flags, Path directory) throws IOException {
    Path archive = directory.resolve("classes.jsa");
    archive.toFile().deleteOnExit();
    Path said = directory.resolve("said");
    said.toFile().deleteOnExit();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.add("-XX:ArchiveClassesAtExit=" + archive);
    // What it says of classes that it leaves out is of no matter.
    command.add("-Xlog:disable");
    command.add("-Xlog:all=error");
    command.add(Rehearsal.class.getName());
    command.add(directory.toString());
    Process rehearsal =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      if (!rehearsal.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)
          || rehearsal.exitValue() != 0
          || !Files.exists(archive)) {
        throw new AssertionError("no archive of classes; it said\n" + Files.readString(said));
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    } finally {
      rehearsal.destroyForcibly();
    }
    return archive;
  }

  /** What the children do, done in peace. */
  static final class Rehearsal {
    private Rehearsal() {}

    public static void main(String[] arguments) throws IOException {
      Path data = Files.createTempDirectory(Path.of(arguments[0]), "data");
      KillFiles files = KillFiles.counting(data);
      List<Long> none = Collections.nCopies(KillCycle.WRITERS, 0L);
      KillCycle cycle =
          KillCycle.recover(KillLevel.SYNC, data, 1, files, (writer, steps) -> {}, none);
      cycle.begin();
      cycle.round();
      cycle.close();
      KillChild.sayAcknowledged(0, cycle.steps().getFirst());
      Trees.delete(data);
    }
  }
}
