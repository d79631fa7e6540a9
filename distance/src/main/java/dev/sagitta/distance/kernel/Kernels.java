package dev.sagitta.distance.kernel;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Picks the fastest kernel that this JVM can run: SIMD by the Vector API, else scalar. Stateless,
 * safe for all threads.
 *
 * <p>SIMD needs the module {@value #VECTOR_MODULE}, which the host adds by a flag, the C2 compiler,
 * without which the Vector API runs hundreds of times slower than scalar code, and vectors of at
 * least {@value #VECTOR_BITS_MIN} bits.
 */
public final class Kernels {
  /**
   * The system property that overrides the choice: {@code scalar}, {@code simd}, or {@code
   * simd-128}, {@code simd-256} or {@code simd-512} for shorter vectors than the machine has.
   */
  public static final String KERNEL_PROPERTY = "sagitta.kernel";

  static final String MISSING_MODULE_HINT =
      "add --add-modules jdk.incubator.vector for a faster kernel";

  static final String NATIVE_ACCESS_HINT =
      "add --enable-native-access="
          + Optional.ofNullable(Kernels.class.getModule().getName()).orElse("ALL-UNNAMED")
          + " for a faster kernel";

  private static final String VECTOR_MODULE = "jdk.incubator.vector";
  private static final String SIMD_CLASS = "dev.sagitta.distance.kernel.SimdKernels";
  private static final int VECTOR_BITS_MIN = 128;

  private Kernels() {}

  /**
   * Picks the kernel of a collection; call it once per collection. Silent: writes no log.
   *
   * @param format of the rows that it shall score
   * @throws IllegalArgumentException if the system property {@value #KERNEL_PROPERTY} has a value
   *     that it cannot have
   * @throws IllegalStateException if the property demands SIMD and the Vector API cannot be loaded,
   *     or longer vectors than this machine has, the shortest being of {@value #VECTOR_BITS_MIN}
   *     bits; the compiler is not asked then
   */
  public static KernelChoice select(RowFormat format) {
    String demanded = System.getProperty(KERNEL_PROPERTY, "");
    return switch (demanded) {
      case "" -> fastest(format);
      case "scalar" -> choice(new ScalarKernels(), format, Optional.empty());
      case "simd" ->
          choice(demandSimd(VECTOR_BITS_MIN, OptionalInt.empty()), format, Optional.empty());
      case "simd-128" -> choice(demandSimd(128, OptionalInt.of(128)), format, Optional.empty());
      case "simd-256" -> choice(demandSimd(256, OptionalInt.of(256)), format, Optional.empty());
      case "simd-512" -> choice(demandSimd(512, OptionalInt.of(512)), format, Optional.empty());
      default ->
          throw new IllegalArgumentException(
              "system property "
                  + KERNEL_PROPERTY
                  + " must be scalar, simd, simd-128, simd-256 or simd-512, was \""
                  + demanded
                  + "\"");
    };
  }

  private static KernelChoice fastest(RowFormat format) {
    if (!VirtualMachine.compilesWithC2()) {
      return choice(new ScalarKernels(), format, Optional.empty());
    }
    if (ModuleLayer.boot().findModule(VECTOR_MODULE).isEmpty()) {
      return choice(new ScalarKernels(), format, Optional.of(MISSING_MODULE_HINT));
    }
    Optional<String> hint =
        RowAccess.nativeAccess() ? Optional.empty() : Optional.of(NATIVE_ACCESS_HINT);
    return loadSimd(OptionalInt.empty())
        .filter(simd -> simd.vectorBits() >= VECTOR_BITS_MIN)
        .map(simd -> choice(simd, format, hint))
        .orElseGet(() -> choice(new ScalarKernels(), format, Optional.empty()));
  }

  /**
   * The SIMD kernels, which the property demands.
   *
   * @param bitsMin that this machine's vectors must have
   * @param vectorBits of other vectors than the preferred ones
   */
  private static KernelSet demandSimd(int bitsMin, OptionalInt vectorBits) {
    int longest = demanded(OptionalInt.empty()).vectorBits();
    if (bitsMin > longest) {
      throw new IllegalStateException(
          "system property "
              + KERNEL_PROPERTY
              + " demands vectors of "
              + bitsMin
              + " bits, this machine and JVM have at most "
              + longest);
    }
    return demanded(vectorBits);
  }

  private static KernelSet demanded(OptionalInt vectorBits) {
    return loadSimd(vectorBits)
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
   *
   * @param vectorBits of other vectors than the preferred ones
   */
  private static Optional<KernelSet> loadSimd(OptionalInt vectorBits) {
    Optional<Module> vectors = ModuleLayer.boot().findModule(VECTOR_MODULE);
    if (vectors.isEmpty()) {
      return Optional.empty();
    }
    Kernels.class.getModule().addReads(vectors.get());
    try {
      Class<? extends KernelSet> simd = Class.forName(SIMD_CLASS).asSubclass(KernelSet.class);
      KernelSet set =
          vectorBits.isPresent()
              ? simd.getDeclaredConstructor(int.class).newInstance(vectorBits.getAsInt())
              : simd.getDeclaredConstructor().newInstance();
      // Loads and verifies the loops, which import the module too.
      var unused = set.sums(ElementType.FLOAT32, Metric.EUCLIDEAN);
      return Optional.of(set);
    } catch (ReflectiveOperationException | LinkageError e) {
      return Optional.empty();
    }
  }

  private static KernelChoice choice(KernelSet set, RowFormat format, Optional<String> hint) {
    String rows = format.metric() + " " + format.elements() + " " + format.dimension();
    String name = set.name() + " " + rows.toLowerCase(Locale.ROOT).replace('_', '-');
    return new KernelChoice(set.kernel(format), name, hint);
  }
}
