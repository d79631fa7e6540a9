package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;

/** Searches in a collection of the kill tests, compared with what its model says. */
final class KillSearches {
  private static final int K = 10;

  /** Generous, for a collection of a thousand records at most. */
  private static final int EF_SEARCH = 400;

  private static final double RECALL_MIN = 0.995;

  private KillSearches() {}

  /** Fails unless random searches find what they should, exact ones the very nearest. */
  static void check(
      KillLevel level,
      VectorCollection collection,
      KillModel model,
      SplittableRandom random,
      int queries) {
    NearestReference reference = new NearestReference(level.metric(), model.records().values());
    for (int i = 0; i < queries; i++) {
      SearchRequest request = SearchRequest.of(KillScript.gaussian(random), K);
      reference.requireExact(request, collection.searchExact(request));
      reference.requireTrue(request, collection.search(request));
    }
  }

  /**
   * Fails unless the graph, with all linked, leads to nearly all of the nearest records: to as many
   * as it would in a collection that never crashed, with half a point to spare.
   */
  static void checkRecall(VectorCollection collection, SplittableRandom random, int queries) {
    long right = 0;
    long all = 0;
    for (int i = 0; i < queries; i++) {
      SearchRequest request =
          SearchRequest.builder(KillScript.gaussian(random), K).efSearch(EF_SEARCH).build();
      SearchResult exact = collection.searchExact(request);
      all += exact.size();
      right += NearestReference.countNearest(exact, collection.search(request));
    }
    double recall = all == 0 ? 1 : (double) right / all;
    assertTrue(recall >= RECALL_MIN, () -> "recall is " + recall);
  }

  /** Fails unless a record that lives is found by its own vector. */
  static void checkFindsItself(VectorCollection collection, VectorRecord record) {
    SearchResult result = collection.search(SearchRequest.of(record.floats(), K));
    NearestReference.requireFound(record, result);
  }
}
