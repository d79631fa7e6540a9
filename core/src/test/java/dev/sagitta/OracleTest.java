package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import dev.sagitta.engine.Tuning;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Each metric against brute force in double precision: exact search is equal to it, and the graph
 * finds at least 95 of 100 of what it finds. On these vectors the metrics disagree about what is
 * near, so an index that used another metric than it was told would fail.
 */
final class OracleTest {
  private static final int DIMENSION = 20;
  private static final int COUNT = 2_500;
  private static final int QUERIES = 100;
  private static final int K = 10;

  private final float[][] vectors = vectors(COUNT, 1);
  private final float[][] queries = vectors(QUERIES, 2);

  /** Heavy-tailed components, and lengths that differ by much. */
  private static float[][] vectors(int count, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[count][DIMENSION];
    for (float[] vector : vectors) {
      double length = Math.exp(0.5 * random.nextGaussian());
      for (int i = 0; i < DIMENSION; i++) {
        double component = random.nextGaussian();
        vector[i] = (float) (length * component * Math.abs(component));
      }
    }
    return vectors;
  }

  private static double distance(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double squareA = 0;
    double squareB = 0;
    double squares = 0;
    double differences = 0;
    for (int i = 0; i < DIMENSION; i++) {
      double difference = (double) a[i] - b[i];
      dot += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
      squares += difference * difference;
      differences += Math.abs(difference);
    }
    return switch (metric) {
      case EUCLIDEAN -> Math.sqrt(squares);
      case COSINE -> 1 - dot / Math.sqrt(squareA * squareB);
      case DOT_PRODUCT -> -dot;
      case MANHATTAN -> differences;
    };
  }

  /** All distances of a query, ascending. */
  private double[] ranking(Metric metric, float[] query) {
    double[] distances = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      distances[i] = distance(metric, query, vectors[i]);
    }
    Arrays.sort(distances);
    return distances;
  }

  /** Float sums are as good as this. */
  private static double tolerance(Metric metric, double distance) {
    return metric == Metric.COSINE ? 2e-6 : 2e-5 * Math.max(1, Math.abs(distance));
  }

  @Test
  void euclidean() throws InterruptedException {
    verify(Metric.EUCLIDEAN);
  }

  @Test
  void cosine() throws InterruptedException {
    verify(Metric.COSINE);
  }

  @Test
  void dotProduct() throws InterruptedException {
    verify(Metric.DOT_PRODUCT);
  }

  @Test
  void manhattan() throws InterruptedException {
    verify(Metric.MANHATTAN);
  }

  private void verify(Metric metric) throws InterruptedException {
    try (SimulatedDatabase simulated =
        new SimulatedDatabase().durability(Durability.os()).tuning(Tuning.DEFAULT)) {
      CollectionConfig config = CollectionConfig.builder(DIMENSION, metric).build();
      VectorCollection collection = simulated.database().collection("oracle", config);
      collection.upsertAll(
          IntStream.range(0, COUNT).mapToObj(id -> VectorRecord.of(id, vectors[id])));
      collection.awaitIndexed();
      verify(metric, collection);
      simulated.reopen();
      verify(metric, simulated.database().collection("oracle"));
    }
  }

  private void verify(Metric metric, VectorCollection collection) {
    assertEquals(0, collection.stats().pending(), "else the graph is not what is tested");
    int found = 0;
    for (float[] query : queries) {
      double[] ranking = ranking(metric, query);
      SearchRequest request = SearchRequest.of(query, K);
      SearchResult exact = collection.searchExact(request);
      verifyHits(metric, query, exact);
      for (int i = 0; i < K; i++) {
        double hit = trueDistance(metric, query, exact.hits().get(i));
        assertEquals(ranking[i], hit, tolerance(metric, hit), "hit " + i);
      }
      SearchResult result = collection.search(request);
      verifyHits(metric, query, result);
      double farthest = ranking[K - 1];
      for (Hit hit : result) {
        double distance = trueDistance(metric, query, hit);
        found += distance <= farthest + tolerance(metric, farthest) ? 1 : 0;
      }
    }
    double recall = found / (double) (QUERIES * K);
    assertTrue(recall >= 0.95, metric + ": recall " + recall);
  }

  private void verifyHits(Metric metric, float[] query, SearchResult result) {
    assertEquals(K, result.size());
    assertTrue(result.complete());
    Set<RecordId> ids = new HashSet<>();
    for (Hit hit : result) {
      assertTrue(ids.add(hit.id()), "each once");
      double distance = trueDistance(metric, query, hit);
      assertEquals(distance, hit.distance(), tolerance(metric, distance));
    }
  }

  private double trueDistance(Metric metric, float[] query, Hit hit) {
    int id = (int) ((RecordId.OfLong) hit.id()).value();
    return distance(metric, query, vectors[id]);
  }

  /** What the tests above would measure if the graph ranked by one metric but answered another. */
  @Test
  void theMetricsDisagreeOnTheseVectors() {
    for (Metric used : Metric.values()) {
      for (Metric wanted : Metric.values()) {
        double recall = recallOfAnother(used, wanted);
        if (used == wanted) {
          assertEquals(1, recall);
        } else {
          assertTrue(recall < 0.8, used + " for " + wanted + " has recall " + recall);
        }
      }
    }
  }

  private double recallOfAnother(Metric used, Metric wanted) {
    int found = 0;
    for (float[] query : queries) {
      double farthestUsed = ranking(used, query)[K - 1];
      double farthestWanted = ranking(wanted, query)[K - 1];
      for (float[] vector : vectors) {
        if (distance(used, query, vector) <= farthestUsed) {
          found += distance(wanted, query, vector) <= farthestWanted ? 1 : 0;
        }
      }
    }
    return found / (double) (QUERIES * K);
  }
}
