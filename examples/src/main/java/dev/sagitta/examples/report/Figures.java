package dev.sagitta.examples.report;

import java.time.Duration;
import java.util.Locale;

/** Writes numbers for people: grouped digits, times and sizes with a unit that suits them. */
public final class Figures {
  private static final long KIB = 1L << 10;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  private Figures() {}

  /** A whole number with its digits in groups, such as {@code 153,090}. */
  public static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** A distance with four decimals, such as {@code 0.0513}. */
  public static String distance(double distance) {
    return String.format(Locale.ROOT, "%.4f", distance);
  }

  /** A part of a whole, such as {@code 99.4 %}. */
  public static String percent(double fraction) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * fraction);
  }

  /** A time, such as {@code 85 us}, {@code 3.2 ms}, {@code 41 s} or {@code 2 min 5 s}. */
  public static String duration(Duration time) {
    double micros = time.toNanos() / 1e3;
    if (micros < 1e3) {
      return String.format(Locale.ROOT, "%.0f us", micros);
    }
    if (micros < 1e6) {
      return String.format(Locale.ROOT, micros < 1e4 ? "%.1f ms" : "%.0f ms", micros / 1e3);
    }
    if (micros < 120e6) {
      return String.format(Locale.ROOT, micros < 10e6 ? "%.1f s" : "%.0f s", micros / 1e6);
    }
    return "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart());
  }

  /** A number of bytes, such as {@code 4.0 KiB} or {@code 214 MiB}. */
  public static String bytes(long bytes) {
    if (bytes < KIB) {
      return bytes + " bytes";
    }
    if (bytes < MIB) {
      return scaled(bytes, KIB) + " KiB";
    }
    return bytes < GIB ? scaled(bytes, MIB) + " MiB" : scaled(bytes, GIB) + " GiB";
  }

  private static String scaled(long bytes, long unitBytes) {
    double scaled = (double) bytes / unitBytes;
    return String.format(Locale.ROOT, scaled < 10 ? "%.1f" : "%.0f", scaled);
  }
}
