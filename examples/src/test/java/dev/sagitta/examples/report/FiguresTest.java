package dev.sagitta.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void groupsDigits() {
    assertEquals("1,234,567", Figures.count(1_234_567));
  }

  @Test
  void roundsFractions() {
    assertEquals("99.5 %", Figures.percent(0.99496));
    assertEquals("0.1235", Figures.distance(0.12346));
  }

  @Test
  void choosesTheUnitOfATime() {
    assertEquals("85 us", Figures.duration(Duration.ofNanos(85_400)));
    assertEquals("3.2 ms", Figures.duration(Duration.ofNanos(3_210_000)));
    assertEquals("321 ms", Figures.duration(Duration.ofMillis(321)));
    assertEquals("4.5 s", Figures.duration(Duration.ofMillis(4_500)));
    assertEquals("41 s", Figures.duration(Duration.ofSeconds(41)));
    assertEquals("2 min 5 s", Figures.duration(Duration.ofSeconds(125)));
  }

  @Test
  void choosesTheUnitOfASize() {
    assertEquals("512 bytes", Figures.bytes(512));
    assertEquals("4.0 KiB", Figures.bytes(4_096));
    assertEquals("214 MiB", Figures.bytes(214L << 20));
    assertEquals("1.5 GiB", Figures.bytes(3L << 29));
  }
}
