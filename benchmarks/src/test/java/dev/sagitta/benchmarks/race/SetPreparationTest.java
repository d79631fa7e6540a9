package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.benchmarks.data.FvecsWriter;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetPreparationTest {
  private static final int COUNT = 1_500;

  @TempDir Path work;

  @Test
  void refusesADirectoryWithAnotherSet() throws IOException {
    String set = "generated:100x8:EUCLIDEAN";
    new SetPreparation(work, SetSource.parse(set), 10).prepare();

    IOException refused =
        assertThrows(
            IOException.class, () -> new SetPreparation(work, SetSource.parse(set), 11).prepare());

    assertTrue(String.valueOf(refused.getMessage()).contains("at most 11 queries"));
  }

  @Test
  void trueNeighboursAreThoseOfADoublePrecisionScan() throws IOException {
    RaceData data =
        new SetPreparation(
                work.resolve("vectors"),
                SetSource.parse("generated:%dx24:COSINE".formatted(COUNT)),
                20)
            .prepare();

    float[][] base = data.base();
    float[][] queries = data.queryVectors();
    assertEquals(20, queries.length);
    for (int query = 0; query < queries.length; query++) {
      float[] vector = queries[query];
      int[] expected =
          IntStream.range(0, base.length)
              .boxed()
              .sorted(Comparator.comparingDouble(id -> squaredDistance(vector, base[id])))
              .limit(10)
              .mapToInt(Integer::intValue)
              .toArray();
      assertArrayEquals(expected, data.truth()[query]);
    }
  }

  private static double squaredDistance(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> Math.pow((double) a[i] - b[i], 2)).sum();
  }

  @Test
  void aZeroVectorHasNoCosine() throws IOException {
    float[][] vectors = vectors(20, 4);
    vectors[17] = new float[4];

    assertEquals(
        "vector 17 is zero; COSINE needs a length above 0",
        refusal(vectors, vectors(2, 4), Metric.COSINE));
    assertEquals(
        "query 1 is zero; COSINE needs a length above 0",
        refusal(vectors(20, 4), new float[][] {{1, 2, 3, 4}, {0, 0, 0, 0}}, Metric.COSINE));
    assertEquals(20, prepare(vectors, vectors(2, 4), Metric.EUCLIDEAN).count());
  }

  @Test
  void elementsAreFinite() throws IOException {
    float[][] vectors = vectors(20, 4);
    vectors[3][1] = Float.NaN;

    assertEquals(
        "vector 3 has an element that is no finite number",
        refusal(vectors, vectors(2, 4), Metric.EUCLIDEAN));
  }

  @Test
  void queriesHaveTheDimensionOfTheVectors() throws IOException {
    assertEquals(
        "queries of base.fvecs have 5 elements, its vectors 4",
        refusal(vectors(20, 4), vectors(2, 5), Metric.EUCLIDEAN));
  }

  @Test
  void thereAreAsManyVectorsAsNeighboursAreAskedFor() throws IOException {
    assertEquals(
        "base.fvecs has 9 vectors and 2 queries; needed are 10 and 1",
        refusal(vectors(9, 4), vectors(2, 4), Metric.EUCLIDEAN));
  }

  private String refusal(float[][] vectors, float[][] queries, Metric metric) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> prepare(vectors, queries, metric));
    assertFalse(RaceData.isPrepared(work.resolve("vectors")));
    return String.valueOf(refused.getMessage());
  }

  private RaceData prepare(float[][] vectors, float[][] queries, Metric metric) throws IOException {
    Path base = write("base.fvecs", vectors);
    Path asked = write("queries.fvecs", queries);
    SetSource source = new SetSource.Files(base, asked, metric);
    return new SetPreparation(work.resolve("vectors"), source, 10).prepare();
  }

  private Path write(String name, float[][] vectors) throws IOException {
    Path file = work.resolve(name);
    try (FvecsWriter writer = new FvecsWriter(file)) {
      for (float[] vector : vectors) {
        writer.append(vector);
      }
    }
    return file;
  }

  private static float[][] vectors(int count, int dimension) {
    float[][] vectors = new float[count][dimension];
    for (int i = 0; i < count; i++) {
      for (int element = 0; element < dimension; element++) {
        vectors[i][element] = i + element + 1;
      }
    }
    return vectors;
  }
}
