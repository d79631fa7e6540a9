package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.VectorValue;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kernel of every set, type and metric beside the double-precision oracle. */
final class KernelAgreementTest {
  private static final int DIMENSION_MAX = 2_050;
  private static final int ROWS = 13;
  private static final int EMULATED_DIMENSION_MAX = 160;
  private static final int DIMENSION_BEYOND = 4_096;

  @Provide
  Arbitrary<KernelSet> kernelSets() {
    return KernelSets.arbitrary();
  }

  @Provide
  Arbitrary<Kind> kinds() {
    return KernelSets.kinds();
  }

  /** Half of them small, where most of a row may be padding. */
  @Provide
  Arbitrary<Integer> dimensions() {
    return Arbitraries.frequencyOf(
        Tuple.of(
            10,
            Arbitraries.integers().between(1, 130).withDistribution(RandomDistribution.uniform())),
        Tuple.of(
            10,
            Arbitraries.integers()
                .between(131, DIMENSION_MAX)
                .withDistribution(RandomDistribution.uniform())),
        Tuple.of(1, Arbitraries.just(DIMENSION_BEYOND)));
  }

  static Stream<Arguments> fastKernels() {
    return ofAllKinds(KernelSets.FAST);
  }

  static Stream<Arguments> emulatedKernels() {
    return ofAllKinds(KernelSets.EMULATED);
  }

  private static Stream<Arguments> ofAllKinds(List<KernelSet> sets) {
    return sets.stream()
        .flatMap(
            set -> Kind.ALL.stream().map(kind -> Arguments.of(Named.of(set.name(), set), kind)));
  }

  /** A query of floats, or of the rows' own type. */
  @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
  void agreesWithTheReference(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("kinds") Kind kind,
      @ForAll("dimensions") int dimension,
      @ForAll @IntRange(min = 1, max = 17) int count,
      @ForAll long seed) {
    int allowed = kind.allowed(dimension);
    Trials.run(
        seed,
        random -> {
          boolean floats = kind.elements() != ElementType.BINARY && random.nextBoolean();
          ElementType queryType = floats ? ElementType.FLOAT32 : kind.elements();
          VectorValue query = OddVectors.next(random, queryType, kind.metric(), allowed);
          VectorValue[] vectors = rows(random, kind, allowed, count);
          if (queryType == kind.elements() && random.nextBoolean()) {
            vectors[random.nextInt(count)] = query;
          }
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(allowed), vectors)) {
            stored.checkAgainstReference(query);
          }
        });
  }

  @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
  void storedAgainstStoredAgreesWithTheReference(
      @ForAll("kernelSets") KernelSet set,
      @ForAll("kinds") Kind kind,
      @ForAll("dimensions") int dimension,
      @ForAll @IntRange(min = 1, max = 9) int count,
      @ForAll long seed) {
    int allowed = kind.allowed(dimension);
    Trials.run(
        seed,
        random -> {
          VectorValue[] vectors = rows(random, kind, allowed, count);
          try (StoredVectors stored = StoredVectors.of(set, kind.layout(allowed), vectors)) {
            stored.checkStoredAgainstReference(random.nextInt(count));
          }
        });
  }

  private static VectorValue[] rows(Random random, Kind kind, int dimension, int count) {
    return OddVectors.next(random, kind.elements(), kind.metric(), dimension, count);
  }

  @ParameterizedTest
  @MethodSource("fastKernels")
  void agreesWithTheReferenceInEveryDimension(KernelSet set, Kind kind) {
    VectorValue[] longest = longest(kind, DIMENSION_BEYOND);
    checkEveryDimension(set, kind, longest, DIMENSION_MAX);
    checkPrefixes(set, kind, longest, DIMENSION_BEYOND);
  }

  /** On a machine with the longest vectors there are none of these. */
  @ParameterizedTest(allowZeroInvocations = true)
  @MethodSource("emulatedKernels")
  void emulatedVectorsAgreeWithTheReferenceInSmallDimensions(KernelSet set, Kind kind) {
    checkEveryDimension(set, kind, longest(kind, EMULATED_DIMENSION_MAX), EMULATED_DIMENSION_MAX);
  }

  /** A query, and rows for loops over eight of them, four, and one that is left. */
  private static VectorValue[] longest(Kind kind, int dimension) {
    return OddVectors.ordinary(new Random(25), kind.elements(), dimension, 1 + ROWS);
  }

  private static void checkEveryDimension(
      KernelSet set, Kind kind, VectorValue[] longest, int dimensionMax) {
    for (int dimension = 1; dimension <= dimensionMax; dimension++) {
      if (kind.elements().allows(dimension)) {
        checkPrefixes(set, kind, longest, dimension);
      }
    }
  }

  private static void checkPrefixes(
      KernelSet set, Kind kind, VectorValue[] longest, int dimension) {
    VectorValue[] vectors = new VectorValue[longest.length];
    Arrays.setAll(vectors, i -> OddVectors.prefix(longest[i], dimension));
    VectorValue[] rows = Arrays.copyOfRange(vectors, 1, vectors.length);
    try (StoredVectors stored = StoredVectors.of(set, kind.layout(dimension), rows)) {
      stored.checkAgainstReference(vectors[0]);
    }
  }
}
