package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The choice of a kernel, here with the module of the Vector API, and in child JVMs without. */
final class KernelsTest {
  private static final String ADD_MODULE = "--add-modules=jdk.incubator.vector";
  private static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";
  private static final String NO_HINT = " | no hint";
  private static final RowLayout COSINE = new RowLayout(ElementType.FLOAT32, Metric.COSINE, 256);

  @TempDir Path directory;

  @AfterEach
  void clearProperty() {
    System.clearProperty(Kernels.KERNEL_PROPERTY);
  }

  static Iterable<Kind> kinds() {
    return Kind.ALL;
  }

  /** Those vector sizes that this machine has. */
  static IntStream vectorBits() {
    return IntStream.of(128, 256, 512).filter(bits -> bits <= KernelSets.NATIVE.vectorBits());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void picksSimdWhereItCan(Kind kind) {
    KernelChoice choice = Kernels.select(kind.layout(768));
    assertTrue(choice.name().matches("simd-(128|256|512) [a-z-]+ [a-z0-9]+ 768"), choice::name);
    assertEquals(kind.layout(768).rowBytes(), choice.kernel().rowBytes());
    assertEquals(Optional.empty(), choice.hint());
  }

  @ParameterizedTest
  @MethodSource("kinds")
  void picksScalarWhenThePropertyForcesIt(Kind kind) {
    System.setProperty(Kernels.KERNEL_PROPERTY, "scalar");
    KernelChoice choice = Kernels.select(kind.layout(8));
    assertTrue(choice.name().matches("scalar [a-z-]+ [a-z0-9]+ 8"), choice::name);
    assertTrue(choice.kernel().toString().contains("Scalar") || isBinary(kind), choice::toString);
    assertEquals(Optional.empty(), choice.hint());
  }

  private static boolean isBinary(Kind kind) {
    return kind.elements() == ElementType.BINARY;
  }

  @Test
  void namesInstructionSetMetricElementsAndDimension() {
    System.setProperty(Kernels.KERNEL_PROPERTY, "scalar");
    assertEquals(
        "scalar dot-product int8 12",
        Kernels.select(new RowLayout(ElementType.INT8, Metric.DOT_PRODUCT, 12)).name());
  }

  @Test
  void picksTheMachinesVectorsWhenThePropertyForcesSimd() {
    System.setProperty(Kernels.KERNEL_PROPERTY, "simd");
    assertEquals(KernelSets.NATIVE.name() + " cosine float32 256", Kernels.select(COSINE).name());
  }

  @ParameterizedTest
  @MethodSource("vectorBits")
  void picksShorterVectorsWhenThePropertyForcesThem(int bits) {
    System.setProperty(Kernels.KERNEL_PROPERTY, "simd-" + bits);
    assertEquals("simd-" + bits + " cosine float32 256", Kernels.select(COSINE).name());
  }

  @ParameterizedTest
  @ValueSource(strings = {"SIMD", "simd-64", "simd-1024", "simd-", "none", " "})
  void refusesAnUnknownPropertyValue(String value) {
    System.setProperty(Kernels.KERNEL_PROPERTY, value);
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> Kernels.select(COSINE));
    assertEquals(
        "system property sagitta.kernel must be scalar, simd, simd-128, simd-256 or simd-512, was"
            + " \""
            + value
            + "\"",
        refused.getMessage());
  }

  @Test
  void picksScalarSilentlyAndHintsWithoutTheModule() throws Exception {
    ChildJvm child = runProbe();
    assertEquals("", child.standardError());
    assertEquals(
        "scalar cosine float32 256 | add --add-modules jdk.incubator.vector for a faster kernel",
        child.outputLine(0));
    assertEquals(0, child.exitCode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"simd", "simd-128"})
  void failsWithoutTheModuleWhenThePropertyDemandsSimd(String value) throws Exception {
    ChildJvm child = runProbe("-Dsagitta.kernel=" + value);
    assertFails(
        "IllegalStateException: system property sagitta.kernel demands simd, but module", child);
  }

  @Test
  void failsWhenThePropertyDemandsLongerVectorsThanThereAre() throws Exception {
    ChildJvm child = runProbe(ADD_MODULE, "-XX:MaxVectorSize=16", "-Dsagitta.kernel=simd-256");
    assertFails(
        "IllegalStateException: system property sagitta.kernel demands vectors of 256 bits, this"
            + " machine and JVM have at most 128",
        child);
  }

  @Test
  void failsWhenThePropertyDemandsSimdAndVectorsAreTooShort() throws Exception {
    ChildJvm child = runProbe(ADD_MODULE, "-XX:MaxVectorSize=8", "-Dsagitta.kernel=simd");
    assertFails("demands vectors of 128 bits, this machine and JVM have at most 64", child);
  }

  private static void assertFails(String reason, ChildJvm child) {
    assertTrue(child.standardError().contains(reason), child::standardError);
    assertEquals(1, child.exitCode());
  }

  @Test
  void picksScalarWithoutHintWhereC2IsOff() throws Exception {
    assertChoiceIs("scalar", "-XX:TieredStopAtLevel=1");
    assertChoiceIs("scalar", ADD_MODULE, "-XX:TieredStopAtLevel=1");
  }

  @Test
  void picksScalarWhereVectorsAreShorterThan128Bits() throws Exception {
    assertChoiceIs("scalar", ADD_MODULE, "-XX:MaxVectorSize=8");
  }

  @Test
  void doesNotAskTheCompilerWhenThePropertyDemandsSimd() throws Exception {
    assertChoiceIs(
        KernelSets.NATIVE.name(), ADD_MODULE, "-XX:TieredStopAtLevel=1", "-Dsagitta.kernel=simd");
  }

  private void assertChoiceIs(String set, String... flags)
      throws IOException, InterruptedException {
    ChildJvm child = ChildJvm.runProbe(directory, List.of(KernelProbe.CHOICE_ONLY), List.of(flags));
    assertEquals(0, child.exitCode(), child::standardError);
    assertEquals(set + " cosine float32 256" + NO_HINT, child.outputLine(0));
  }

  /** Up to the machine's own size: what is longer would be emulated, lane by lane. */
  @ParameterizedTest
  @MethodSource("vectorBits")
  void kernelsOfEveryVectorSizeAreRightColdAndWarmAndAllocateNothing(int bits) throws Exception {
    assertChecksPass(
        "simd-" + bits, ADD_MODULE, NATIVE_ACCESS, "-XX:MaxVectorSize=" + bits / Byte.SIZE);
  }

  /** Rows are found by their extents then. */
  @Test
  void kernelsWithoutNativeAccessHintAndAreRightColdAndWarmAndAllocateNothing() throws Exception {
    ChildJvm child = runProbe(ADD_MODULE);
    assertEquals(0, child.exitCode(), child::standardError);
    assertEquals(
        KernelSets.NATIVE.name()
            + " cosine float32 256 | add --enable-native-access=ALL-UNNAMED for a faster kernel",
        child.outputLine(0));
    assertEquals("WARNING: Using incubator modules: jdk.incubator.vector\n", child.standardError());
  }

  @Test
  void kernelsWithoutFmaAreRightColdAndWarmAndAllocateNothing() throws Exception {
    ChildJvm child =
        assertChecksPass(KernelSets.NATIVE.name(), ADD_MODULE, NATIVE_ACCESS, "-XX:-UseFMA");
    assertEquals("no fma", child.outputLine(1));
  }

  private ChildJvm assertChecksPass(String set, String... flags)
      throws IOException, InterruptedException {
    ChildJvm child = runProbe(flags);
    assertEquals(0, child.exitCode(), child::standardError);
    assertEquals(set + " cosine float32 256" + NO_HINT, child.outputLine(0));
    return child;
  }

  private ChildJvm runProbe(String... flags) throws IOException, InterruptedException {
    return ChildJvm.runProbe(directory, List.of(), List.of(flags));
  }
}
