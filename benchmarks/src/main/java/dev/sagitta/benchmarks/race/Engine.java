package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How a Java engine is called. Every call is made in a process that knows no other engine. */
interface Engine {
  /**
   * What is built.
   *
   * @param base vectors, whose ids are their numbers
   * @param threads how many may link at a time
   * @param index an empty directory
   * @param clock to be started and told
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Building(RaceData data, float[][] base, int threads, Path index, BuildClock clock) {}

  /** An index that is open; closed once all its searchers are done. */
  interface OpenIndex extends AutoCloseable {
    /** A searcher for one thread. */
    Searcher newSearcher() throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Searches for one thread. */
  interface Searcher {
    /** The ids of the {@link GraphParameters#K} nearest, nearly, the nearest first. */
    int[] search(float[] query, int ef) throws IOException;
  }

  /** The engine's version. */
  String version() throws IOException;

  /** What it was told beyond {@link GraphParameters}, for the report. */
  String settings();

  /** Flags of the JVM with which it is fastest: its collector, and where they help, huge pages. */
  default List<String> jvmFlags() {
    return List.of("-XX:+UseParallelGC");
  }

  /** The part of the index directory that is searched. */
  default Path searched(Path index) {
    return index;
  }

  /** Builds an index, and saves it. */
  void build(Building building) throws IOException, InterruptedException;

  /** Opens an index that was built before. */
  OpenIndex open(RaceData data, Path index) throws IOException;
}
