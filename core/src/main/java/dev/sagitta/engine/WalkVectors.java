package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.PreparedQuery;
import dev.sagitta.distance.kernel.VectorRows;
import dev.sagitta.hnsw.QueryScorer;
import dev.sagitta.hnsw.VectorSpace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the graph is walked by, when it is searched and when it is built: the vectors themselves, or
 * their codes once there are any ({@link CodeTraining}).
 *
 * <p>A walk goes by what there was when its query was set, to its end. So that every slot it may
 * meet has a code in the store it goes by:
 *
 * <ol>
 *   <li>a linker, inside the epoch, encodes a slot into all stores that {@link #begin} told of
 *       before it links the slot;
 *   <li>after {@code begin} all readers are waited for, among them the linkers that did not know of
 *       the store yet, before the slots that were there are encoded; then walks may go by it;
 *   <li>a store is encoded into until all walks that may go by it have ended.
 * </ol>
 *
 * <p>A linker may link a slot that is listed as pending but not published yet. It is among those
 * that are encoded after the readers were waited for all the same, because the write lane is a
 * reader too, from before it lists a slot until it has published it.
 *
 * <p>An insertion takes several queries, and may go by vectors with one and by codes with the next:
 * scores of both kinds are in the same unit, so that costs no more than codes do.
 */
final class WalkVectors implements VectorSpace {
  private final StoredVectors vectors;

  /** What a slot is encoded into before links lead to it; replaced, never changed in place. */
  private volatile CodeStore[] written = {};

  /** What walks that begin now go by; null for the vectors. */
  private volatile @Nullable CodeStore current;

  WalkVectors(StoredVectors vectors) {
    this.vectors = vectors;
  }

  /**
   * Encodes a slot; called inside the epoch before it is linked. Walks begin by the vectors again
   * if too many vectors lie outside the codes' range, or there is no memory for another code.
   *
   * @throws OutOfMemoryError if there is none for the slot's code, without which it must not be
   *     linked while walks go by codes
   */
  void encode(int slot) {
    CodeStore[] stores = written;
    if (stores.length == 0) {
      return;
    }
    VectorValue vector = vectors.read(slot);
    for (CodeStore store : stores) {
      try {
        store.encode(slot, vector);
      } catch (OutOfMemoryError e) {
        distrust(store);
        throw e;
      }
      if (store.tooNarrow(slot)) {
        distrust(store);
      }
    }
  }

  @SuppressWarnings("ReferenceEquality") // the same store, not an equal one
  private synchronized void distrust(CodeStore store) {
    store.distrust();
    if (current == store) {
      current = null;
    }
  }

  /**
   * From now on linkers encode into a store, beside the one that walks go by. Background thread.
   */
  void begin(CodeStore store) {
    CodeStore[] old = written;
    CodeStore[] more = Arrays.copyOf(old, old.length + 1);
    more[old.length] = store;
    written = more;
  }

  /**
   * Walks that begin now go by a store that has all slots; by the vectors, with false, if that was
   * distrusted meanwhile. Background thread.
   */
  synchronized boolean use(CodeStore store) {
    current = store.distrusted() ? null : store;
    return !store.distrusted();
  }

  /** Walks that begin now go by the vectors. Background thread. */
  synchronized void useVectors() {
    current = null;
  }

  /**
   * From now on linkers encode into one store alone, or none; gives the others. Background thread,
   * after the walks by the others have ended.
   *
   * @param used what walks went by before their end was waited for
   */
  List<CodeStore> end(@Nullable CodeStore used) {
    List<CodeStore> others = new ArrayList<>(Arrays.asList(written));
    others.remove(used);
    written = used == null ? new CodeStore[0] : new CodeStore[] {used};
    return others;
  }

  /** Whether linkers encode into a store that no walk is to begin by any more. */
  boolean distrusts() {
    return Arrays.stream(written).anyMatch(CodeStore::distrusted);
  }

  /** What walks that begin now go by; null for the vectors. */
  @Nullable CodeStore current() {
    return current;
  }

  /** Bytes of memory that codes take. */
  long bytes() {
    return Arrays.stream(written).mapToLong(CodeStore::bytes).sum();
  }

  /** Frees the codes; the epoch is closed by then. */
  void close() {
    Closing.all(Arrays.stream(written).map(store -> (Runnable) store::close).toList());
  }

  /** A scorer for one thread at a time, of use while that thread holds the epoch. */
  @Override
  public Scorer newScorer() {
    return new Scorer();
  }

  /** Scores against one query at a time. */
  final class Scorer implements QueryScorer {
    private final StoredVectors.Scorer exact = vectors.newScorer();

    /** What the query's walk goes by; null for the vectors. */
    private @Nullable CodeStore codes;

    /** A query for the kernel of the codes, once there are any. */
    private @Nullable PreparedQuery query;

    /** Sets the query, a vector that suits the collection; true if it is compared with codes. */
    boolean query(VectorValue vector) {
      CodeStore store = choose();
      if (store == null) {
        exact.query(vector);
        return false;
      }
      store.kernel().prepare(vector, Objects.requireNonNull(query));
      return true;
    }

    @Override
    public void queryStored(int ordinal) {
      CodeStore store = choose();
      if (store == null) {
        exact.queryStored(ordinal);
      } else {
        store.kernel().prepareStored(store.rows(), ordinal, Objects.requireNonNull(query));
      }
    }

    @Override
    public void score(int[] ordinals, int count, float[] scores) {
      CodeStore store = codes;
      if (store == null) {
        exact.score(ordinals, count, scores);
      } else {
        VectorRows rows = store.rows();
        store.kernel().score(Objects.requireNonNull(query), rows, ordinals, count, scores);
      }
    }

    /** Whether walks that begin now go by codes. */
    boolean byCodes() {
      return current != null;
    }

    @SuppressWarnings("ReferenceEquality") // the same store, not an equal one
    private @Nullable CodeStore choose() {
      CodeStore now = current;
      if (now != codes) {
        codes = now;
        query = now == null ? null : now.kernel().newQuery();
      }
      return now;
    }
  }
}
