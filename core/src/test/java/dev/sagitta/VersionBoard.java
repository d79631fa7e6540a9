package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/**
 * What writers have begun to write and what was acknowledged to them, for readers to compare with
 * what they see. Each id has versions that rise; a delete takes a version too. One thread at a time
 * writes an id.
 *
 * <p>The order in which the two are set and read makes the comparison safe: a writer announces
 * before it writes and acknowledges after; a reader looks at acknowledgements before it reads and
 * at announcements after.
 */
final class VersionBoard {
  private static final int K = 10;

  /** For each id twice the version, plus one if it is a delete. */
  private final AtomicLongArray announced;

  /** As announced, for what was acknowledged. */
  private final AtomicLongArray acknowledged;

  /** A board of ids from 0 on, none of which is there. */
  VersionBoard(int ids) {
    announced = new AtomicLongArray(ids);
    acknowledged = new AtomicLongArray(ids);
    for (int id = 0; id < ids; id++) {
      announced.set(id, entry(0, true));
      acknowledged.set(id, entry(0, true));
    }
  }

  private static long entry(long version, boolean delete) {
    return 2 * version + (delete ? 1 : 0);
  }

  private static boolean isDelete(long entry) {
    return (entry & 1) == 1;
  }

  int ids() {
    return announced.length();
  }

  /** Upserts or deletes an id, which nobody else writes meanwhile. */
  void write(VectorCollection collection, int id, boolean delete) {
    long version = announce(id, delete);
    if (delete) {
      collection.delete(id);
    } else {
      collection.upsert(VersionedRecords.record(id, version));
    }
    acknowledge(id);
  }

  /** Upserts or deletes some ids at once; every third is deleted. */
  void writeBatch(VectorCollection collection, int[] ids) {
    WriteBatch batch = new WriteBatch();
    for (int i = 0; i < ids.length; i++) {
      boolean delete = i % 3 == 2;
      long version = announce(ids[i], delete);
      if (delete) {
        batch.delete(ids[i]);
      } else {
        batch.upsert(VersionedRecords.record(ids[i], version));
      }
    }
    collection.apply(batch);
    for (int id : ids) {
      acknowledge(id);
    }
  }

  private long announce(int id, boolean delete) {
    long version = announced.get(id) / 2 + 1;
    announced.set(id, entry(version, delete));
    return version;
  }

  private void acknowledge(int id) {
    acknowledged.set(id, announced.get(id));
  }

  private long[] acknowledgements() {
    long[] now = new long[ids()];
    for (int id = 0; id < now.length; id++) {
      now[id] = acknowledged.get(id);
    }
    return now;
  }

  /** How many ids live, when nobody writes. */
  long live() {
    long live = 0;
    for (int id = 0; id < ids(); id++) {
      live += isDelete(announced.get(id)) ? 0 : 1;
    }
    return live;
  }

  /** Fails unless a get gives the last version, or one that is being written, whole. */
  void checkGet(VectorCollection collection, int id) {
    long before = acknowledged.get(id);
    Optional<VectorRecord> record = collection.get(id);
    long after = announced.get(id);
    if (record.isPresent()) {
      checkVersion(id, VersionedRecords.version(record.get()), before, after);
    } else {
      assertTrue(
          isDelete(before) || after > before,
          () -> "record %d is gone; acknowledged %d, announced %d".formatted(id, before, after));
    }
  }

  private static void checkVersion(int id, long version, long before, long after) {
    long entry = entry(version, false);
    assertTrue(
        before <= entry && entry <= after,
        () ->
            "version %d of %d was read; acknowledged %d, announced %d"
                .formatted(version, id, before, after));
  }

  /**
   * Searches for a record and fails unless it finds itself, if it lives and nobody writes it
   * meanwhile; and unless all hits are whole, and neither older than what was acknowledged before
   * nor deleted.
   *
   * @return whether it had to find itself
   */
  boolean checkSearch(VectorCollection collection, int id, boolean exact) {
    long[] before = acknowledgements();
    float[] query = VersionedRecords.vector(id, before[id] / 2);
    SearchRequest request = SearchRequest.of(query, K);
    SearchResult result = exact ? collection.searchExact(request) : collection.search(request);
    return check(result, query, id, before);
  }

  /** Searches for some records at once, and fails where {@link #checkSearch} would. */
  void checkSearchAll(VectorCollection collection, SplittableRandom random, boolean exact) {
    long[] before = acknowledgements();
    int[] ids = random.ints(20, 0, ids()).toArray();
    List<float[]> queries =
        IntStream.of(ids).mapToObj(id -> VersionedRecords.vector(id, before[id] / 2)).toList();
    List<SearchRequest> requests =
        queries.stream().map(query -> SearchRequest.of(query, K)).toList();
    List<SearchResult> results =
        exact ? collection.searchExactAll(requests) : collection.searchAll(requests);
    for (int i = 0; i < ids.length; i++) {
      check(results.get(i), queries.get(i), ids[i], before);
    }
  }

  private boolean check(SearchResult result, float[] query, int id, long[] before) {
    boolean mustBeFound = !isDelete(before[id]) && announced.get(id) == before[id];
    boolean found = false;
    for (Hit hit : result) {
      int hitId = (int) VersionedRecords.id(hit.id());
      long version = VersionedRecords.version(query, hit);
      checkVersion(hitId, version, before[hitId], announced.get(hitId));
      found |= hitId == id;
    }
    assertTrue(found || !mustBeFound, () -> id + " does not find itself: " + result);
    assertEquals(result.size(), result.hits().stream().map(Hit::id).distinct().count());
    return mustBeFound;
  }

  /** Fails unless every id is as it was last written, and every live one finds itself. */
  void checkAll(VectorCollection collection) {
    assertEquals(live(), collection.count());
    for (int id = 0; id < ids(); id++) {
      checkGet(collection, id);
      checkSearch(collection, id, false);
    }
  }

  /** Some ids, all different, of one writer out of many. */
  int[] someIds(SplittableRandom random, int writer, int writers, int count) {
    return random
        .ints(count, 0, ids() / writers)
        .distinct()
        .map(index -> index * writers + writer)
        .toArray();
  }
}
