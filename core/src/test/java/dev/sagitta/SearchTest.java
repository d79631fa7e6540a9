package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class SearchTest {
  private static final float[] ORIGIN = {0, 0};

  private final SimulatedDatabase simulated = new SimulatedDatabase();

  @AfterEach
  void close() {
    simulated.close();
  }

  /** Asks for a hit's distance by the graph and exactly, pending, linked and reopened. */
  private void assertDistance(Metric metric, float[] stored, float[] query, double expected)
      throws InterruptedException {
    String name = metric.name().toLowerCase(Locale.ROOT);
    CollectionConfig config = CollectionConfig.builder(stored.length, metric).build();
    VectorCollection collection = simulated.database().collection(name, config);
    collection.upsert(1, stored, Payload.empty());
    for (int round = 0; round < 3; round++) {
      SearchRequest request = SearchRequest.of(query, 1);
      float tolerance = (float) Math.abs(expected) * 1e-5f + 1e-6f;
      assertEquals(
          (float) expected, collection.search(request).hits().getFirst().distance(), tolerance);
      assertEquals(
          (float) expected,
          collection.searchExact(request).hits().getFirst().distance(),
          tolerance);
      if (round == 0) {
        collection.awaitIndexed();
      } else {
        simulated.reopen();
        collection = simulated.database().collection(name);
      }
    }
  }

  @Test
  void euclideanIsTheTrueDistance() throws InterruptedException {
    assertDistance(Metric.EUCLIDEAN, new float[] {1, 2, 3}, new float[] {1, 2, 3}, 0);
    assertDistance(Metric.EUCLIDEAN, new float[] {0, 3, 0}, new float[] {4, 0, 0}, 5);
    assertDistance(Metric.EUCLIDEAN, new float[] {1e15f, 0, 0}, new float[] {-1e15f, 0, 0}, 2e15);
  }

  @Test
  void cosineIsOneMinusTheCosine() throws InterruptedException {
    assertDistance(Metric.COSINE, new float[] {1, 2, 3}, new float[] {2, 4, 6}, 0);
    assertDistance(Metric.COSINE, new float[] {1, 0, 0}, new float[] {0, 7, 0}, 1);
    assertDistance(Metric.COSINE, new float[] {1, 0, 0}, new float[] {-3, 0, 0}, 2);
    assertDistance(Metric.COSINE, new float[] {1, 1, 0}, new float[] {1, 0, 0}, 1 - Math.sqrt(0.5));
    assertDistance(
        Metric.COSINE,
        new float[] {1e-29f, 0, 0},
        new float[] {1e15f, 1e15f, 0},
        1 - Math.sqrt(0.5));
  }

  @Test
  void dotProductIsTheNegatedProduct() throws InterruptedException {
    assertDistance(Metric.DOT_PRODUCT, new float[] {1, 2, 3}, new float[] {4, 5, 6}, -32);
    assertDistance(Metric.DOT_PRODUCT, new float[] {1, 0, 0}, new float[] {-2, 9, 9}, 2);
    assertDistance(Metric.DOT_PRODUCT, new float[] {1, 0, 0}, new float[] {0, 9, 9}, 0);
    assertDistance(
        Metric.DOT_PRODUCT, new float[] {1e15f, 1e15f, 0}, new float[] {1e15f, 1e15f, 0}, -2e30);
  }

  @Test
  void manhattanIsTheSumOfDifferences() throws InterruptedException {
    assertDistance(Metric.MANHATTAN, new float[] {1, 2, 3}, new float[] {1, 2, 3}, 0);
    assertDistance(Metric.MANHATTAN, new float[] {1, -2, 3}, new float[] {4, 2, 0}, 10);
  }

  @Test
  void hitsComeNearestFirst() throws InterruptedException {
    VectorCollection plane = simulated.plane();
    Random random = new Random(5);
    for (int id = 0; id < 300; id++) {
      plane.upsert(
          id,
          new float[] {(float) random.nextGaussian(), (float) random.nextGaussian()},
          Payload.empty());
    }
    plane.awaitIndexed();
    for (SearchResult result :
        List.of(
            plane.search(SearchRequest.of(ORIGIN, 100)),
            plane.searchExact(SearchRequest.of(ORIGIN, 100)))) {
      assertEquals(100, result.size());
      assertTrue(result.complete());
      assertEquals(Optional.empty(), result.limitReached());
      float last = 0;
      for (Hit hit : result) {
        assertTrue(hit.distance() >= last);
        last = hit.distance();
      }
    }
  }

  /** Ids that were written in another order than their own, at one and the same place. */
  private static <T> List<T> shuffled(List<T> ids) {
    List<T> shuffled = new ArrayList<>(ids);
    Collections.shuffle(shuffled, new Random(11));
    return shuffled;
  }

  private void assertTiesById(IdType type, List<RecordId> ids) throws InterruptedException {
    VectorCollection collection =
        simulated
            .database()
            .collection(
                "ties-" + type.name().toLowerCase(Locale.ROOT),
                CollectionConfig.builder(2, Metric.EUCLIDEAN).ids(type).build());
    for (RecordId id : shuffled(ids)) {
      collection.upsert(new VectorRecord(id, VectorValue.float32(3, 4), Payload.empty()));
    }
    collection.upsert(new VectorRecord(ids.get(4), VectorValue.float32(0, 1), Payload.empty()));
    List<RecordId> expected = new ArrayList<>(ids);
    expected.remove(4);
    expected.addFirst(ids.get(4));
    for (int round = 0; round < 2; round++) {
      for (int k = 1; k <= ids.size(); k++) {
        SearchRequest request = SearchRequest.of(ORIGIN, k);
        assertEquals(expected.subList(0, k), ids(collection.searchExact(request)));
        assertEquals(expected.subList(0, k), ids(collection.search(request)));
      }
      collection.awaitIndexed();
    }
  }

  private static List<RecordId> ids(SearchResult result) {
    return result.hits().stream().map(Hit::id).toList();
  }

  @Test
  void breaksTiesByLongIds() throws InterruptedException {
    long[] ids = {Long.MIN_VALUE, -5, -1, 0, 1, 2, 10, Long.MAX_VALUE};
    assertTiesById(IdType.LONG, IntStream.range(0, 8).mapToObj(i -> RecordId.of(ids[i])).toList());
  }

  @Test
  void breaksTiesByStringIds() throws InterruptedException {
    List<String> ids = List.of("\u0001", "10", "2", "B", "a", "aa", "é", "\uD83C\uDFF9");
    assertTiesById(IdType.STRING, ids.stream().map(RecordId::of).toList());
  }

  @Test
  void breaksTiesByUuids() throws InterruptedException {
    List<UUID> ids =
        List.of(
            new UUID(0, 0),
            new UUID(0, 1),
            new UUID(0, -1),
            new UUID(1, 0),
            new UUID(Long.MAX_VALUE, 0),
            new UUID(Long.MIN_VALUE, 0),
            new UUID(-1, 5),
            new UUID(-1, -1));
    assertTiesById(IdType.UUID, ids.stream().map(RecordId::of).toList());
  }

  private void fill(VectorCollection plane, int count) {
    Random random = new Random(count);
    plane.upsertAll(
        IntStream.range(0, count)
            .mapToObj(
                id ->
                    VectorRecord.of(
                        id,
                        new float[] {
                          (float) random.nextGaussian(), (float) random.nextGaussian()
                        })));
  }

  @Test
  void findsAllThereAreWhenThereAreFewerThanAskedFor() throws InterruptedException {
    VectorCollection plane = simulated.plane();
    assertEquals(0, plane.search(SearchRequest.of(ORIGIN, 10)).size());
    assertEquals(0, plane.searchExact(SearchRequest.of(ORIGIN, 10)).size());
    for (int count = 1; count <= 5; count++) {
      plane.upsert(count, new float[] {count, 0}, Payload.empty());
      assertEquals(count, plane.search(SearchRequest.of(ORIGIN, 5)).size());
      plane.awaitIndexed();
      assertEquals(count, plane.search(SearchRequest.of(ORIGIN, Limits.K_MAX)).size());
      assertTrue(plane.search(SearchRequest.of(ORIGIN, Limits.K_MAX)).complete());
    }
  }

  /**
   * Of 3,000 records all but a few are deleted, the nearest to the query: first the wider beam,
   * then the scan must find the others.
   */
  @Test
  void findsMinOfKAndLiveWhenMostAreDeleted() throws InterruptedException {
    VectorCollection plane = simulated.plane();
    fill(plane, 3_000);
    plane.awaitIndexed();
    List<RecordId> byDistance =
        ids(plane.searchExact(SearchRequest.builder(ORIGIN, 3_000).withPayload(false).build()));
    int live = 3_000;
    for (int left : new int[] {2_000, 500, 40, 9, 1, 0}) {
      plane.deleteAll(byDistance.subList(3_000 - live, 3_000 - left));
      live = left;
      assertEquals(live, plane.count());
      for (int k : new int[] {1, 10, 300}) {
        for (int efSearch : new int[] {1, 50}) {
          SearchResult result =
              plane.search(SearchRequest.builder(ORIGIN, k).efSearch(efSearch).build());
          assertTrue(result.complete());
          assertEquals(Math.min(k, live), result.size(), k + " of " + live);
          Set<RecordId> found = new HashSet<>(ids(result));
          assertEquals(result.size(), found.size(), "each once");
          assertTrue(byDistance.subList(3_000 - live, 3_000).containsAll(found), "no deleted one");
        }
        List<RecordId> expected =
            byDistance.subList(3_000 - live, 3_000 - live + Math.min(k, live));
        assertEquals(expected, ids(plane.searchExact(SearchRequest.of(ORIGIN, k))));
      }
    }
  }

  @Test
  void findsPendingRecordsExactly() {
    GatedThreads threads = GatedThreads.holdingLinkers();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    for (int id = 0; id < 200; id++) {
      plane.upsert(id, new float[] {id, 0}, Payload.empty());
      Hit nearest = plane.search(SearchRequest.of(new float[] {id, 0}, 1)).hits().getFirst();
      assertEquals(new Hit(RecordId.of(id), 0, Payload.empty()), nearest);
    }
    plane.delete(100);
    assertEquals(200, plane.stats().pending());
    SearchResult result = plane.search(SearchRequest.of(new float[] {100, 0}, 2));
    assertEquals(List.of(RecordId.of(99), RecordId.of(101)), ids(result));
    threads.open();
  }

  @Test
  void leavesPayloadsOutWhenAsked() {
    VectorCollection plane = simulated.plane();
    plane.upsert(1, new float[] {1, 1}, Payload.of("a", 1L));
    SearchRequest.Builder request = SearchRequest.builder(ORIGIN, 1);
    assertEquals(Payload.of("a", 1L), plane.search(request.build()).hits().getFirst().payload());
    assertEquals(
        Payload.empty(),
        plane.search(request.withPayload(false).build()).hits().getFirst().payload());
  }

  @Test
  void goesOnWhileTheTimeLasts() throws InterruptedException {
    VectorCollection plane = simulated.plane();
    fill(plane, 500);
    plane.awaitIndexed();
    for (Duration timeout :
        List.of(
            Duration.ofHours(1), Duration.ofDays(200_000), Duration.ofSeconds(Long.MAX_VALUE))) {
      SearchRequest request = SearchRequest.builder(ORIGIN, 50).timeout(timeout).build();
      assertTrue(plane.search(request).complete());
      assertEquals(plane.searchExact(SearchRequest.of(ORIGIN, 50)), plane.searchExact(request));
    }
  }

  @Test
  void tellsThatATimeoutEndedIt() throws InterruptedException {
    AtomicLong clock = new AtomicLong();
    // A second passes from look to look.
    simulated.nanoClock(() -> clock.addAndGet(TimeUnit.SECONDS.toNanos(1)));
    VectorCollection plane = simulated.plane();
    fill(plane, 2_000);
    plane.awaitIndexed();
    SearchRequest request =
        SearchRequest.builder(ORIGIN, 2_000).efSearch(2_000).timeout(Duration.ofMillis(1)).build();
    for (SearchResult result : List.of(plane.search(request), plane.searchExact(request))) {
      assertFalse(result.complete());
      assertEquals(Optional.of(SearchResult.Limit.TIMEOUT), result.limitReached());
      assertTrue(result.size() < 2_000, result.size() + " hits");
      assertTrue(result.size() > 0, "what it had by then");
    }
  }

  @Test
  void endsTheScanOfPendingRecordsAtTheTimeout() {
    AtomicLong clock = new AtomicLong();
    simulated.nanoClock(() -> clock.addAndGet(TimeUnit.SECONDS.toNanos(1)));
    GatedThreads threads = GatedThreads.holdingLinkers();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    // Exactly as many as may be pending, and as are scored at a time.
    fill(plane, 256);
    SearchRequest request =
        SearchRequest.builder(ORIGIN, 300).timeout(Duration.ofMillis(1)).build();
    assertFalse(plane.search(request).complete());
    threads.open();
  }

  /** Exact searches need no graph, and a search with a timeout does not wait longer for it. */
  @Test
  @Timeout(60)
  void answersExactlyWhileTheGraphIsNotThere() throws InterruptedException {
    fill(simulated.plane(), 100);
    List<RecordId> expected = ids(simulated.plane().searchExact(SearchRequest.of(ORIGIN, 10)));
    GatedThreads threads = GatedThreads.holdingBackground();
    simulated.gated(threads);
    VectorCollection plane = simulated.plane();
    assertEquals(expected, ids(plane.searchExact(SearchRequest.of(ORIGIN, 10))));
    assertEquals(
        expected,
        ids(
            plane.search(
                SearchRequest.builder(ORIGIN, 10).timeout(Duration.ofMillis(10)).build())));
    assertFalse(plane.awaitIndexed(Duration.ofMillis(10)));
    assertEquals(100, plane.count());
    assertTrue(plane.get(5).isPresent());
    plane.upsert(7, ORIGIN, Payload.empty());
    assertEquals(
        RecordId.of(7), plane.searchExact(SearchRequest.of(ORIGIN, 1)).hits().getFirst().id());
    threads.open();
    assertEquals(RecordId.of(7), plane.search(SearchRequest.of(ORIGIN, 1)).hits().getFirst().id());
  }

  @Test
  void resultsCannotBeChanged() {
    simulated.plane().upsert(1, ORIGIN, Payload.empty());
    List<Hit> hits = simulated.plane().search(SearchRequest.of(ORIGIN, 1)).hits();
    assertThrows(UnsupportedOperationException.class, hits::removeFirst);
  }
}
