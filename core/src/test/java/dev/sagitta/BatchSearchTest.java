package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.persistence.SimulatedFiles;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches of searches: what they answer, and how they end. */
@Timeout(300)
final class BatchSearchTest {
  private static final Duration LONG = Duration.ofDays(1);
  private static final Duration SHORT = Duration.ofMillis(1);
  private static final int RECORDS = 2_000;
  private static final int REQUESTS = 100;

  private final SimulatedDatabase simulated = new SimulatedDatabase();

  /** Called by the clock, which searches with a timeout look at; of one test at a time. */
  private volatile Runnable look = () -> {};

  @AfterEach
  void close() {
    look = () -> {};
    simulated.close();
  }

  /** Helpers besides the caller. */
  private VectorCollection filled(int searchers) throws InterruptedException {
    VectorCollection plane = open(searchers);
    fill(plane, RECORDS);
    plane.awaitIndexed();
    return plane;
  }

  private VectorCollection open(int searchers) {
    simulated
        .nanoClock(
            () -> {
              look.run();
              return System.nanoTime();
            })
        .threads(() -> new PlatformThreads(1, searchers));
    return simulated.plane();
  }

  private static void fill(VectorCollection plane, int count) {
    Random random = new Random(count);
    plane.upsertAll(
        IntStream.range(0, count)
            .mapToObj(id -> VectorRecord.of(id, point(random), Payload.of("n", (long) id))));
  }

  private static float[] point(Random random) {
    return new float[] {(float) random.nextGaussian(), (float) random.nextGaussian()};
  }

  /** Requests that differ in everything. */
  private static List<SearchRequest> requests(int count) {
    Random random = new Random(count);
    return IntStream.range(0, count)
        .mapToObj(
            i -> {
              SearchRequest.Builder builder =
                  SearchRequest.builder(point(random), 1 + i % 30)
                      .efSearch(1 + 7 * i % 200)
                      .withPayload(i % 3 > 0);
              return (i % 2 == 0 ? builder : builder.timeout(LONG)).build();
            })
        .toList();
  }

  /** As requests, but all with a timeout, so that each looks at the clock. */
  private static List<SearchRequest> looking(int count) {
    return requests(count).stream()
        .map(request -> SearchRequest.builder(request.query(), request.k()).timeout(LONG).build())
        .toList();
  }

  private static List<SearchResult> oneByOne(
      VectorCollection plane, List<SearchRequest> requests, boolean exact) {
    return requests.stream()
        .map(request -> exact ? plane.searchExact(request) : plane.search(request))
        .toList();
  }

  private static void assertAsOneByOne(VectorCollection plane, int count) {
    List<SearchRequest> requests = requests(count);
    assertEquals(oneByOne(plane, requests, false), plane.searchAll(requests));
    assertEquals(oneByOne(plane, requests, true), plane.searchExactAll(requests));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void answersAsOneByOneInTheOrderOfTheRequests(int searchers) throws InterruptedException {
    VectorCollection plane = filled(searchers);
    for (int count : new int[] {0, 1, 2, 3, 15, 16, 17, 65, REQUESTS}) {
      assertAsOneByOne(plane, count);
    }
    simulated.reopen();
    assertAsOneByOne(simulated.plane(), REQUESTS);
  }

  @Test
  void answersAsOneByOneWhileRecordsArePendingAndWhenMostAreDeleted() {
    GatedThreads threads = GatedThreads.holdingLinkers();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    assertAsOneByOne(plane, 20);
    fill(plane, 200);
    assertAsOneByOne(plane, 20);
    for (int id = 0; id < 190; id++) {
      plane.delete(id);
    }
    assertAsOneByOne(plane, 20);
    threads.open();
  }

  @Test
  void answersInOtherMetricsAndTypesAsOneByOne() throws InterruptedException {
    for (Metric metric : List.of(Metric.COSINE, Metric.DOT_PRODUCT, Metric.MANHATTAN)) {
      String name = metric.name().toLowerCase(Locale.ROOT);
      VectorCollection collection =
          simulated.database().collection(name, CollectionConfig.builder(2, metric).build());
      fill(collection, 300);
      collection.awaitIndexed();
      assertAsOneByOne(collection, 40);
    }
  }

  @Test
  void resultsCannotBeChanged() throws InterruptedException {
    List<SearchResult> results = filled(1).searchAll(requests(3));
    assertThrows(UnsupportedOperationException.class, results::removeFirst);
    assertThrows(UnsupportedOperationException.class, results.getFirst().hits()::removeFirst);
  }

  @Test
  void aSearchAloneStaysOnItsThread() throws InterruptedException {
    VectorCollection plane = filled(3);
    Set<Thread> threads = searching(plane);
    looking(20).forEach(plane::search);
    looking(20).forEach(plane::searchExact);
    plane.searchAll(looking(1));
    plane.searchExactAll(looking(1));
    assertEquals(Set.of(Thread.currentThread()), threads);
  }

  @Test
  void aBatchIsSearchedByTheCallerAndItsHelpers() throws InterruptedException {
    VectorCollection plane = filled(3);
    for (boolean exact : new boolean[] {false, true}) {
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      CountDownLatch all = new CountDownLatch(4);
      look =
          () -> {
            if (isSearching() && threads.add(Thread.currentThread())) {
              all.countDown();
              await(all);
            }
          };
      List<SearchRequest> requests = looking(4);
      assertEquals(4, (exact ? plane.searchExactAll(requests) : plane.searchAll(requests)).size());
      assertEquals(4, threads.size());
      assertTrue(threads.contains(Thread.currentThread()));
    }
  }

  @Test
  void withOneProcessorTheCallerDoesAll() throws InterruptedException {
    VectorCollection plane = filled(0);
    Set<Thread> threads = searching(plane);
    plane.searchAll(looking(40));
    plane.searchExactAll(looking(40));
    assertEquals(Set.of(Thread.currentThread()), threads);
  }

  /** The threads that look at the clock from now on, but for those that do so without a search. */
  private Set<Thread> searching(VectorCollection plane) {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    look =
        () -> {
          if (isSearching()) {
            threads.add(Thread.currentThread());
          }
        };
    plane.search(looking(1).getFirst());
    assertFalse(threads.isEmpty(), "searches look at the clock");
    return threads;
  }

  /** Whether this is the test or one of its helpers, and no thread of checkpoints. */
  private static boolean isSearching() {
    String name = Thread.currentThread().getName();
    return !name.startsWith("sagitta-") || name.startsWith("sagitta-searcher-");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Has something done when the caller looks at the clock for the n-th time, in a search. */
  private void atLook(int n, Runnable action) {
    Thread caller = Thread.currentThread();
    AtomicInteger looks = new AtomicInteger();
    look =
        () -> {
          if (Thread.currentThread().equals(caller) && looks.incrementAndGet() == n) {
            action.run();
          }
        };
  }

  @Test
  void allRequestsSeeWhatWasThereWhenTheCallBegan() throws InterruptedException {
    VectorCollection plane = filled(0);
    List<SearchRequest> requests = looking(50);
    List<SearchResult> expected = oneByOne(plane, requests, false);
    List<SearchResult> expectedExact = oneByOne(plane, requests, true);
    VectorRecord nearest = VectorRecord.of(9_999, requests.getLast().query());
    atLook(20, () -> plane.upsert(nearest));
    assertEquals(expected, plane.searchAll(requests));
    assertEquals(RecordId.of(9_999), plane.search(requests.getLast()).hits().getFirst().id());
    plane.delete(9_999);
    atLook(20, () -> plane.deleteAll(List.of(expected.getLast().hits().getFirst().id())));
    assertEquals(expectedExact, plane.searchExactAll(requests));
    assertFalse(expectedExact.getLast().equals(plane.searchExact(requests.getLast())));
  }

  /** Every write replaces all records of a group, so all that a batch finds has one version. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void allRequestsSeeOneMomentWhileWritesGoOn(boolean exact) throws Exception {
    int group = 20;
    simulated.threads(() -> new PlatformThreads(1, 2));
    VectorCollection collection =
        simulated.database().collection("versions", VersionedRecords.CONFIG);
    AtomicLong version = new AtomicLong();
    writeGroup(collection, group, 0);
    List<SearchRequest> requests =
        IntStream.range(0, 12)
            .mapToObj(id -> SearchRequest.of(VersionedRecords.vector(id, 5), group + 1))
            .toList();
    AtomicInteger batches = new AtomicInteger();
    Crew crew = new Crew(1);
    crew.start(
        Thread.ofPlatform(), random -> writeGroup(collection, group, version.incrementAndGet()));
    for (int i = 0; i < 2; i++) {
      crew.start(
          i == 0 ? Thread.ofPlatform() : Thread.ofVirtual(),
          random -> {
            Set<Long> versions = new HashSet<>();
            List<SearchResult> results =
                exact ? collection.searchExactAll(requests) : collection.searchAll(requests);
            for (int n = 0; n < results.size(); n++) {
              assertEquals(group, results.get(n).size(), "all that live");
              float[] query = VersionedRecords.vector(n, 5);
              results.get(n).forEach(hit -> versions.add(VersionedRecords.version(query, hit)));
            }
            assertEquals(1, versions.size(), () -> "versions " + versions);
            batches.incrementAndGet();
          });
    }
    crew.workUntil(() -> version.get() > 50 && batches.get() > 30).stop();
    assertTrue(version.get() > 50 && batches.get() > 30, batches + " during " + version);
  }

  private static void writeGroup(VectorCollection collection, int group, long version) {
    WriteBatch batch = new WriteBatch();
    for (int id = 0; id < group; id++) {
      batch.upsert(VersionedRecords.record(id, version));
    }
    collection.apply(batch);
  }

  @Test
  void inTheSimulationAnyOrderOfThreadsGivesTheSame() {
    for (long seed = 0; seed < 10; seed++) {
      Simulation.run(
          seed,
          simulation -> {
            VectorDatabase database =
                VectorDatabase.open(
                    SimulatedDatabase.DIRECTORY,
                    DatabaseOptions.defaults(),
                    new Environment(
                        simulation.files(new SimulatedFiles()),
                        simulation.threads(1),
                        simulation::nanoTime,
                        SimulatedDatabase.SMALL));
            VectorCollection plane =
                database.collection("plane", CollectionConfig.builder(2, Metric.EUCLIDEAN).build());
            fill(plane, 60);
            List<SearchRequest> requests = requests(30);
            List<SearchResult> expected = oneByOne(plane, requests, true);
            var other =
                simulation.start(() -> assertEquals(expected, plane.searchExactAll(requests)));
            List<SearchResult> found = plane.searchAll(requests);
            other.join();
            for (int i = 0; i < found.size(); i++) {
              assertEquals(expected.get(i).size(), found.get(i).size());
            }
            database.close();
            return found;
          });
    }
  }

  @Test
  void manyBatchesAtOnceAllComeToTheirEnd() throws Exception {
    VectorCollection plane = filled(2);
    List<SearchRequest> requests = requests(30);
    List<SearchResult> expected = oneByOne(plane, requests, false);
    List<SearchResult> expectedExact = oneByOne(plane, requests, true);
    int threads = 24;
    int rounds = 6;
    AtomicInteger done = new AtomicInteger();
    List<Throwable> failures = new ArrayList<>();
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      boolean exact = i % 3 == 0;
      Thread.Builder builder = i % 2 == 0 ? Thread.ofVirtual() : Thread.ofPlatform();
      callers.add(
          builder.start(
              () -> {
                try {
                  for (int round = 0; round < rounds; round++) {
                    assertEquals(
                        exact ? expectedExact : expected,
                        exact ? plane.searchExactAll(requests) : plane.searchAll(requests));
                    done.incrementAndGet();
                  }
                } catch (RuntimeException | Error e) {
                  synchronized (failures) {
                    failures.add(e);
                  }
                }
              }));
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertEquals(List.of(), failures);
    assertEquals(threads * rounds, done.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void damageEndsTheBatchWithItsError(int searchers) throws InterruptedException {
    filled(searchers);
    simulated.database().collection("other", CollectionConfig.builder(2, Metric.COSINE).build());
    simulated.database().close();
    simulated.damageOldest("plane", "vectors-");
    simulated.reopen();
    VectorCollection plane = simulated.plane();
    for (int round = 0; round < 5; round++) {
      assertThrows(CorruptionException.class, () -> plane.searchAll(requests(REQUESTS)));
      assertThrows(CorruptionException.class, () -> plane.searchExactAll(requests(REQUESTS)));
    }
    VectorCollection other = simulated.database().collection("other");
    fill(other, 50);
    other.awaitIndexed();
    assertAsOneByOne(other, REQUESTS);
  }

  @Test
  void eachRequestHasItsOwnTimeout() throws InterruptedException {
    filled(2);
    AtomicLong clock = new AtomicLong();
    // A second passes from look to look.
    simulated.nanoClock(() -> clock.addAndGet(TimeUnit.SECONDS.toNanos(1)));
    VectorCollection plane = simulated.plane();
    plane.awaitIndexed();
    List<SearchRequest> requests =
        IntStream.range(0, 40)
            .mapToObj(
                i -> {
                  SearchRequest.Builder builder =
                      SearchRequest.builder(new float[] {i, 0}, RECORDS).efSearch(RECORDS);
                  return (i % 3 == 0 ? builder.timeout(SHORT) : builder).build();
                })
            .toList();
    for (List<SearchResult> results :
        List.of(plane.searchAll(requests), plane.searchExactAll(requests))) {
      for (int i = 0; i < results.size(); i++) {
        SearchResult result = results.get(i);
        assertEquals(
            i % 3 == 0 ? Optional.of(SearchResult.Limit.TIMEOUT) : Optional.empty(),
            result.limitReached());
        assertEquals(i % 3 != 0, result.size() == RECORDS, result.size() + " hits");
        assertTrue(result.size() > 0, "what it had by then");
      }
    }
    List<SearchRequest> hurried = requests.stream().filter(r -> r.timeout().isPresent()).toList();
    for (SearchResult result : plane.searchExactAll(hurried)) {
      assertTrue(result.size() > 0 && result.size() < RECORDS, result.size() + " hits");
    }
  }

  @Test
  void doesNotWaitForTheGraphLongerThanAllTimeouts() throws InterruptedException {
    fill(simulated.plane(), 100);
    GatedThreads threads = GatedThreads.holdingBackground();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    List<SearchRequest> requests =
        IntStream.range(0, 20)
            .mapToObj(i -> SearchRequest.builder(new float[] {i, 0}, 5).timeout(SHORT).build())
            .toList();
    List<SearchResult> expected = oneByOne(plane, requests, true);
    assertEquals(expected, plane.searchAll(requests));
    assertEquals(expected, plane.searchExactAll(requests));
    assertEquals(List.of(), plane.searchAll(List.of()));
    threads.open();
    List<SearchRequest> patient =
        requests.stream().map(request -> SearchRequest.of(request.query(), 5)).toList();
    assertEquals(expected, plane.searchAll(patient));
  }

  @Test
  void anInterruptEndsItAndTellsHowManyWereAnswered() throws InterruptedException {
    VectorCollection plane = filled(0);
    Thread.currentThread().interrupt();
    assertInterrupted(0, 9, () -> plane.searchAll(requests(9)));
    Thread.currentThread().interrupt();
    assertInterrupted(0, 9, () -> plane.searchExactAll(requests(9)));
    List<SearchRequest> requests =
        IntStream.range(0, 40)
            .mapToObj(
                i -> {
                  SearchRequest.Builder builder = SearchRequest.builder(new float[] {i, 0}, 3);
                  return (i == 20 ? builder.timeout(LONG) : builder).build();
                })
            .toList();
    atLook(1, () -> Thread.currentThread().interrupt());
    assertInterrupted(21, 40, () -> plane.searchAll(requests));
    // Request 20 is in the second scan of 16.
    atLook(1, () -> Thread.currentThread().interrupt());
    assertInterrupted(32, 40, () -> plane.searchExactAll(requests));
    assertAsOneByOne(plane, REQUESTS);
  }

  private static void assertInterrupted(int answered, int requests, Runnable call) {
    SearchInterruptedException interrupted =
        assertThrows(SearchInterruptedException.class, call::run);
    assertEquals(answered, interrupted.answered());
    assertEquals(
        "the batch of searches was interrupted; %d of %d requests were answered"
            .formatted(answered, requests),
        interrupted.getMessage());
    assertTrue(Thread.interrupted(), "interrupt flag");
  }

  @Test
  void anInterruptDuringTheLastSearchIsTooLate() throws InterruptedException {
    VectorCollection plane = filled(0);
    List<SearchRequest> requests = new ArrayList<>(requests(8).subList(0, 1));
    requests.add(looking(1).getFirst());
    List<SearchResult> expected = oneByOne(plane, requests, false);
    atLook(1, () -> Thread.currentThread().interrupt());
    assertEquals(expected, plane.searchAll(requests));
    assertTrue(Thread.interrupted(), "interrupt flag");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void closingMeanwhileEndsItWithClosedException(int searchers) throws InterruptedException {
    VectorCollection plane = filled(searchers);
    // Else closing would make one, which waits for searches that are under way.
    plane.checkpoint();
    Thread[] closing = new Thread[1];
    List<SearchRequest> requests = looking(Limits.SEARCHES_MAX);
    atLook(
        2,
        () -> {
          closing[0] = Thread.ofPlatform().start(simulated.database()::close);
          awaitClosed(plane);
        });
    ClosedException closed = assertThrows(ClosedException.class, () -> plane.searchAll(requests));
    assertEquals("collection plane is closed", closed.getMessage());
    closing[0].join();
    assertThrows(ClosedException.class, () -> plane.searchAll(requests));
    assertThrows(ClosedException.class, () -> plane.searchExactAll(requests));
    assertThrows(ClosedException.class, () -> plane.searchAll(List.of()));
  }

  /** Within a search, so that closing has yet to wait for it. */
  private static void awaitClosed(VectorCollection plane) {
    while (!Thread.currentThread().isInterrupted()) {
      try {
        plane.count();
        Thread.onSpinWait();
      } catch (ClosedException closed) {
        return;
      }
    }
    throw new AssertionError("is not closed in time");
  }
}
