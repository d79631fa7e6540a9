package dev.sagitta.distance.kernel;

import com.sun.management.ThreadMXBean;
import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Program of the child JVMs: prints the choice of a kernel and whether it may use fused
 * multiply-add, then checks the chosen kernels of all types and metrics. Fails by an exception.
 *
 * <p>In a JVM of its own kernels are as they are with users: of one vector size, and interpreted at
 * first. Links without the module of the Vector API, as {@link Kernels} does.
 */
final class KernelProbe {
  /** An argument: print the choice, check nothing. */
  static final String CHOICE_ONLY = "choice-only";

  private static final int DIMENSION_MAX = 140;
  private static final int DIMENSION = 72;

  /** Eight rows at a time, four, and one that is left. */
  private static final int ROWS = 13;

  private static final int CALLS_PER_ROUND = 500;

  /** C2 has compiled a kernel after a few rounds, and after many on a machine that is busy. */
  private static final int ROUNDS_MIN = 30;

  private static final int ROUNDS_MAX = 5_000;

  private KernelProbe() {}

  public static void main(String[] arguments) {
    KernelChoice choice = Kernels.select(new RowLayout(ElementType.FLOAT32, Metric.COSINE, 256));
    System.out.println(choice.name() + " | " + choice.hint().orElse("no hint"));
    System.out.println(VirtualMachine.FAST_FMA ? "fma" : "no fma");
    if (Arrays.asList(arguments).contains(CHOICE_ONLY)) {
      return;
    }
    // First, while the kernels are still interpreted.
    formats().forEach(KernelProbe::checkCompiling);
    Random random = new Random(26);
    Kind.ALL.forEach(kind -> checkDimensions(kind, random));
  }

  /** One of each kind, and codes by each metric. */
  private static List<RowFormat> formats() {
    List<RowFormat> formats = new ArrayList<>();
    Kind.ALL.forEach(kind -> formats.add(kind.layout(DIMENSION)));
    Arrays.stream(Metric.values())
        .filter(metric -> metric.supports(ElementType.INT8))
        .forEach(metric -> formats.add(new CodeLayout(metric, DIMENSION, -2, 2)));
    return formats;
  }

  /**
   * Checks that compiling a kernel keeps the bits of its scores, and that it leaves no garbage
   * then.
   */
  private static void checkCompiling(RowFormat format) {
    ElementType elements = format instanceof CodeLayout ? ElementType.FLOAT32 : format.elements();
    VectorValue[] vectors = OddVectors.ordinary(new Random(3), elements, DIMENSION, ROWS);
    Kernel kernel = Kernels.select(format).kernel();
    try (StoredVectors stored = StoredVectors.of(kernel, format, vectors)) {
      PreparedQuery query = stored.prepared(vectors[0]);
      int[] ordinals = stored.ordinals();
      float[] cold = new float[ROWS];
      float[] warm = new float[ROWS];
      kernel.score(query, stored.rows(), ordinals, ROWS, cold);
      ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
      long allocatedBytes = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS_MIN || allocatedBytes > 0; round++) {
        if (round == ROUNDS_MAX) {
          throw new AssertionError(kernel + " allocates " + allocatedBytes + " bytes each round");
        }
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < CALLS_PER_ROUND; i++) {
          kernel.prepare(vectors[0], query);
          kernel.score(query, stored.rows(), ordinals, ROWS, warm);
        }
        allocatedBytes = threads.getCurrentThreadAllocatedBytes() - before;
        if (!Arrays.equals(cold, warm)) {
          throw new AssertionError(
              kernel + " " + Arrays.toString(cold) + " became " + Arrays.toString(warm));
        }
      }
    }
  }

  private static void checkDimensions(Kind kind, Random random) {
    for (int dimension = 1; dimension <= DIMENSION_MAX; dimension++) {
      if (kind.elements().allows(dimension)) {
        RowLayout layout = kind.layout(dimension);
        VectorValue[] vectors =
            OddVectors.next(random, kind.elements(), kind.metric(), dimension, ROWS);
        try (StoredVectors stored =
            StoredVectors.of(Kernels.select(layout).kernel(), layout, vectors)) {
          stored.checkAgainstReference(
              OddVectors.next(random, kind.elements(), kind.metric(), dimension));
        }
      }
    }
  }
}
