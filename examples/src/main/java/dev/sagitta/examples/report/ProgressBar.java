package dev.sagitta.examples.report;

import java.io.Console;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * A progress bar of one line. On a terminal the line is redrawn in place; elsewhere, in a file or a
 * build log, a new line is printed every few seconds.
 *
 * <p>Thread-safe. A bar begins when it is made and ends with {@link #finish()}.
 */
public final class ProgressBar {
  private static final int CELLS = 30;
  private static final Duration BETWEEN_REDRAWS = Duration.ofMillis(100);
  private static final Duration BETWEEN_LINES = Duration.ofSeconds(5);

  private final Screen screen;
  private final String label;
  private final long total;
  private final long startNanos;

  // Guarded by this.
  private long done;
  private long shownNanos;
  private int shownChars;

  /**
   * Where a bar is shown.
   *
   * @param out takes the lines
   * @param terminal whether a line can be redrawn
   * @param nanoTime tells the time, as {@link System#nanoTime()} does
   */
  record Screen(PrintStream out, boolean terminal, LongSupplier nanoTime) {}

  ProgressBar(Screen screen, String label, long total) {
    this.screen = screen;
    this.label = label;
    this.total = total;
    startNanos = screen.nanoTime().getAsLong();
    shownNanos = startNanos;
  }

  /**
   * Begins a bar on standard output.
   *
   * @param label what is going on, in a word or two
   * @param total how many steps there are, at least 1
   */
  public static ProgressBar start(String label, long total) {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return new ProgressBar(new Screen(System.out, terminal, System::nanoTime), label, total);
  }

  /** Shows that so many steps are done. Cheap enough to be called after every step. */
  public synchronized void advanceTo(long stepsDone) {
    done = stepsDone;
    Duration quiet = screen.terminal() ? BETWEEN_REDRAWS : BETWEEN_LINES;
    long now = screen.nanoTime().getAsLong();
    if (now - shownNanos >= quiet.toNanos()) {
      shownNanos = now;
      show(runningLine(now - startNanos));
    }
  }

  /** Shows that all is done, and how long it took. */
  public synchronized Duration finish() {
    long elapsedNanos = screen.nanoTime().getAsLong() - startNanos;
    done = total;
    show(finishedLine(elapsedNanos));
    if (screen.terminal()) {
      screen.out().println();
    }
    return Duration.ofNanos(elapsedNanos);
  }

  private void show(String line) {
    if (screen.terminal()) {
      // Blanks wipe out what a longer line has left behind.
      String blanks = " ".repeat(Math.max(0, shownChars - line.length()));
      screen.out().print("\r" + line + blanks);
      screen.out().flush();
      shownChars = line.length();
    } else {
      screen.out().println(line);
    }
  }

  private String runningLine(long elapsedNanos) {
    double perSecond = perSecond(elapsedNanos);
    String left =
        perSecond > 0
            ? ", "
                + Figures.duration(Duration.ofSeconds((long) ((total - done) / perSecond)))
                + " left"
            : "";
    return "%s %3d %%  %s of %s, %s/s%s"
        .formatted(
            bar(),
            100 * done / total,
            Figures.count(done),
            Figures.count(total),
            Figures.count(Math.round(perSecond)),
            left);
  }

  private String finishedLine(long elapsedNanos) {
    return "%s 100 %%  %s in %s, %s/s"
        .formatted(
            bar(),
            Figures.count(total),
            Figures.duration(Duration.ofNanos(elapsedNanos)),
            Figures.count(Math.round(perSecond(elapsedNanos))));
  }

  private String bar() {
    int full = (int) (CELLS * done / total);
    return "%s [%s%s]".formatted(label, "=".repeat(full), " ".repeat(CELLS - full));
  }

  private double perSecond(long elapsedNanos) {
    return elapsedNanos <= 0 ? 0 : done * 1e9 / elapsedNanos;
  }
}
