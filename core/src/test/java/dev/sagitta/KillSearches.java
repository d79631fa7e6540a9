package dev.sagitta;

import java.util.SplittableRandom;

/** Searches in a collection of the kill tests, compared with what its model says. */
final class KillSearches {
  private static final int K = 10;

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

  /** Fails unless a record that lives is found by its own vector. */
  static void checkFindsItself(VectorCollection collection, VectorRecord record) {
    SearchResult result = collection.search(SearchRequest.of(record.vector(), K));
    NearestReference.requireFound(record, result);
  }
}
