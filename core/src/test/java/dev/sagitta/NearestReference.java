package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What searches must find: distances in float64 of a known set of records, looked at one by one.
 * Immutable.
 */
final class NearestReference {
  /** What float32 may lose of a distance, relative to it and to the vectors' size. */
  private static final double TOLERANCE = 1e-4;

  private final Metric metric;
  private final Map<RecordId, VectorRecord> records = new HashMap<>();

  NearestReference(Metric metric, Collection<VectorRecord> records) {
    this.metric = metric;
    records.forEach(record -> this.records.put(record.id(), record));
  }

  /** The distance that the metric defines. */
  static double distance(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double squares = 0;
    double sum = 0;
    double normA = 0;
    double normB = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      dot += (double) a[i] * b[i];
      squares += difference * difference;
      sum += Math.abs(difference);
      normA += (double) a[i] * a[i];
      normB += (double) b[i] * b[i];
    }
    return switch (metric) {
      case EUCLIDEAN -> Math.sqrt(squares);
      case COSINE -> 1 - dot / Math.sqrt(normA * normB);
      case DOT_PRODUCT -> -dot;
      case MANHATTAN -> sum;
      case HAMMING, JACCARD -> throw new IllegalArgumentException(metric + " compares bits");
    };
  }

  /** Whether two distances are the same but for rounding. */
  static boolean near(double expected, double actual) {
    return Math.abs(expected - actual) <= TOLERANCE * (1 + Math.abs(expected));
  }

  /** Fails unless a search for a record's vector found it, or nothing but others like it. */
  static void requireFound(VectorRecord record, SearchResult result) {
    boolean found =
        result.hits().stream().anyMatch(hit -> hit.id().equals(record.id()))
            || result.hits().stream().allMatch(hit -> near(0, hit.distance()));
    assertTrue(found, () -> record.id() + " does not find itself: " + result);
  }

  /** How many hits of a result are as near as the last one of an exact search. */
  static long countNearest(SearchResult exact, SearchResult result) {
    List<Hit> nearest = exact.hits();
    return result.hits().stream()
        .filter(hit -> !nearest.isEmpty() && hit.distance() <= nearest.getLast().distance())
        .count();
  }

  /** Fails unless a result has as many hits as it should, each of a live record, as it is. */
  void requireTrue(SearchRequest request, SearchResult result) {
    assertTrue(result.complete());
    assertEquals(Math.min(request.k(), records.size()), result.size(), "hits");
    Set<RecordId> ids = new HashSet<>();
    float[] query = request.query().toFloats();
    float last = Float.NEGATIVE_INFINITY;
    for (Hit hit : result) {
      VectorRecord record = records.get(hit.id());
      assertNotNull(record, () -> hit + " does not live");
      assertTrue(ids.add(hit.id()), () -> hit.id() + " is there twice");
      assertEquals(record.payload(), hit.payload());
      double expected = distance(metric, query, record.floats());
      assertTrue(near(expected, hit.distance()), () -> hit + ", expected distance " + expected);
      assertTrue(hit.distance() >= last, () -> "not in order of distance: " + result);
      last = hit.distance();
    }
  }

  /** Fails unless a result has the nearest records, but for such as are equally near. */
  void requireExact(SearchRequest request, SearchResult result) {
    requireTrue(request, result);
    float[] query = request.query().toFloats();
    List<Double> expected =
        records.values().stream()
            .map(record -> distance(metric, query, record.floats()))
            .sorted()
            .limit(request.k())
            .toList();
    for (int i = 0; i < expected.size(); i++) {
      double nearest = expected.get(i);
      Hit hit = result.hits().get(i);
      int rank = i;
      assertTrue(
          near(nearest, hit.distance()),
          () -> "hit %d is %s, expected distance %s".formatted(rank, hit, nearest));
    }
  }
}
