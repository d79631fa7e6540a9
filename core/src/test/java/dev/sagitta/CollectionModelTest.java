package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sagitta.distance.Metric;
import dev.sagitta.persistence.NioFiles;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Group;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.IntRange;

/**
 * Random operations on a collection, compared with a map and with searches by brute force: for each
 * metric and kind of id, on the simulated file system with power losses and kills, and on the real
 * one without. At durability SYNC, so that nothing acknowledged may be lost.
 *
 * <p>jqwik prints the seed of a property that fails; the seed in the property's annotation repeats
 * it. {@link ModelShrinker} shortens the operations.
 */
@SuppressWarnings("ClassCanBeStatic") // groups of properties must be inner classes
final class CollectionModelTest {

  /** The properties, for one metric. */
  abstract static class OfMetric {
    private final Metric metric;

    OfMetric(Metric metric) {
      this.metric = metric;
    }

    @Provide
    Arbitrary<List<ModelOperation>> withCrashes() {
      return ModelOperation.lists(true);
    }

    @Provide
    Arbitrary<List<ModelOperation>> withoutCrashes() {
      return ModelOperation.lists(false);
    }

    /** Fewer elements than a vector register has, as many, more, and several times as many. */
    @Provide
    Arbitrary<Integer> dimensions() {
      return Arbitraries.of(2, 3, 16, 17, 50);
    }

    @Property(tries = 60, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void longIdsThroughCrashes(
        @ForAll("dimensions") int dimension,
        @ForAll @IntRange(min = 1, max = 2) int linkers,
        @ForAll("withCrashes") List<ModelOperation> operations)
        throws InterruptedException {
      runSimulated(config(dimension, IdType.LONG), linkers, operations);
    }

    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void stringIdsThroughCrashes(
        @ForAll("dimensions") int dimension,
        @ForAll @IntRange(min = 1, max = 2) int linkers,
        @ForAll("withCrashes") List<ModelOperation> operations)
        throws InterruptedException {
      runSimulated(config(dimension, IdType.STRING), linkers, operations);
    }

    @Property(tries = 20, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void uuidsThroughCrashes(
        @ForAll("dimensions") int dimension,
        @ForAll @IntRange(min = 1, max = 2) int linkers,
        @ForAll("withCrashes") List<ModelOperation> operations)
        throws InterruptedException {
      runSimulated(config(dimension, IdType.UUID), linkers, operations);
    }

    @Property(tries = 4, edgeCases = EdgeCasesMode.NONE, shrinking = ShrinkingMode.OFF)
    void allIdsOnTheRealFileSystem(
        @ForAll("dimensions") int dimension,
        @ForAll("withoutCrashes") List<ModelOperation> operations)
        throws InterruptedException, IOException {
      for (IdType ids : IdType.values()) {
        runReal(config(dimension, ids), operations);
      }
    }

    private CollectionConfig config(int dimension, IdType ids) {
      return CollectionConfig.builder(dimension, metric).ids(ids).m(8).efConstruction(60).build();
    }

    private static void runSimulated(
        CollectionConfig config, int linkers, List<ModelOperation> operations)
        throws InterruptedException {
      ModelShrinker.run(
          some -> {
            var options = DatabaseOptions.builder().linkerThreads(linkers).build();
            try (var database =
                new ModelDatabase(
                    new SimulatedFiles(), ModelDatabase.DIRECTORY, options, ModelDatabase.SMALL)) {
              new ModelRun(database, config).run(some);
            }
          },
          operations);
    }

    private static void runReal(CollectionConfig config, List<ModelOperation> operations)
        throws InterruptedException, IOException {
      Path directory = Files.createTempDirectory("model");
      var number = new AtomicInteger();
      try {
        ModelShrinker.run(
            some -> {
              try (var database =
                  new ModelDatabase(
                      new NioFiles(),
                      directory.resolve("data" + number.incrementAndGet()),
                      DatabaseOptions.defaults(),
                      ModelDatabase.SMALL)) {
                new ModelRun(database, config).run(some);
              }
            },
            operations);
      } finally {
        deleteTree(directory);
      }
    }

    private static void deleteTree(Path directory) throws IOException {
      try (Stream<Path> tree = Files.walk(directory)) {
        for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(path);
        }
      }
    }
  }

  @Example
  void aFailureIsShortenedToWhatCausesIt() {
    List<ModelOperation> operations = new ArrayList<>();
    for (int id = 0; id < 50; id++) {
      operations.add(new ModelOperation.Get(id));
    }
    operations.add(11, ModelOperation.Plain.CHECKPOINT);
    operations.add(40, new ModelOperation.Crash(3));
    AssertionError error =
        assertThrows(
            AssertionError.class,
            () ->
                ModelShrinker.run(
                    some -> {
                      int checkpoint = some.indexOf(ModelOperation.Plain.CHECKPOINT);
                      int crash = some.indexOf(new ModelOperation.Crash(3));
                      if (checkpoint >= 0 && checkpoint < crash) {
                        throw new IllegalStateException("crashed after a checkpoint");
                      }
                    },
                    operations));
    assertEquals(
        "fails with 2 of 52 operations, [CHECKPOINT, Crash[seed=3]]: crashed after a checkpoint",
        error.getMessage());
  }

  @Group
  final class Euclidean extends OfMetric {
    Euclidean() {
      super(Metric.EUCLIDEAN);
    }
  }

  @Group
  final class Cosine extends OfMetric {
    Cosine() {
      super(Metric.COSINE);
    }
  }

  @Group
  final class DotProduct extends OfMetric {
    DotProduct() {
      super(Metric.DOT_PRODUCT);
    }
  }

  @Group
  final class Manhattan extends OfMetric {
    Manhattan() {
      super(Metric.MANHATTAN);
    }
  }
}
