package dev.sagitta.distance.kernel;

import dev.sagitta.distance.Metric;
import java.util.Locale;
import java.util.Optional;

/**
 * Picks the fastest kernel that this JVM can run: SIMD by the Vector API, else scalar. Stateless,
 * safe for all threads.
 *
 * <p>SIMD needs the module {@value #VECTOR_MODULE}, which the host adds by a flag, the C2 compiler,
 * without which the Vector API runs hundreds of times slower than scalar code, and vectors of at
 * least {@value #VECTOR_BITS_MIN} bits.
 */
public final class Kernels {
  /** The system property that overrides the choice: {@code scalar} or {@code simd}. */
  public static final String KERNEL_PROPERTY = "sagitta.kernel";

  static final String MISSING_MODULE_HINT =
      "add --add-modules jdk.incubator.vector for a faster kernel";

  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  private static final String SIMD_CLASS = "dev.sagitta.distance.kernel.SimdKernels";
  private static final int VECTOR_BITS_MIN = 128;

  private Kernels() {}

  /**
   * Picks the kernel of a collection; call it once per collection. Silent: writes no log.
   *
   * @param dimension 1 to {@link RowLayout#DIMENSION_MAX}
   * @throws IllegalArgumentException if {@code dimension} is outside its range, or the system
   *     property {@value #KERNEL_PROPERTY} is set to something else than {@code scalar} or {@code
   *     simd}
   * @throws IllegalStateException if the property demands {@code simd} and the Vector API cannot be
   *     loaded; compiler and vector size are not asked then
   */
  public static KernelChoice select(Metric metric, int dimension) {
    RowLayout layout = new RowLayout(metric, dimension);
    String demanded = System.getProperty(KERNEL_PROPERTY, "");
    return switch (demanded) {
      case "" -> fastest(layout);
      case "scalar" -> choice(new ScalarKernels(), layout, Optional.empty());
      case "simd" -> choice(demandSimd(), layout, Optional.empty());
      default ->
          throw new IllegalArgumentException(
              "system property "
                  + KERNEL_PROPERTY
                  + " must be scalar or simd, was \""
                  + demanded
                  + "\"");
    };
  }

  private static KernelChoice fastest(RowLayout layout) {
    if (!VirtualMachine.compilesWithC2()) {
      return choice(new ScalarKernels(), layout, Optional.empty());
    }
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
      return choice(new ScalarKernels(), layout, Optional.of(MISSING_MODULE_HINT));
    }
    KernelSet set =
        loadSimd()
            .filter(simd -> simd.vectorBits() >= VECTOR_BITS_MIN)
            .orElseGet(ScalarKernels::new);
    return choice(set, layout, Optional.empty());
  }

  private static KernelSet demandSimd() {
    return loadSimd()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "system property "
                        + KERNEL_PROPERTY
                        + " demands simd, but module "
                        + VECTOR_MODULE
                        + " is missing or not that of Java 25: start Java 25 with --add-modules "
                        + VECTOR_MODULE));
  }

  /**
   * Loads the SIMD kernels by name, so that this class links without the module they import. Empty
   * where the module is missing, or is not the one they were compiled against.
   */
  private static Optional<KernelSet> loadSimd() {
    Optional<Module> vectors = ModuleLayer.boot().findModule(VECTOR_MODULE);
    if (vectors.isEmpty()) {
      return Optional.empty();
    }
    Kernels.class.getModule().addReads(vectors.get());
    try {
      return Optional.of(
          Class.forName(SIMD_CLASS)
              .asSubclass(KernelSet.class)
              .getDeclaredConstructor()
              .newInstance());
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty();
    }
  }

  private static KernelChoice choice(KernelSet set, RowLayout layout, Optional<String> hint) {
    String metric = layout.metric().name().toLowerCase(Locale.ROOT).replace('_', '-');
    String name = set.name() + " " + metric + " " + layout.dimension();
    return new KernelChoice(set.kernel(layout), name, hint);
  }
}
