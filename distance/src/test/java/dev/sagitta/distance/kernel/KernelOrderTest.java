package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What a metric promises about distances to each other, as far as rounding lets it. */
final class KernelOrderTest {
  private static final int DIMENSION_MAX = 600;

  @Provide
  Arbitrary<KernelSet> kernelSets() {
    return KernelSets.arbitrary();
  }

  @Provide
  Arbitrary<Kind> kinds() {
    return KernelSets.kinds();
  }

  /** Those whose distances are a metric in the strict sense. */
  @Provide
  Arbitrary<Kind> trueMetrics() {
    return KernelSets.kinds()
        .filter(kind -> kind.metric() != Metric.COSINE && kind.metric() != Metric.DOT_PRODUCT);
  }

  @Property(tries = 700, edgeCases = EdgeCasesMode.NONE)
  void ordersRowsAsScalarCodeDoesUpToTiesWithinTheBound(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("kinds") Kind kind,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    int allowed = kind.allowed(dimension);
    Trials.run(
        seed,
        random -> {
          VectorValue[] vectors =
              OddVectors.next(random, kind.elements(), kind.metric(), allowed, 17);
          VectorValue query = OddVectors.next(random, kind.elements(), kind.metric(), allowed);
          float[] scores;
          float[] scalar;
          int[] ordinals = IntStream.range(0, vectors.length).toArray();
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(allowed), vectors)) {
            scores = stored.score(query, ordinals);
          }
          try (StoredVectors stored =
              StoredVectors.of(new ScalarKernels(), kind.layout(allowed), vectors)) {
            scalar = stored.score(query, ordinals);
          }
          double[] bounds = new double[vectors.length];
          for (int i = 0; i < bounds.length; i++) {
            bounds[i] = bound(kind, query, vectors[i]);
          }
          for (int near = 0; near < bounds.length; near++) {
            for (int far = 0; far < bounds.length; far++) {
              double clear = 2 * (bounds[near] + bounds[far]);
              boolean nearer = (double) scalar[far] - scalar[near] > clear;
              assertTrue(!nearer || scores[near] < scores[far], "rows " + near + ", " + far);
            }
          }
        });
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void storedVectorsAreAsFarFromEachOtherBothWays(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("kinds") Kind kind,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    int allowed = kind.allowed(dimension);
    Trials.run(
        seed,
        random -> {
          VectorValue[] vectors =
              OddVectors.next(random, kind.elements(), kind.metric(), allowed, 2);
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(allowed), vectors)) {
            float there = stored.scoreStored(0, 1)[0];
            float back = stored.scoreStored(1, 0)[0];
            // The same sums; but under cosine the query alone is normalised before it is
            // multiplied.
            double tolerance =
                kind.metric() == Metric.COSINE
                    ? bound(kind, vectors[0], vectors[1]) + bound(kind, vectors[1], vectors[0])
                    : 0;
            assertEquals(there, back, tolerance);
          }
        });
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void equalVectorsAreAtDistanceZero(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("trueMetrics") Kind kind,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    int allowed = kind.allowed(dimension);
    Trials.run(
        seed,
        random -> {
          VectorValue vector = OddVectors.next(random, kind.elements(), kind.metric(), allowed);
          try (StoredVectors stored =
              StoredVectors.of(set, kind.layout(allowed), vector, vector, vector, vector)) {
            for (float score : stored.score(vector, 0, 1, 2, 3, 0)) {
              assertEquals(0, Float.floatToRawIntBits(score));
            }
            for (float score : stored.scoreStored(3, 0, 1, 2, 3, 0)) {
              assertEquals(0, Float.floatToRawIntBits(score));
            }
          }
        });
  }

  @Property(tries = 500, edgeCases = EdgeCasesMode.NONE)
  void aVectorPointsWhereItselfDoes(
      @ForAll("kernelSets") KernelSet set,
      @ForAll ElementType elements,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    if (elements == ElementType.BINARY) {
      return;
    }
    Kind kind = new Kind(elements, Metric.COSINE);
    Trials.run(
        seed,
        random -> {
          VectorValue vector = OddVectors.next(random, elements, Metric.COSINE, dimension);
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(dimension), vector)) {
            double bound = bound(kind, vector, vector);
            assertEquals(0, Metric.COSINE.distance(stored.score(vector, 0)[0]), bound);
            assertEquals(0, Metric.COSINE.distance(stored.scoreStored(0, 0)[0]), bound);
          }
        });
  }

  @Property(tries = 1000, edgeCases = EdgeCasesMode.NONE)
  void aDetourIsNeverShorter(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("trueMetrics") Kind kind,
      @ForAll @IntRange(min = 1, max = DIMENSION_MAX) int dimension,
      @ForAll long seed) {
    int allowed = kind.allowed(dimension);
    Trials.run(
        seed,
        random -> {
          VectorValue[] vectors =
              OddVectors.next(random, kind.elements(), kind.metric(), allowed, 3);
          if (random.nextBoolean()) {
            vectors[1] = between(vectors[0], vectors[2]);
          }
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(allowed), vectors)) {
            double straight = distance(stored, kind, vectors, 0, 2, -1);
            double there = distance(stored, kind, vectors, 0, 1, 1);
            double onward = distance(stored, kind, vectors, 1, 2, 1);
            // The double sum itself rounds.
            assertTrue(
                straight <= (there + onward) * (1 + 0x1p-40),
                () -> straight + " > " + there + " + " + onward);
          }
        });
  }

  /** The distance between two rows, less or more what rounding can have done to its score. */
  private static double distance(
      StoredVectors stored, Kind kind, VectorValue[] vectors, int from, int to, int sign) {
    double score = stored.scoreStored(from, to)[0] + sign * bound(kind, vectors[from], vectors[to]);
    return kind.metric() == Metric.EUCLIDEAN ? Math.sqrt(Math.max(0, score)) : score;
  }

  /** A vector on the way, where a detour is no longer than the straight line. */
  private static VectorValue between(VectorValue from, VectorValue to) {
    return switch (from) {
      case VectorValue.Float32(float[] values) -> {
        float[] middle = values.clone();
        float[] ends = to.toFloats();
        for (int i = 0; i < middle.length; i++) {
          middle[i] += (ends[i] - middle[i]) / 2;
        }
        yield VectorValue.float32(middle);
      }
      case VectorValue.Binary(byte[] bits) -> {
        byte[] middle = bits.clone();
        byte[] ends = ((VectorValue.Binary) to).bits();
        for (int i = 0; i < middle.length; i++) {
          middle[i] &= ends[i];
        }
        yield VectorValue.binary(middle);
      }
      case VectorValue.Float16 halves -> halves;
      case VectorValue.Int8 bytes -> bytes;
    };
  }

  private static double bound(Kind kind, VectorValue query, VectorValue row) {
    return ReferenceDistance.errorBoundStored(kind.metric(), query.toFloats(), row.toFloats());
  }
}
