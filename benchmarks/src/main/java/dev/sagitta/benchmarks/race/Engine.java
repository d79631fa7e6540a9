package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.nio.file.Path;

/** How a Java engine is called. Every call is made in a process that knows no other engine. */
interface Engine {
  /** How long building took. */
  record BuildTimes(double linkedSeconds, double savedSeconds) {}

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

  /** The part of the index directory that is searched. */
  default Path searched(Path index) {
    return index;
  }

  /**
   * Builds an index of vectors whose ids are their numbers.
   *
   * @param index an empty directory
   * @param threads how many may link at a time
   */
  BuildTimes build(RaceData data, float[][] base, int threads, Path index)
      throws IOException, InterruptedException;

  /** Opens an index that was built before. */
  OpenIndex open(RaceData data, Path index) throws IOException;
}
