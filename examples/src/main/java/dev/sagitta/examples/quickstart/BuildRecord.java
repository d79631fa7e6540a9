package dev.sagitta.examples.quickstart;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;

/**
 * What an index was built from. It is written when the building is done, so it also tells that the
 * index was whole then. Whether the index is still there is for {@link MethodIndex} to look at.
 *
 * @param jdk version of the JDK whose methods are in the index
 * @param features version of the code that makes the vectors
 * @param methods how many methods there are
 * @param time how long it took to read, embed, store and link them
 */
record BuildRecord(String jdk, int features, long methods, Duration time) {
  /** To be raised with every change that gives methods other vectors or payloads. */
  private static final int FEATURES_NOW = 1;

  /** The record of an index that this program has just built. */
  static BuildRecord of(long methods, Duration time) {
    return new BuildRecord(Runtime.version().toString(), FEATURES_NOW, methods, time);
  }

  /** Reads the record; empty if there is none. */
  static Optional<BuildRecord> read(Path file) throws IOException {
    if (Files.notExists(file)) {
      return Optional.empty();
    }
    Properties properties = new Properties();
    try (Reader in = Files.newBufferedReader(file)) {
      properties.load(in);
    }
    return Optional.of(
        new BuildRecord(
            properties.getProperty("jdk", ""),
            Integer.parseInt(properties.getProperty("features", "0")),
            Long.parseLong(properties.getProperty("methods", "0")),
            Duration.parse(properties.getProperty("time", "PT0S"))));
  }

  /** Writes the record. */
  void write(Path file) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("jdk", jdk);
    properties.setProperty("features", Integer.toString(features));
    properties.setProperty("methods", Long.toString(methods));
    properties.setProperty("time", time.toString());
    try (Writer out = Files.newBufferedWriter(file)) {
      properties.store(out, "What the index beside this file was built from");
    }
  }

  /** Whether the index was made of the methods of this JDK, with the vectors of this program. */
  boolean isCurrent() {
    return jdk.equals(Runtime.version().toString()) && features == FEATURES_NOW;
  }

  /** Methods a second: read, made into vectors, stored and linked. */
  double perSecond() {
    return methods * 1e9 / Math.max(1, time.toNanos());
  }
}
