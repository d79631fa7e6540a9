package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Readers and writers at once: what readers may see, and that nothing is lost or hangs. Prints its
 * seed; {@code -Dsagitta.seed=N} uses it again, though the threads meet as they like.
 */
final class ConcurrencyTest {
  private static final Durability DURABILITY =
      Durability.interval(Duration.ofMillis(50), 256 << 10);
  private static final int WRITERS = 3;

  @TempDir Path directory;

  private final long seed = Long.getLong("sagitta.seed", System.nanoTime());

  @BeforeEach
  void sayTheSeed() {
    System.out.println("ConcurrencyTest seed " + seed);
  }

  private VectorDatabase open() {
    return SmallDatabase.open(directory, DURABILITY);
  }

  private static VectorCollection collection(VectorDatabase database) {
    return database.collection("c", VersionedRecords.CONFIG);
  }

  private static void fill(VectorCollection collection, long records) {
    collection.upsertAll(
        LongStream.range(0, records).mapToObj(id -> VersionedRecords.record(id, 0)));
  }

  @Test
  void readersSeeWholeRecordsAndEveryLiveIdWhileWritersRun() throws Exception {
    VersionBoard board = new VersionBoard(900);
    AtomicLong found = new AtomicLong();
    try (VectorDatabase database = open()) {
      VectorCollection collection = collection(database);
      Crew crew = new Crew(seed);
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        crew.start(
            Thread.ofPlatform(),
            random -> {
              int[] ids = board.someIds(random, writer, WRITERS, 8);
              if (random.nextInt(4) == 0) {
                board.writeBatch(collection, ids);
              } else {
                board.write(collection, ids[0], random.nextInt(5) == 0);
              }
              // Leave the readers some time on two processors.
              Thread.sleep(Duration.ofNanos(random.nextInt(500_000)));
            });
      }
      for (int i = 0; i < 6; i++) {
        crew.start(
            i < 2 ? Thread.ofPlatform() : Thread.ofVirtual(),
            random -> {
              int id = random.nextInt(board.ids());
              board.checkGet(collection, id);
              if (board.checkSearch(collection, id, random.nextInt(8) == 0)) {
                found.incrementAndGet();
              }
            });
      }
      crew.start(
          Thread.ofPlatform(),
          random -> {
            collection.checkpoint();
            Thread.sleep(random.nextInt(20));
          });
      long calls = crew.workFor(Duration.ofSeconds(6)).stop();
      System.out.printf(
          "ConcurrencyTest: %d rounds, %d searches that had to find themselves, %s%n",
          calls, found.get(), collection.stats());
      board.checkAll(collection);
    }
    try (VectorDatabase database = open()) {
      board.checkAll(collection(database));
    }
    assertTrue(found.get() > 100, () -> found + " searches had to find themselves");
  }

  @Test
  void hundredsOfVirtualThreadsReadAndWriteAtOnce() throws Exception {
    int threads = 300;
    VersionBoard board = new VersionBoard(3 * threads);
    try (VectorDatabase database = open()) {
      VectorCollection collection = collection(database);
      Crew crew = new Crew(seed);
      for (int i = 0; i < threads; i++) {
        int writer = i;
        crew.start(
            Thread.ofVirtual(),
            random -> {
              int[] own = board.someIds(random, writer, threads, 3);
              board.write(collection, own[0], random.nextInt(5) == 0);
              board.checkGet(collection, random.nextInt(board.ids()));
              board.checkSearch(collection, own[0], false);
            });
      }
      assertTrue(crew.workFor(Duration.ofSeconds(3)).stop() > threads);
      board.checkAll(collection);
    }
  }

  /**
   * The writer keeps three things true at every sequence: the ids of a group have one version, the
   * first of a couple is at most one version ahead of the second, and one of a pair lives.
   */
  @Test
  void allRecordsAreReadAsOfOneMomentWhileWritesGoOn() throws Exception {
    int group = 40;
    int first = 1_000;
    int second = 1_001;
    int left = 2_000;
    int right = 2_001;
    try (VectorDatabase database = open()) {
      VectorCollection collection = collection(database);
      writeMoment(collection, 1, group, left, right);
      collection.upsert(VersionedRecords.record(first, 1));
      collection.upsert(VersionedRecords.record(second, 1));
      AtomicLong version = new AtomicLong(1);
      Crew crew = new Crew(seed);
      crew.start(
          Thread.ofPlatform(),
          random -> {
            long next = version.incrementAndGet();
            boolean even = next % 2 == 0;
            writeMoment(collection, next, group, even ? right : left, even ? left : right);
            collection.upsert(VersionedRecords.record(first, next));
            collection.upsert(VersionedRecords.record(second, next));
          });
      AtomicInteger snapshots = new AtomicInteger();
      for (int i = 0; i < 3; i++) {
        crew.start(
            i == 0 ? Thread.ofPlatform() : Thread.ofVirtual(),
            random -> {
              Map<Long, Long> seen = new HashMap<>();
              collection
                  .records()
                  .forEach(
                      record -> {
                        long id = VersionedRecords.id(record.id());
                        assertFalse(seen.containsKey(id), "an id twice");
                        seen.put(id, VersionedRecords.version(record));
                        if (random.nextInt(10) == 0) {
                          Thread.yield();
                        }
                      });
              assertEquals(group + 3, seen.size());
              for (long id = 0; id < group; id++) {
                assertEquals(seen.get(0L), seen.get(id), "versions of a group");
              }
              assertTrue(seen.containsKey((long) left) ^ seen.containsKey((long) right));
              long ahead =
                  seen.getOrDefault((long) first, 0L) - seen.getOrDefault((long) second, 0L);
              assertTrue(ahead == 0 || ahead == 1, () -> "ahead by " + ahead);
              snapshots.incrementAndGet();
            });
      }
      crew.workFor(Duration.ofSeconds(3)).stop();
      System.out.printf("ConcurrencyTest: %s snapshots during %s versions%n", snapshots, version);
      assertTrue(version.get() > 10 && snapshots.get() > 10);
    }
  }

  private static void writeMoment(
      VectorCollection collection, long version, int group, int comes, int goes) {
    WriteBatch batch = new WriteBatch();
    for (int id = 0; id < group; id++) {
      batch.upsert(VersionedRecords.record(id, version));
    }
    batch.upsert(VersionedRecords.record(comes, version)).delete(goes);
    collection.apply(batch);
  }

  @Test
  void searchesAreNeverShortDuringWritesAtFullSpeed() throws Exception {
    int live = 300;
    VersionBoard board = new VersionBoard(live);
    try (VectorDatabase database = open()) {
      VectorCollection collection = collection(database);
      for (int id = 0; id < live; id++) {
        board.write(collection, id, false);
      }
      Crew crew = new Crew(seed);
      for (int i = 0; i < 2; i++) {
        int writer = i;
        crew.start(
            Thread.ofPlatform(),
            random -> board.write(collection, board.someIds(random, writer, 2, 1)[0], false));
      }
      AtomicLong searches = new AtomicLong();
      for (int i = 0; i < 2; i++) {
        crew.start(
            Thread.ofPlatform(),
            random -> {
              int k = 1 + random.nextInt(2 * live);
              SearchRequest request = SearchRequest.of(VersionedRecords.gaussian(random), k);
              SearchResult result = collection.search(request);
              assertEquals(Math.min(k, live), result.size());
              assertTrue(result.complete());
              searches.incrementAndGet();
            });
      }
      crew.workFor(Duration.ofSeconds(3)).stop();
      System.out.printf(
          "ConcurrencyTest: %s searches while %d slots were written%n",
          searches, collection.stats().slots());
      assertEquals(live, collection.count());
      board.checkAll(collection);
    }
  }

  @Test
  void aTimeoutEndsASearchWhichThenSaysSo() throws Exception {
    int records = 5_000;
    int k = 1_000;
    try (VectorDatabase database = open()) {
      VectorCollection collection = collection(database);
      fill(collection, records);
      collection.awaitIndexed();
      float[] query = VersionedRecords.vector(1, 1);
      SearchRequest.Builder request = SearchRequest.builder(query, k).withPayload(false);

      SearchRequest tiny = request.timeout(Duration.ofNanos(1)).build();
      for (SearchResult cut : List.of(collection.search(tiny), collection.searchExact(tiny))) {
        assertFalse(cut.complete());
        assertEquals(Optional.of(SearchResult.Limit.TIMEOUT), cut.limitReached());
        assertTrue(cut.size() <= k);
      }
      SearchRequest ample = request.timeout(Duration.ofHours(1)).build();
      for (SearchResult whole : List.of(collection.search(ample), collection.searchExact(ample))) {
        assertTrue(whole.complete());
        assertEquals(k, whole.size());
      }
      // In between it is one or the other.
      int cut = 0;
      for (int micros = 1; micros < 20_000; micros += micros / 4 + 1) {
        SearchResult result =
            collection.search(request.timeout(Duration.ofNanos(micros * 1_000L)).build());
        assertEquals(result.complete(), result.limitReached().isEmpty());
        assertTrue(result.complete() ? result.size() == k : result.size() <= k);
        cut += result.complete() ? 0 : 1;
      }
      System.out.println("ConcurrencyTest: " + cut + " searches were cut short");
      assertTrue(cut > 0);
    }
  }

  @Test
  void otherCollectionsComeAndGoMeanwhile() throws Exception {
    VersionBoard board = new VersionBoard(300);
    try (VectorDatabase database = open()) {
      VectorCollection collection = collection(database);
      Crew crew = new Crew(seed);
      crew.start(
          Thread.ofPlatform(),
          random -> board.write(collection, random.nextInt(board.ids()), random.nextInt(5) == 0));
      crew.start(
          Thread.ofVirtual(),
          random -> board.checkSearch(collection, random.nextInt(board.ids()), false));
      crew.start(Thread.ofVirtual(), random -> collection.checkpoint());
      AtomicInteger dropped = new AtomicInteger();
      for (int i = 0; i < 2; i++) {
        String name = "other-" + i;
        crew.start(
            Thread.ofPlatform(),
            random -> {
              VectorCollection other = database.collection(name, VersionedRecords.CONFIG);
              assertEquals(0, other.count());
              fill(other, 1 + random.nextInt(300));
              assertTrue(database.collectionNames().containsAll(List.of("c", name)));
              database.drop(name);
              assertThrows(ClosedException.class, () -> fill(other, 1));
              assertThrows(ClosedException.class, () -> board.checkSearch(other, 1, false));
              assertThrows(ClosedException.class, other::checkpoint);
              assertThrows(CollectionNotFoundException.class, () -> database.collection(name));
              dropped.incrementAndGet();
            });
      }
      crew.workFor(Duration.ofSeconds(3)).stop();
      System.out.println("ConcurrencyTest: " + dropped + " collections came and went");
      assertTrue(dropped.get() > 1);
      board.checkAll(collection);
    }
    try (VectorDatabase database = open()) {
      assertEquals(List.of("c"), database.collectionNames());
      board.checkAll(collection(database));
    }
  }

  @Test
  void closingLetsCallsEndWithAResultOrClosedException() throws Exception {
    VersionBoard board = new VersionBoard(300);
    List<Long> rounds = new ArrayList<>();
    for (int closing = 0; closing < 15; closing++) {
      VectorDatabase database = open();
      VectorCollection collection = collection(database);
      Crew crew = new Crew(seed + closing);
      for (int i = 0; i < WRITERS; i++) {
        int writer = i;
        startUntilClosed(
            crew,
            i == 0 ? Thread.ofVirtual() : Thread.ofPlatform(),
            random -> {
              int[] ids = board.someIds(random, writer, WRITERS, 5);
              if (random.nextBoolean()) {
                board.writeBatch(collection, ids);
              } else {
                board.write(collection, ids[0], false);
              }
            });
      }
      for (int i = 0; i < 3; i++) {
        startUntilClosed(
            crew,
            i == 0 ? Thread.ofPlatform() : Thread.ofVirtual(),
            random -> {
              board.checkSearch(collection, random.nextInt(board.ids()), random.nextBoolean());
              board.checkGet(collection, random.nextInt(board.ids()));
            });
      }
      startUntilClosed(
          crew, Thread.ofVirtual(), random -> collection.records().forEach(record -> {}));
      startUntilClosed(
          crew,
          Thread.ofPlatform(),
          random -> board.checkSearchAll(collection, random, random.nextBoolean()));
      startUntilClosed(crew, Thread.ofVirtual(), random -> collection.stats());
      startUntilClosed(crew, Thread.ofPlatform(), random -> collection.checkpoint());
      startUntilClosed(crew, Thread.ofPlatform(), random -> collection.flush());
      startUntilClosed(
          crew, Thread.ofPlatform(), random -> collection.awaitIndexed(Duration.ofMillis(5)));
      startUntilClosed(crew, Thread.ofPlatform(), random -> database.collectionNames());
      crew.workFor(Duration.ofMillis(10L * closing));
      database.close();
      rounds.add(crew.awaitEnd());
      assertThrows(ClosedException.class, () -> database.collection("c"));
    }
    System.out.println("ConcurrencyTest: rounds of work before each closing " + rounds);
    try (VectorDatabase database = open()) {
      VectorCollection collection = collection(database);
      for (int id = 0; id < board.ids(); id++) {
        board.checkGet(collection, id);
      }
    }
  }

  private static void startUntilClosed(Crew crew, Thread.Builder builder, Crew.Work work) {
    crew.startUntil(ClosedException.class, builder, work);
  }
}
