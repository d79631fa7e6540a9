package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.PreparedQuery;
import dev.sagitta.hnsw.GraphSearcher;
import dev.sagitta.hnsw.HnswGraph;
import dev.sagitta.hnsw.SearchLimit;
import java.util.function.BooleanSupplier;

/**
 * Measures whether codes tell a collection's vectors apart: of some stored vectors a wide search of
 * the graph by vectors finds the neighbourhood; its members are ranked by code; and the share is
 * taken of the ten nearest that a search by codes would have scored again. By distance, so that
 * ties count for each other. The vector itself is left out.
 *
 * <p>It says nothing where the graph is so small, or links are so few, that a neighbourhood has
 * hardly more members than would be scored again.
 */
final class CodeCheck {
  private static final int QUERIES = 24;
  private static final int K = 10;
  private static final int EF_SEARCH = 400;

  private CodeCheck() {}

  /**
   * The share, from 0 to 1; 1 where there is nothing to measure.
   *
   * @param slotCount slots that are encoded
   * @param stopped ends it early, with any result
   */
  static double recall(
      CodeStore store,
      StoredVectors vectors,
      HnswGraph graph,
      Epoch epoch,
      int slotCount,
      BooleanSupplier stopped) {
    Neighbourhood neighbourhood = new Neighbourhood(store, vectors, graph);
    int queries = Math.min(QUERIES, slotCount);
    long found = 0;
    for (int i = 0; i < queries && !stopped.getAsBoolean(); i++) {
      int slot = (int) ((long) i * slotCount / queries);
      int ticket = epoch.enter();
      try {
        found += neighbourhood.kept(slot, slotCount);
      } finally {
        epoch.exit(ticket);
      }
    }
    return (double) found / ((long) queries * K);
  }

  /** What lies around one slot at a time. */
  private static final class Neighbourhood {
    private final CodeStore store;
    private final StoredVectors vectors;
    private final StoredVectors.Scorer exact;
    private final GraphSearcher searcher;
    private final PreparedQuery query;
    private final TopHits byCode = new TopHits((one, other) -> one < other);
    private final int[] members = new int[EF_SEARCH];
    private final float[] scores = new float[EF_SEARCH];

    Neighbourhood(CodeStore store, StoredVectors vectors, HnswGraph graph) {
      this.store = store;
      this.vectors = vectors;
      exact = vectors.newScorer();
      searcher = new GraphSearcher(graph, exact);
      query = store.kernel().newQuery();
    }

    /** How many of the K nearest are kept; K where there are hardly more. */
    int kept(int slot, int slotCount) {
      VectorValue vector = vectors.read(slot);
      exact.query(vector);
      int count =
          searcher.search(EF_SEARCH, other -> other != slot && other < slotCount, SearchLimit.NONE);
      int again = SearchScratch.scoredAgain(K);
      if (count < 2 * again) {
        return K;
      }
      for (int i = 0; i < count; i++) {
        members[i] = searcher.ordinal(i);
      }
      store.kernel().prepare(vector, query);
      store.kernel().score(query, store.rows(), members, count, scores);
      byCode.reset(again);
      for (int i = 0; i < count; i++) {
        byCode.offer(i, scores[i]);
      }
      int kept = 0;
      for (int i = 0; i < byCode.size(); i++) {
        kept += searcher.score(byCode.slot(i)) <= searcher.score(K - 1) ? 1 : 0;
      }
      return Math.min(kept, K);
    }
  }
}
