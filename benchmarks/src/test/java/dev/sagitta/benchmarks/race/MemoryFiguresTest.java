package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class MemoryFiguresTest {
  private static NamedValues jvm(int resident, int heap, int committed) {
    return new NamedValues(
        Map.of(
            "residentKib", Integer.toString(resident),
            "heapKib", Integer.toString(heap),
            "heapCommittedKib", Integer.toString(committed)));
  }

  @Test
  void freeHeapIsNotNeeded() {
    MemoryFigures figures =
        MemoryFigures.of(List.of(jvm(900, 100, 600), jvm(800, 110, 610), jvm(700, 120, 220)));

    assertEquals(OptionalDouble.of(800), figures.resident());
    assertEquals(OptionalDouble.of(110), figures.heap());
    // Of 400, 300 and 600.
    assertEquals(OptionalDouble.of(400), figures.needed());
    assertEquals(OptionalDouble.empty(), figures.files());
  }

  @Test
  void whereThereIsNoHeapAllIsNeeded() {
    MemoryFigures figures =
        MemoryFigures.of(List.of(new NamedValues(Map.of("residentKib", "500"))));

    assertEquals(OptionalDouble.of(500), figures.needed());
    assertEquals(OptionalDouble.empty(), figures.heap());
  }
}
