package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a collection must hold, and the right answers to searches, computed in double precision by
 * looking at every record.
 *
 * <p>A distance is right if it differs from the true one by at most {@link #RELATIVE} times what
 * was summed to get it: float32 has a relative error of 6e-8 an operation, and no vector here has
 * more than 64 elements.
 */
final class ModelOracle {
  private static final double RELATIVE = 1e-5;

  private final Metric metric;
  private final Map<RecordId, VectorRecord> records = new TreeMap<>();

  ModelOracle(Metric metric) {
    this.metric = metric;
  }

  /** A distance, and how much an answer may differ from it. */
  private record Truth(double distance, double tolerance) {}

  /** The distances of all records, ascending, and the greatest tolerance. */
  private static final class Truths {
    private final double[] distances;
    private final double tolerance;

    Truths(double[] distances, double tolerance) {
      this.distances = distances;
      this.tolerance = tolerance;
    }
  }

  void put(VectorRecord record) {
    records.put(record.id(), record);
  }

  /** Whether there was such a record. */
  boolean remove(RecordId id) {
    return records.remove(id) != null;
  }

  int size() {
    return records.size();
  }

  Map<RecordId, VectorRecord> records() {
    return records;
  }

  /** Checks everything that can be read by id or without. */
  void checkRecords(VectorCollection collection) {
    assertEquals(records.size(), collection.count(), "count");
    var seen = new HashSet<RecordId>();
    try (Stream<VectorRecord> all = collection.records()) {
      all.forEach(
          found -> {
            assertTrue(seen.add(found.id()), () -> "records() gives " + found.id() + " twice");
            checkRecord(found);
          });
    }
    assertEquals(records.keySet(), seen, "ids of records()");
    for (RecordId id : records.keySet()) {
      checkRecord(collection.get(id).orElseThrow(() -> new AssertionError("get misses " + id)));
    }
  }

  /** Checks one id, there or not. */
  void checkId(VectorCollection collection, RecordId id) {
    boolean there = records.containsKey(id);
    assertEquals(there, collection.contains(id), () -> "contains " + id);
    var found = collection.get(id);
    assertEquals(there, found.isPresent(), () -> "get of " + id);
    found.ifPresent(this::checkRecord);
  }

  private void checkRecord(VectorRecord found) {
    VectorRecord expected = records.get(found.id());
    assertTrue(expected != null, () -> found.id() + " should not be there");
    assertTrue(
        expected != null && ModelRecords.same(expected, found),
        () -> "found " + found + " instead of " + expected);
  }

  /** Checks an exact answer: it is the true one, up to rounding, and ties come by id. */
  void checkExact(SearchResult result, float[] query, int k) {
    Truths truths = truths(query);
    checkHits(result, query, k, truths);
    double tolerance = truths.tolerance;
    for (int i = 0; i < result.size(); i++) {
      double found = result.hits().get(i).distance();
      double expected = truths.distances[i];
      int rank = i;
      assertTrue(
          Math.abs(found - expected) <= tolerance,
          () -> "hit " + rank + " is at " + found + ", the true one at " + expected);
    }
    checkTiesAtTheEnd(result);
  }

  /** Where records with one vector stand at the end of an answer, those left out have later ids. */
  private void checkTiesAtTheEnd(SearchResult result) {
    if (result.size() == 0) {
      return;
    }
    Set<RecordId> found = new HashSet<>();
    result.forEach(hit -> found.add(hit.id()));
    Hit last = result.hits().getLast();
    float[] vector = record(last.id()).floats();
    for (VectorRecord other : records.values()) {
      assertTrue(
          found.contains(other.id())
              || other.id().compareTo(last.id()) > 0
              || !ModelRecords.sameBits(vector, other.floats()),
          () -> other.id() + " is left out for the sake of " + last.id() + ", at one distance");
    }
  }

  /**
   * Checks an answer that may miss some of the nearest: as many hits as can be, all live and
   * different, with their distances and payloads, in order.
   *
   * @return the share of the nearest that it has; 1 where there is nothing to find
   */
  double checkHits(SearchResult result, float[] query, int k) {
    return checkHits(result, query, k, truths(query));
  }

  private double checkHits(SearchResult result, float[] query, int k, Truths truths) {
    assertTrue(result.complete(), "complete");
    assertEquals(Math.min(k, records.size()), result.size(), "hits");
    var seen = new HashSet<RecordId>();
    Hit before = null;
    for (Hit hit : result) {
      assertTrue(seen.add(hit.id()), () -> hit.id() + " is found twice");
      VectorRecord expected = record(hit.id());
      Truth truth = truth(query, expected.floats());
      assertTrue(
          Math.abs(hit.distance() - truth.distance()) <= truth.tolerance(),
          () -> hit + " of vector " + Arrays.toString(expected.floats()) + " is at " + truth);
      assertTrue(
          ModelRecords.samePayload(expected.payload(), hit.payload()),
          () -> hit + " instead of " + expected.payload());
      if (before != null) {
        checkOrder(before, hit);
      }
      before = hit;
    }
    return recall(result, truths);
  }

  private void checkOrder(Hit before, Hit hit) {
    assertTrue(before.distance() <= hit.distance(), () -> hit + " comes after " + before);
    boolean tie = ModelRecords.sameBits(record(before.id()).floats(), record(hit.id()).floats());
    assertTrue(
        !tie || (before.distance() == hit.distance() && before.id().compareTo(hit.id()) < 0),
        () -> "of one vector, " + hit + " comes after " + before);
  }

  private static double recall(SearchResult result, Truths truths) {
    if (result.size() == 0) {
      return 1;
    }
    double farthest = truths.distances[result.size() - 1] + truths.tolerance;
    long right = result.hits().stream().filter(hit -> hit.distance() <= farthest).count();
    return (double) right / result.size();
  }

  private VectorRecord record(RecordId id) {
    VectorRecord record = records.get(id);
    if (record == null) {
      throw new AssertionError(id + " should not be found");
    }
    return record;
  }

  private Truths truths(float[] query) {
    double[] distances = new double[records.size()];
    double tolerance = 0;
    int count = 0;
    for (VectorRecord record : records.values()) {
      Truth truth = truth(query, record.floats());
      distances[count++] = truth.distance();
      tolerance = Math.max(tolerance, truth.tolerance());
    }
    Arrays.sort(distances);
    return new Truths(distances, tolerance);
  }

  private Truth truth(float[] a, float[] b) {
    double dot = 0;
    double products = 0;
    double squaresA = 0;
    double squaresB = 0;
    double squares = 0;
    double differences = 0;
    for (int i = 0; i < a.length; i++) {
      double product = (double) a[i] * b[i];
      double difference = (double) a[i] - b[i];
      dot += product;
      products += Math.abs(product);
      squaresA += (double) a[i] * a[i];
      squaresB += (double) b[i] * b[i];
      squares += difference * difference;
      differences += Math.abs(difference);
    }
    return switch (metric) {
      case EUCLIDEAN -> new Truth(Math.sqrt(squares), RELATIVE * Math.sqrt(squares));
      case COSINE -> new Truth(1 - dot / Math.sqrt(squaresA * squaresB), RELATIVE);
      case DOT_PRODUCT -> new Truth(-dot, RELATIVE * products);
      case MANHATTAN -> new Truth(differences, RELATIVE * differences);
      // Bits are 0 or 1 here.
      case HAMMING -> new Truth(differences, 0);
      case JACCARD -> {
        double either = dot + differences;
        yield new Truth(either == 0 ? 0 : differences / either, RELATIVE);
      }
    };
  }
}
