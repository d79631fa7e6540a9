package dev.sagitta.benchmarks.race;

/** What all engines are told alike, in the terms of {@code dev.sagitta.hnsw.HnswParameters}. */
final class GraphParameters {
  /** Links that an insertion makes; at most twice as many on layer 0. */
  static final int M = 16;

  static final int EF_CONSTRUCTION = 200;

  /** How many neighbours are asked for. */
  static final int K = 10;

  private GraphParameters() {}
}
