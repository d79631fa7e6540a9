package dev.sagitta.examples.report;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sagitta.examples.report.ProgressBar.Screen;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressBarTest {
  private static final String HALF = "=".repeat(15) + " ".repeat(15);
  private static final String FULL = "=".repeat(30);

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
  private final AtomicLong nanoTime = new AtomicLong();

  @Test
  void redrawsItsLineOnATerminal() {
    ProgressBar bar = bar(true);
    passAndAdvance(bar, Duration.ofSeconds(10), 100);
    pass(Duration.ofSeconds(10));
    bar.finish();

    String running = "Work [" + HALF + "]  50 %  100 of 200, 10/s, 10 s left";
    String finished = "Work [" + FULL + "] 100 %  200 in 20 s, 10/s";
    String blanks = " ".repeat(running.length() - finished.length());
    assertEquals("\r" + running + "\r" + finished + blanks + System.lineSeparator(), shown());
  }

  @Test
  void printsALineNowAndThenElsewhere() {
    ProgressBar bar = bar(false);
    passAndAdvance(bar, Duration.ofSeconds(1), 50);
    passAndAdvance(bar, Duration.ofSeconds(4), 100);
    passAndAdvance(bar, Duration.ofSeconds(1), 150);
    bar.finish();

    assertEquals(
        List.of(
            "Work [" + HALF + "]  50 %  100 of 200, 20/s, 5.0 s left",
            "Work [" + FULL + "] 100 %  200 in 6.0 s, 33/s"),
        shown().lines().toList());
  }

  @Test
  void tellsHowLongItTook() {
    ProgressBar bar = bar(false);
    pass(Duration.ofMillis(1_234));

    assertEquals(Duration.ofMillis(1_234), bar.finish());
  }

  private ProgressBar bar(boolean terminal) {
    return new ProgressBar(new Screen(out, terminal, nanoTime::get), "Work", 200);
  }

  private void passAndAdvance(ProgressBar bar, Duration time, long done) {
    pass(time);
    bar.advanceTo(done);
  }

  private void pass(Duration time) {
    nanoTime.addAndGet(time.toNanos());
  }

  private String shown() {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
