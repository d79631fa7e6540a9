package dev.sagitta.hnsw;

/** A searcher with a scorer of its own, for any vector as a query. */
final class TestSearcher {
  private final TestSpace.Scorer scorer;
  private final GraphSearcher searcher;

  TestSearcher(HnswGraph graph, TestSpace space) {
    scorer = space.newScorer();
    searcher = new GraphSearcher(graph, scorer);
  }

  int search(float[] query, int efSearch, SlotFilter accept, SearchLimit limit) {
    scorer.query(query);
    return searcher.search(efSearch, accept, limit);
  }

  int ordinal(int index) {
    return searcher.ordinal(index);
  }

  float score(int index) {
    return searcher.score(index);
  }

  boolean limitReached() {
    return searcher.limitReached();
  }
}
