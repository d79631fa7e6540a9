package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.Kernel;
import dev.sagitta.distance.kernel.PreparedQuery;
import dev.sagitta.distance.kernel.VectorRows;
import dev.sagitta.hnsw.QueryScorer;

/**
 * Scores stored vectors by themselves: the collection's kernel over the vector store, with every
 * block of a sealed extent checked before a vector in it is scored.
 */
final class StoredVectors {
  private final VectorStore store;
  private final Kernel kernel;

  StoredVectors(VectorStore store, Kernel kernel) {
    this.store = store;
    this.kernel = kernel;
  }

  /** A slot's vector; see {@link VectorStore#read}. */
  VectorValue read(int slot) {
    return store.read(slot);
  }

  /** A scorer for one thread at a time, of use while that thread holds the epoch. */
  Scorer newScorer() {
    return new Scorer();
  }

  /** Scores against one query at a time. */
  final class Scorer implements QueryScorer {
    private final PreparedQuery query = kernel.newQuery();
    private final int[] stored = new int[1];

    /** Sets the query, a vector that suits the collection. */
    void query(VectorValue vector) {
      kernel.prepare(vector, query);
    }

    @Override
    public void queryStored(int ordinal) {
      stored[0] = ordinal;
      store.ensureVerified(stored, 1);
      kernel.prepareStored(store.rows(), ordinal, query);
    }

    @Override
    public void score(int[] ordinals, int count, float[] scores) {
      store.ensureVerified(ordinals, count);
      VectorRows rows = store.rows();
      kernel.score(query, rows, ordinals, count, scores);
    }
  }
}
