package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.Tuning;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each metric and type of element against brute force in double precision: exact search is equal to
 * it, and the graph finds at least 95 of 100 of what it finds. On these vectors the metrics
 * disagree about what is near, so an index that used another metric than it was told would fail.
 */
final class OracleTest {
  private static final int NUMBERS = 20;
  private static final int BITS = 128;
  private static final int COUNT = 2_500;
  private static final int QUERIES = 100;
  private static final int K = 10;

  /** Vectors of one type, and the same as floats. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Vectors(VectorValue[] values, float[][] floats) {
    static Vectors of(ElementType type, int count, long seed) {
      Random random = new Random(seed);
      VectorValue[] values = new VectorValue[count];
      float[][] floats = new float[count][];
      for (int i = 0; i < count; i++) {
        values[i] = vector(type, random);
        floats[i] = values[i].toFloats();
      }
      return new Vectors(values, floats);
    }

    private static VectorValue vector(ElementType type, Random random) {
      return switch (type) {
        case FLOAT32 -> VectorValue.float32(numbers(random));
        case FLOAT16 -> VectorValue.roundedToFloat16(numbers(random));
        case INT8 -> int8(numbers(random));
        case BINARY -> bits(random);
      };
    }

    /** Heavy-tailed components, and lengths that differ by much. */
    private static float[] numbers(Random random) {
      float[] vector = new float[NUMBERS];
      double length = Math.exp(0.5 * random.nextGaussian());
      for (int i = 0; i < NUMBERS; i++) {
        double component = random.nextGaussian();
        vector[i] = (float) (length * component * Math.abs(component));
      }
      return vector;
    }

    private static VectorValue int8(float[] numbers) {
      byte[] elements = new byte[NUMBERS];
      for (int i = 0; i < NUMBERS; i++) {
        elements[i] =
            (byte) Math.clamp(Math.round(10 * numbers[i]), Byte.MIN_VALUE, Byte.MAX_VALUE);
      }
      return VectorValue.int8(elements);
    }

    /** From few bits to many, so that the share of common ones is not the number of differences. */
    private static VectorValue bits(Random random) {
      byte[] bits = new byte[BITS / 8];
      double density = 0.05 + 0.6 * random.nextDouble();
      for (int i = 0; i < BITS; i++) {
        bits[i / 8] |= (byte) ((random.nextDouble() < density ? 1 : 0) << (i % 8));
      }
      return VectorValue.binary(bits);
    }
  }

  private Vectors vectors = Vectors.of(ElementType.FLOAT32, 0, 0);
  private Vectors queries = vectors;

  private void make(ElementType type) {
    vectors = Vectors.of(type, COUNT, 1);
    queries = Vectors.of(type, QUERIES, 2);
  }

  static Stream<Arguments> all() {
    return Arrays.stream(ElementType.values())
        .flatMap(
            type ->
                Arrays.stream(Metric.values())
                    .filter(metric -> metric.supports(type))
                    .map(metric -> Arguments.of(type, metric)));
  }

  private static double distance(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double squareA = 0;
    double squareB = 0;
    double squares = 0;
    double differences = 0;
    double either = 0;
    for (int i = 0; i < a.length; i++) {
      double difference = (double) a[i] - b[i];
      dot += (double) a[i] * b[i];
      squareA += (double) a[i] * a[i];
      squareB += (double) b[i] * b[i];
      squares += difference * difference;
      differences += Math.abs(difference);
      either += Math.max(a[i], b[i]);
    }
    return switch (metric) {
      case EUCLIDEAN -> Math.sqrt(squares);
      case COSINE -> 1 - dot / Math.sqrt(squareA * squareB);
      case DOT_PRODUCT -> -dot;
      case MANHATTAN -> differences;
      // Bits are 0 or 1 here.
      case HAMMING -> differences;
      case JACCARD -> either == 0 ? 0 : differences / either;
    };
  }

  /** All distances of a query, ascending. */
  private double[] ranking(Metric metric, float[] query) {
    double[] distances = new double[COUNT];
    for (int i = 0; i < COUNT; i++) {
      distances[i] = distance(metric, query, vectors.floats()[i]);
    }
    Arrays.sort(distances);
    return distances;
  }

  /** Float sums are as good as this. */
  private static double tolerance(Metric metric, double distance) {
    return metric == Metric.COSINE ? 2e-6 : 2e-5 * Math.max(1, Math.abs(distance));
  }

  @ParameterizedTest
  @MethodSource("all")
  void agreesWithBruteForce(ElementType type, Metric metric) throws InterruptedException {
    make(type);
    int dimension = type == ElementType.BINARY ? BITS : NUMBERS;
    try (SimulatedDatabase simulated =
        new SimulatedDatabase().durability(Durability.os()).tuning(Tuning.DEFAULT)) {
      CollectionConfig config = CollectionConfig.builder(dimension, metric).elements(type).build();
      VectorCollection collection = simulated.database().collection("oracle", config);
      collection.upsertAll(
          IntStream.range(0, COUNT).mapToObj(id -> VectorRecord.of(id, vectors.values()[id])));
      collection.awaitIndexed();
      verify(metric, collection);
      simulated.reopen();
      VectorCollection opened = simulated.database().collection("oracle");
      assertEquals(config, opened.config());
      for (int id = 0; id < COUNT; id++) {
        assertEquals(vectors.values()[id], opened.get(id).orElseThrow().vector());
      }
      verify(metric, opened);
    }
  }

  private void verify(Metric metric, VectorCollection collection) {
    assertEquals(0, collection.stats().pending(), "else the graph is not what is tested");
    int found = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query = queries.floats()[i];
      double[] ranking = ranking(metric, query);
      SearchRequest request = SearchRequest.of(queries.values()[i], K);
      SearchResult exact = collection.searchExact(request);
      verifyHits(metric, query, exact);
      for (int rank = 0; rank < K; rank++) {
        double hit = trueDistance(metric, query, exact.hits().get(rank));
        assertEquals(ranking[rank], hit, tolerance(metric, hit), "hit " + rank);
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
    return distance(metric, query, vectors.floats()[id]);
  }

  /** A query of floats is allowed whatever the numbers, and equals the query that it stands for. */
  @ParameterizedTest
  @EnumSource(names = {"FLOAT16", "INT8"})
  void floatsAskForOtherNumbersToo(ElementType type) {
    make(type);
    try (SimulatedDatabase simulated = new SimulatedDatabase()) {
      CollectionConfig config =
          CollectionConfig.builder(NUMBERS, Metric.COSINE).elements(type).build();
      VectorCollection collection = simulated.database().collection("floats", config);
      collection.upsertAll(
          IntStream.range(0, 200).mapToObj(id -> VectorRecord.of(id, vectors.values()[id])));
      for (int i = 0; i < QUERIES; i++) {
        assertEquals(
            collection.searchExact(SearchRequest.of(queries.values()[i], K)),
            collection.searchExact(SearchRequest.of(queries.floats()[i], K)));
      }
    }
  }

  /** What the tests above would measure if the graph ranked by one metric but answered another. */
  @ParameterizedTest
  @EnumSource
  void theMetricsDisagreeOnTheseVectors(ElementType type) {
    make(type);
    for (Metric used : Metric.values()) {
      for (Metric wanted : Metric.values()) {
        if (!used.supports(type) || !wanted.supports(type)) {
          continue;
        }
        double recall = recallOfAnother(used, wanted);
        if (used == wanted) {
          assertTrue(recall >= 1, "with ties " + recall);
        } else {
          assertTrue(recall < 0.8, used + " for " + wanted + " has recall " + recall);
        }
      }
    }
  }

  private double recallOfAnother(Metric used, Metric wanted) {
    int found = 0;
    for (float[] query : queries.floats()) {
      double farthestUsed = ranking(used, query)[K - 1];
      double farthestWanted = ranking(wanted, query)[K - 1];
      for (float[] vector : vectors.floats()) {
        if (distance(used, query, vector) <= farthestUsed) {
          found += distance(wanted, query, vector) <= farthestWanted ? 1 : 0;
        }
      }
    }
    return found / (double) (QUERIES * K);
  }
}
