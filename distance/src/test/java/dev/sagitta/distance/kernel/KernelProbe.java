package dev.sagitta.distance.kernel;

import dev.sagitta.distance.Metric;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Program of the child JVMs: prints the choice of a kernel and whether it may use fused
 * multiply-add, then checks the chosen kernels of all metrics. Fails by an exception.
 */
final class KernelProbe {
  private static final int DIMENSION_MAX = 520;

  /** Calls after which C2 has compiled a kernel many times over. */
  private static final int WARM_UP_CALLS = 20_000;

  private KernelProbe() {}

  public static void main(String[] arguments) {
    KernelChoice choice = Kernels.select(Metric.COSINE, 256);
    System.out.println(choice.name() + " | " + choice.hint().orElse("no hint"));
    System.out.println(VirtualMachine.hasFastFma() ? "fma" : "no fma");
    Random random = new Random(26);
    for (Metric metric : Metric.values()) {
      // First, while the kernel is still interpreted.
      checkCompilingKeepsTheBits(metric, random);
      checkEveryDimension(metric, random);
    }
  }

  private static void checkCompilingKeepsTheBits(Metric metric, Random random) {
    int dimension = 64;
    Kernel kernel = Kernels.select(metric, dimension).kernel();
    float[][] vectors = StoredVectors.random(random, 64, dimension, 1);
    int[] ordinals = IntStream.range(0, vectors.length).toArray();
    try (StoredVectors stored = StoredVectors.of(kernel, vectors)) {
      float[] cold = stored.score(vectors[0], ordinals);
      float[] warm = cold;
      for (int i = 0; i < WARM_UP_CALLS; i++) {
        warm = stored.score(vectors[0], ordinals);
      }
      if (!Arrays.equals(cold, warm)) {
        throw new AssertionError(
            kernel + " " + Arrays.toString(cold) + " became " + Arrays.toString(warm));
      }
    }
  }

  private static void checkEveryDimension(Metric metric, Random random) {
    for (int dimension = 1; dimension <= DIMENSION_MAX; dimension++) {
      Kernel kernel = Kernels.select(metric, dimension).kernel();
      float[] query = StoredVectors.random(random, 1, dimension, 1)[0];
      try (StoredVectors stored =
          StoredVectors.of(kernel, StoredVectors.random(random, 5, dimension, 1))) {
        stored.checkAgainstReference(query);
      }
    }
  }
}
