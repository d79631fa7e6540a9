package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RacePlanTest {
  @Test
  void everyRoundBeginsWithTheNext() {
    assertEquals(
        List.of("ABC", "BCA", "CAB", "ABC"),
        IntStream.rangeClosed(1, 4)
            .mapToObj(
                round -> String.join("", RacePlan.inOrderOfRound(round, List.of("A", "B", "C"))))
            .toList());
  }
}
