package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessorsTest {
  @Test
  void understandsNumbersAndRanges() {
    assertEquals(List.of(0), Processors.parse("0"));
    assertEquals(List.of(0, 1, 2, 5, 8, 9), Processors.parse("0-2,5,8-9"));
  }

  @Test
  void choosesOfThoseThatThisProcessMayUse() throws IOException {
    String first = Processors.allowed().getFirst().toString();

    assertEquals(
        Processors.canBeChosen() ? List.of("/usr/bin/taskset", "-c", first) : List.of(),
        Processors.command(1));
  }

  @Test
  void thereAreNotMoreThanThereAre() throws IOException {
    int count = Processors.allowed().size();

    if (Processors.canBeChosen()) {
      assertThrows(IllegalArgumentException.class, () -> Processors.command(count + 1));
    }
  }
}
