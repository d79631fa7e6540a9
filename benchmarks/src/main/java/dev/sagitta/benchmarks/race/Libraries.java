package dev.sagitta.benchmarks.race;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The libraries of the class path, by the names of their JARs. */
final class Libraries {
  private Libraries() {}

  /** The version of an artifact, as its JAR's name has it; "unknown" where it is no such JAR. */
  static String version(String artifact) {
    Pattern name = Pattern.compile(Pattern.quote(artifact) + "-([0-9].*)\\.jar");
    return Arrays.stream(
            System.getProperty("java.class.path")
                .split(Pattern.quote(System.getProperty("path.separator"))))
        .map(entry -> Path.of(entry).getFileName())
        .filter(file -> file != null)
        .map(file -> name.matcher(file.toString()))
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .findFirst()
        .orElse("unknown");
  }
}
