package dev.sagitta.distance.kernel;

import java.util.Optional;

/**
 * What this JVM's compiler can do, as far as it tells. Stateless, safe for all threads.
 *
 * <p>Options are read from the JVM's diagnostic bean by reflection, so that a host whose image has
 * no module {@code jdk.management} still works; what cannot be read counts as unknown.
 */
final class VirtualMachine {
  /** Whether a fused multiply-add is one instruction; where unknown, no. Emulated it is ruinous. */
  static final boolean FAST_FMA = isOn("UseFMA");

  private VirtualMachine() {}

  /** Whether hot code is compiled by C2, the one compiler that turns the Vector API into SIMD. */
  static boolean compilesWithC2() {
    String name = System.getProperty("java.vm.name", "");
    String mode = System.getProperty("java.vm.info", "");
    return name.contains("Server VM")
        && !mode.contains("interpreted")
        && !mode.contains("emulated-client")
        && !isOn("UseJVMCICompiler");
  }

  private static boolean isOn(String option) {
    return option(option).map(Boolean::parseBoolean).orElse(false);
  }

  /** The value of one of the JVM's options; empty if it has no such option or does not tell. */
  static Optional<String> option(String name) {
    try {
      Class<?> beanType = Class.forName("com.sun.management.HotSpotDiagnosticMXBean");
      Object bean =
          Class.forName("java.lang.management.ManagementFactory")
              .getMethod("getPlatformMXBean", Class.class)
              .invoke(null, beanType);
      Object option = beanType.getMethod("getVMOption", String.class).invoke(bean, name);
      Object value = option.getClass().getMethod("getValue").invoke(option);
      return Optional.of(value.toString());
    } catch (ReflectiveOperationException | RuntimeException | LinkageError e) {
      return Optional.empty();
    }
  }
}
