package dev.sagitta.hnsw;

import java.util.Objects;

/**
 * Searches a graph; holds the scratch of one search and its results.
 *
 * <p>For one thread at a time; made once and used for many searches. Searches take no lock and run
 * beside insertions. A search allocates nothing, except that scratch grows on the first searches,
 * with efSearch, and in one that visits more than 131072 nodes.
 */
public final class GraphSearcher {
  /** How many nodes are expanded between two questions to a {@link SearchLimit}. */
  public static final int EXPANSIONS_PER_POLL = 64;

  private final HnswGraph graph;
  private final LayerWalk walk;
  private final Beam beam;
  private int resultCount;
  private boolean limitReached;

  /**
   * Makes a searcher.
   *
   * @param scorer kept; scores the graph's vectors against the query that its owner sets
   */
  public GraphSearcher(HnswGraph graph, QueryScorer scorer) {
    this.graph = graph;
    this.walk = new LayerWalk(graph, scorer);
    this.beam = walk.beam();
  }

  /**
   * Finds the accepted ordinals nearest to the scorer's query, nearly: by a narrow beam on the
   * upper layers, then by one of efSearch on layer 0 (Malkov and Yashunin 2018, Algorithm 5).
   *
   * <p>Results may include ordinals whose insertion is still going on. There may be fewer than
   * efSearch of them even though more are accepted: where the filter rejects more than 15 in 16, or
   * where nodes cannot be reached.
   *
   * @param efSearch how many results are wanted, in [1, {@link HnswParameters#EF_SEARCH_MAX}]
   * @param accept which ordinals may be returned
   * @param limit may end the search early
   * @return how many results there are, at most efSearch; they stand until the next search
   * @throws IllegalArgumentException if efSearch is out of its range
   */
  public int search(int efSearch, SlotFilter accept, SearchLimit limit) {
    if (efSearch < 1 || efSearch > HnswParameters.EF_SEARCH_MAX) {
      throw new IllegalArgumentException(
          "efSearch " + efSearch + " is not in [1, " + HnswParameters.EF_SEARCH_MAX + "]");
    }
    resultCount = 0;
    limitReached = false;
    long entryPoint = graph.entryPoint();
    if (entryPoint == HnswGraph.NO_ENTRY_POINT) {
      return 0;
    }
    walk.descend(entryPoint, 0, efSearch);
    limitReached = walk.walk(0, efSearch, accept, limit);
    beam.keepAccepted();
    resultCount = beam.size();
    return resultCount;
  }

  /**
   * Has the next searches go as if an ordinal were not in the graph: they neither find it nor walk
   * through it, unless it is the entry point, where they begin. So a stored vector can be asked for
   * as a new one would be.
   *
   * @param ordinal a negative one for the graph as it is
   */
  public void without(int ordinal) {
    walk.without(ordinal);
  }

  /** The ordinal of a result; they are sorted by (score, ordinal). */
  public int ordinal(int index) {
    return Keys.ordinal(beam.key(Objects.checkIndex(index, resultCount)));
  }

  /** The score of a result. */
  public float score(int index) {
    return Keys.score(beam.key(Objects.checkIndex(index, resultCount)));
  }

  /** True if the last search ended because its limit was reached. */
  public boolean limitReached() {
    return limitReached;
  }
}
