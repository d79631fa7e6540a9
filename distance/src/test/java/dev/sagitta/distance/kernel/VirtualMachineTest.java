package dev.sagitta.distance.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;

final class VirtualMachineTest {
  @Test
  void readsTheOptionsOfTheJvm() {
    assertTrue(VirtualMachine.option("MaxHeapSize").map(Long::parseLong).orElse(0L) > 0);
  }

  @Test
  void allowsFmaWhereTheJvmDoes() {
    boolean used = VirtualMachine.option("UseFMA").orElse("unknown").equals("true");
    assertEquals(used, VirtualMachine.FAST_FMA);
  }

  @Test
  void knowsNothingOfAnOptionThatTheJvmDoesNotHave() {
    assertEquals(Optional.empty(), VirtualMachine.option("NoSuchOption"));
  }
}
