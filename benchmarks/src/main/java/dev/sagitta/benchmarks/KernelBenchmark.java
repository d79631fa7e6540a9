package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Time to score one row, in calls of {@value FilledRows#ROWS_PER_CALL} rows and in calls of one.
 * Every kernel can be chosen:
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar KernelBenchmark -prof gc \
 *     -p rows=FLOAT32,FLOAT16,INT8,CODES -p metric=EUCLIDEAN,COSINE,DOT_PRODUCT,MANHATTAN \
 *     -p dimension=128,384,768,1536 -p memory=CACHED,DRAM
 * </pre>
 *
 * and {@code -p rows=BINARY -p metric=HAMMING,JACCARD}; the scalar kernels by {@code -jvmArgsAppend
 * -Dsagitta.kernel=scalar}. With {@code -prof gc} the line gc.alloc.rate.norm says how many bytes a
 * row costs on the heap: about 0. It counts the whole measurement, so it is large where C2 was not
 * done before, which {@code -Xbatch} is there to prevent.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 1,
    jvmArgsPrepend = {"--add-modules=jdk.incubator.vector", "-Xbatch"})
public class KernelBenchmark {
  /** What rows hold: FLOAT32, FLOAT16, INT8, BINARY or CODES. */
  @Param("FLOAT32")
  String rows = "";

  /** How vectors are compared. */
  @Param("EUCLIDEAN")
  Metric metric = Metric.EUCLIDEAN;

  /** Elements of a vector. */
  @Param("768")
  int dimension;

  /** Where rows are: CACHED or DRAM. */
  @Param({"CACHED", "DRAM"})
  String memory = "";

  private Optional<FilledRows> filled = Optional.empty();
  private Optional<KernelScoring> scoring = Optional.empty();

  /** Fills the rows. */
  @Setup
  public void fill() {
    FilledRows rowsFilled =
        new FilledRows(RowType.valueOf(rows), metric, dimension, RowMemory.valueOf(memory));
    filled = Optional.of(rowsFilled);
    scoring = Optional.of(new KernelScoring(rowsFilled));
  }

  /** Frees the rows. */
  @TearDown
  public void free() {
    filled.ifPresent(FilledRows::close);
  }

  /** One call for many rows. */
  @Benchmark
  @OperationsPerInvocation(FilledRows.ROWS_PER_CALL)
  public float bulk() {
    return scoring.orElseThrow().bulk();
  }

  /** The same rows, a call for each. */
  @Benchmark
  @OperationsPerInvocation(FilledRows.ROWS_PER_CALL)
  public float pair() {
    return scoring.orElseThrow().pair();
  }
}
