package dev.sagitta.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** Rows of the Markdown tables that the programs print, and the figures in them. */
final class Report {
  private Report() {}

  /** Prints the head of a table, with the machine in its first row. */
  static void begin() {
    row("| figure | value |");
    row("|---|---|");
    row(
        "| machine | %s, %d processors, Java %s, heap at most %,d MiB |",
        System.getProperty("os.arch"),
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        Runtime.getRuntime().maxMemory() >> 20);
  }

  /** Prints a row. */
  static void row(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  /** Milliseconds since a reading of {@link System#nanoTime()}. */
  static double millisSince(long nanos) {
    return (System.nanoTime() - nanos) / 1e6;
  }

  /** Median and 99th percentile of some times, which this sorts. */
  static String percentiles(long[] nanos) {
    Arrays.sort(nanos);
    return "%.0f / %.0f us"
        .formatted(nanos[nanos.length / 2] / 1e3, nanos[nanos.length * 99 / 100] / 1e3);
  }
}
