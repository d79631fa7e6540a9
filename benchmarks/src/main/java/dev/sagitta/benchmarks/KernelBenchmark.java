package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.kernel.Kernel;
import dev.sagitta.distance.kernel.Kernels;
import dev.sagitta.distance.kernel.RowLayout;
import dev.sagitta.distance.kernel.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
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
 * Time to score one row, in calls of {@value #ROWS_PER_CALL}: rows in cache, and rows drawn at
 * random from more memory than caches hold. Add {@code -jvmArgsAppend
 * --add-modules=jdk.incubator.vector} for the SIMD kernels; without it the scalar ones run.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBenchmark {
  private static final int ROWS_PER_CALL = 16;
  private static final int EXTENT_SHIFT = 12;

  /** How vectors are compared. */
  @Param({"EUCLIDEAN", "COSINE"})
  Metric metric = Metric.EUCLIDEAN;

  /** Components of a vector. */
  @Param({"128", "768"})
  int dimension = 128;

  /** Memory that rows are drawn from. */
  @Param({"1", "512"})
  int mebibytes = 1;

  private final Arena arena = Arena.ofShared();
  private final Random random = new Random(1);
  private final float[] scores = new float[ROWS_PER_CALL];
  private int[] ordinals = {};
  private float[] query = {};
  private Kernel kernel = Kernels.select(Metric.EUCLIDEAN, 1).kernel();
  private VectorRows rows = new VectorRows(new MemorySegment[0], 0, kernel.layout().rowBytes());
  private int next;

  /** Fills the rows. */
  @Setup
  public void fill() {
    kernel = Kernels.select(metric, dimension).kernel();
    RowLayout layout = kernel.layout();
    int count = (int) (((long) mebibytes << 20) / layout.rowBytes());
    int rowsPerExtent = 1 << EXTENT_SHIFT;
    MemorySegment[] extents = new MemorySegment[Math.ceilDiv(count, rowsPerExtent)];
    for (int i = 0; i < extents.length; i++) {
      extents[i] = arena.allocate((long) layout.rowBytes() * rowsPerExtent, 64);
    }
    for (int i = 0; i < count; i++) {
      long offset = (long) (i % rowsPerExtent) * layout.rowBytes();
      layout.write(vector(), extents[i / rowsPerExtent], offset);
    }
    rows = new VectorRows(extents, EXTENT_SHIFT, layout.rowBytes());
    query = new float[layout.dimensionPadded()];
    kernel.prepare(vector(), query);
    ordinals = random.ints(1 << 16, 0, count).toArray();
  }

  private float[] vector() {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = random.nextFloat() - 0.5f;
    }
    return vector;
  }

  /** Frees the rows. */
  @TearDown
  public void free() {
    arena.close();
  }

  /** One call of the bulk method. */
  @Benchmark
  @OperationsPerInvocation(ROWS_PER_CALL)
  public float[] bulk() {
    next = (next + ROWS_PER_CALL) & (ordinals.length - 1);
    int[] drawn = new int[ROWS_PER_CALL];
    System.arraycopy(ordinals, next, drawn, 0, ROWS_PER_CALL);
    kernel.score(query, rows, drawn, ROWS_PER_CALL, scores);
    return scores;
  }
}
