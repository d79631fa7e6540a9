package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The choice of a kernel, here with the module of the Vector API, and in child JVMs without. */
final class KernelsTest {
  private static final String ADD_MODULE = "--add-modules=jdk.incubator.vector";
  private static final String NO_HINT = " | no hint";

  @TempDir Path directory;

  @AfterEach
  void clearProperty() {
    System.clearProperty(Kernels.KERNEL_PROPERTY);
  }

  @ParameterizedTest
  @EnumSource
  void picksSimdWhereItCan(Metric metric) {
    KernelChoice choice = Kernels.select(metric, 768);
    assertTrue(choice.name().matches("simd-(128|256|512) [a-z-]+ 768"), choice::name);
    assertEquals(metric, choice.kernel().layout().metric());
    assertEquals(768, choice.kernel().layout().dimension());
    assertEquals(Optional.empty(), choice.hint());
  }

  @ParameterizedTest
  @EnumSource
  void picksScalarWhenThePropertyForcesIt(Metric metric) {
    System.setProperty(Kernels.KERNEL_PROPERTY, "scalar");
    KernelChoice choice = Kernels.select(metric, 3);
    assertTrue(choice.name().matches("scalar [a-z-]+ 3"), choice::name);
    assertEquals(metric, choice.kernel().layout().metric());
    assertEquals(Optional.empty(), choice.hint());
  }

  @Test
  void namesInstructionSetMetricAndDimension() {
    System.setProperty(Kernels.KERNEL_PROPERTY, "scalar");
    assertEquals("scalar dot-product 12", Kernels.select(Metric.DOT_PRODUCT, 12).name());
  }

  @Test
  void picksSimdWhenThePropertyForcesIt() {
    System.setProperty(Kernels.KERNEL_PROPERTY, "simd");
    assertTrue(Kernels.select(Metric.COSINE, 256).name().startsWith("simd-"));
  }

  @Test
  void refusesAnUnknownPropertyValue() {
    System.setProperty(Kernels.KERNEL_PROPERTY, "SIMD");
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Kernels.select(Metric.COSINE, 256));
    assertEquals(
        "system property sagitta.kernel must be scalar or simd, was \"SIMD\"",
        refused.getMessage());
  }

  @Test
  void picksScalarSilentlyAndHintsWithoutTheModule() throws Exception {
    ChildJvm child = ChildJvm.runProbe(directory);
    assertEquals("", child.standardError());
    assertEquals(
        "scalar cosine 256 | add --add-modules jdk.incubator.vector for a faster kernel",
        child.outputLine(0));
    assertEquals(0, child.exitCode());
  }

  @Test
  void failsWithoutTheModuleWhenThePropertyDemandsSimd() throws Exception {
    ChildJvm child = ChildJvm.runProbe(directory, "-Dsagitta.kernel=simd");
    assertTrue(
        child.standardError().contains("IllegalStateException: system property sagitta.kernel"),
        child::standardError);
    assertEquals(1, child.exitCode());
  }

  @Test
  void picksScalarWithoutHintWhereC2IsOff() throws Exception {
    assertProbePrints("scalar cosine 256" + NO_HINT, "-XX:TieredStopAtLevel=1");
    assertProbePrints("scalar cosine 256" + NO_HINT, ADD_MODULE, "-XX:TieredStopAtLevel=1");
  }

  @Test
  void picksScalarWhereVectorsAreShorterThan128Bits() throws Exception {
    assertProbePrints("scalar cosine 256" + NO_HINT, ADD_MODULE, "-XX:MaxVectorSize=8");
  }

  @Test
  void doesNotAskTheVectorSizeWhenThePropertyDemandsSimd() throws Exception {
    assertProbePrints(
        "simd-64 cosine 256" + NO_HINT, ADD_MODULE, "-XX:MaxVectorSize=8", "-Dsagitta.kernel=simd");
  }

  /** Up to the machine's own width: what is wider would be emulated, lane by lane. */
  @ParameterizedTest
  @ValueSource(ints = {128, 256, 512})
  void kernelsOfEveryVectorSizeAgreeWithTheReferenceAndKeepTheirBits(int bits) throws Exception {
    int usedBits = Math.min(bits, SimdKernels.SPECIES.vectorBitSize());
    assertProbePrints(
        "simd-" + usedBits + " cosine 256" + NO_HINT,
        ADD_MODULE,
        "-XX:MaxVectorSize=" + usedBits / Byte.SIZE);
  }

  @Test
  void kernelsWithoutFmaAgreeWithTheReference() throws Exception {
    ChildJvm child =
        assertProbePrints(
            "simd-" + SimdKernels.SPECIES.vectorBitSize() + " cosine 256" + NO_HINT,
            ADD_MODULE,
            "-XX:-UseFMA");
    assertEquals("no fma", child.outputLine(1));
  }

  private ChildJvm assertProbePrints(String expected, String... flags)
      throws IOException, InterruptedException {
    ChildJvm child = ChildJvm.runProbe(directory, flags);
    assertEquals(0, child.exitCode(), child::standardError);
    assertEquals(expected, child.outputLine(0));
    return child;
  }
}
