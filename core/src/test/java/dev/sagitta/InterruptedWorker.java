package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A thread that reads and writes records of its own while it is interrupted, by others and by
 * itself, and looks after each call whether the call did its work and left the interrupt flag as it
 * should.
 */
final class InterruptedWorker implements Runnable {
  private static final int K = 5;
  private static final int STREAM_RECORDS = 300;
  private static final int CHUNK_RECORDS = 256;
  private static final int BATCH_REQUESTS = 20;

  private final long firstId;
  private final SplittableRandom random;

  /** The last version of each record that this worker stored. */
  private final long[] versions;

  /** Whether each record lives. */
  private final boolean[] live;

  private @Nullable VectorCollection collection;
  private volatile boolean stopped;
  private volatile @Nullable Throwable failure;
  private long calls;
  private long streamsInterrupted;
  private long batchesInterrupted;
  private long verifies;
  private long verifiesInterrupted;
  private long waitsInterrupted;

  // Guarded by this.
  private @Nullable Thread thread;
  private int interrupts;
  private long interruptsInAll;

  /**
   * A worker whose records are all there in version 0.
   *
   * @param firstId the first of its ids
   * @param ids how many it has
   */
  InterruptedWorker(long firstId, int ids, long seed) {
    this.firstId = firstId;
    this.random = new SplittableRandom(seed);
    this.versions = new long[ids];
    this.live = new boolean[ids];
    Arrays.fill(live, true);
  }

  /** Begins to work on an open collection. */
  synchronized void start(VectorCollection collection, Thread.Builder builder) {
    this.collection = collection;
    stopped = false;
    interrupts = 0;
    thread = builder.start(this);
  }

  /** Interrupts it, whatever it is doing. */
  synchronized void interrupt() {
    if (thread != null) {
      thread.interrupt();
      interrupts++;
      interruptsInAll++;
    }
  }

  /** Lets it end after its call; what went wrong, if anything did. */
  @Nullable Throwable stop() throws InterruptedException {
    stopped = true;
    Thread ending;
    synchronized (this) {
      ending = thread;
    }
    if (ending != null) {
      ending.join();
    }
    return failure;
  }

  long calls() {
    return calls;
  }

  synchronized long interruptsInAll() {
    return interruptsInAll;
  }

  /** Streams of upserts that an interrupt ended. */
  long streamsInterrupted() {
    return streamsInterrupted;
  }

  /** Batches of searches that an interrupt ended. */
  long batchesInterrupted() {
    return batchesInterrupted;
  }

  /** Verifies that came to their end. */
  long verifies() {
    return verifies;
  }

  /** Verifies that an interrupt ended. */
  long verifiesInterrupted() {
    return verifiesInterrupted;
  }

  /** Waits for the linkers that an interrupt ended. */
  long waitsInterrupted() {
    return waitsInterrupted;
  }

  /** Fails unless a collection has this worker's records, and finds those it looks for. */
  void check(VectorCollection collection) {
    for (int i = 0; i < versions.length; i++) {
      long id = firstId + i;
      assertEquals(expected(i), collection.get(id), "record " + id);
      if (i % 5 == 0) {
        search(collection, i, true);
      }
    }
  }

  @Override
  public void run() {
    try {
      while (!stopped) {
        if (random.nextInt(3) == 0) {
          interrupt();
        }
        boolean thrown = call(collection());
        calls++;
        waitsInterrupted += thrown ? 1 : 0;
        settle(thrown);
      }
    } catch (Throwable e) {
      failure = e;
    }
  }

  private VectorCollection collection() {
    VectorCollection now = collection;
    if (now == null) {
      throw new IllegalStateException("not started");
    }
    return now;
  }

  /** Fails unless the flag is set if it was set since the last time; after a throw it may be. */
  private synchronized void settle(boolean thrown) {
    boolean flag = Thread.interrupted();
    if (thrown) {
      assertTrue(interrupts > 0, "interrupted by nobody");
    } else {
      assertEquals(interrupts > 0, flag, "interrupt flag");
    }
    interrupts = 0;
  }

  /** Makes some call; whether it ended with an InterruptedException. */
  private boolean call(VectorCollection collection) {
    int i = random.nextInt(versions.length);
    int dice = random.nextInt(100);
    if (dice < 25) {
      collection.upsert(VersionedRecords.record(firstId + i, versions[i] + 1));
      stored(i);
    } else if (dice < 32) {
      assertEquals(live[i], collection.delete(firstId + i));
      live[i] = false;
    } else if (dice < 40) {
      apply(collection);
    } else if (dice < 42) {
      stream(collection);
    } else if (dice < 60) {
      assertEquals(expected(i), collection.get(firstId + i));
      assertEquals(live[i], collection.contains(firstId + i));
    } else if (dice < 76) {
      search(collection, i, dice < 72);
    } else if (dice < 80) {
      searchAll(collection, i, dice < 78);
    } else if (dice < 88) {
      collection.records().limit(50).forEach(VersionedRecords::version);
    } else if (dice < 93) {
      return awaitIndexed(collection);
    } else if (dice < 95) {
      collection.checkpoint();
    } else if (dice < 97) {
      collection.flush();
    } else if (dice < 99) {
      assertEquals(Optional.empty(), collection.stats().failure());
    } else {
      verify(collection);
    }
    return false;
  }

  private void apply(VectorCollection collection) {
    WriteBatch batch = new WriteBatch();
    int[] indexes = random.ints(6, 0, versions.length).distinct().toArray();
    for (int n = 0; n < indexes.length; n++) {
      long id = firstId + indexes[n];
      if (n % 3 == 2) {
        batch.delete(id);
      } else {
        batch.upsert(VersionedRecords.record(id, versions[indexes[n]] + 1));
      }
    }
    collection.apply(batch);
    for (int n = 0; n < indexes.length; n++) {
      if (n % 3 == 2) {
        live[indexes[n]] = false;
      } else {
        stored(indexes[n]);
      }
    }
  }

  /** Upserts all own records several times over; the flag that ends it stays set. */
  private void stream(VectorCollection collection) {
    long acknowledged;
    try {
      acknowledged =
          collection.upsertAll(
              IntStream.range(0, STREAM_RECORDS)
                  .mapToObj(
                      n -> {
                        int i = n % versions.length;
                        long version = versions[i] + 1 + n / versions.length;
                        return VersionedRecords.record(firstId + i, version);
                      }));
      assertEquals(STREAM_RECORDS, acknowledged);
    } catch (UpsertInterruptedException e) {
      acknowledged = e.acknowledged();
      streamsInterrupted++;
      assertTrue(
          acknowledged % CHUNK_RECORDS == 0 && acknowledged < STREAM_RECORDS, e.getMessage());
      assertTrue(Thread.currentThread().isInterrupted());
    }
    for (int n = 0; n < acknowledged; n++) {
      stored(n % versions.length);
    }
  }

  /** Verifies all that the workers wrote; the flag that ends it stays set. */
  private void verify(VectorCollection collection) {
    VerifyLevel[] levels = VerifyLevel.values();
    try {
      VerifyReport report = collection.verify(levels[random.nextInt(levels.length)]);
      assertTrue(report.intact(), () -> report.damage().toString());
      verifies++;
    } catch (VerifyInterruptedException e) {
      verifiesInterrupted++;
      assertTrue(Thread.currentThread().isInterrupted());
    }
  }

  private void search(VectorCollection collection, int i, boolean graph) {
    float[] query = VersionedRecords.vector(firstId + i, versions[i]);
    SearchRequest request = SearchRequest.of(query, K);
    check(graph ? collection.search(request) : collection.searchExact(request), query, i);
  }

  /** Searches for some records from one on; the flag that ends it stays set. */
  private void searchAll(VectorCollection collection, int i, boolean graph) {
    List<float[]> queries =
        IntStream.range(i, Math.min(i + BATCH_REQUESTS, versions.length))
            .mapToObj(n -> VersionedRecords.vector(firstId + n, versions[n]))
            .toList();
    List<SearchRequest> requests =
        queries.stream().map(query -> SearchRequest.of(query, K)).toList();
    try {
      List<SearchResult> results =
          graph ? collection.searchAll(requests) : collection.searchExactAll(requests);
      assertEquals(requests.size(), results.size());
      for (int n = 0; n < results.size(); n++) {
        check(results.get(n), queries.get(n), i + n);
      }
    } catch (SearchInterruptedException e) {
      batchesInterrupted++;
      assertTrue(e.answered() < requests.size(), e.getMessage());
      assertTrue(Thread.currentThread().isInterrupted());
    }
  }

  private void check(SearchResult result, float[] query, int i) {
    assertTrue(result.complete());
    assertEquals(K, result.size());
    boolean found = false;
    for (Hit hit : result) {
      long version = VersionedRecords.version(query, hit);
      long index = VersionedRecords.id(hit.id()) - firstId;
      if (index >= 0 && index < versions.length) {
        assertTrue(live[(int) index], () -> "deleted " + hit);
        assertEquals(versions[(int) index], version, () -> "version of " + hit);
      }
      found |= index == i;
    }
    assertEquals(live[i], found, () -> "finds itself: " + (firstId + i));
  }

  private static boolean awaitIndexed(VectorCollection collection) {
    try {
      collection.awaitIndexed(Duration.ofMillis(20));
      return false;
    } catch (InterruptedException e) {
      return true;
    }
  }

  private void stored(int i) {
    versions[i]++;
    live[i] = true;
  }

  private Optional<VectorRecord> expected(int i) {
    return live[i]
        ? Optional.of(VersionedRecords.record(firstId + i, versions[i]))
        : Optional.empty();
  }
}
