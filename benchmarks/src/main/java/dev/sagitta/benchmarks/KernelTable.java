package dev.sagitta.benchmarks;

import static dev.sagitta.benchmarks.Report.row;

import dev.sagitta.benchmarks.TimedKernel.Subject;
import dev.sagitta.benchmarks.TimedKernel.Time;
import dev.sagitta.distance.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The rows of {@link KernelFigures}' table for one metric: a column for each dimension and memory.
 */
final class KernelTable {
  private static final String NOTHING = "-";
  private static final Subject FLOAT32 = new Subject(RowType.FLOAT32, false);

  /** What a row says of the kernels of one dimension, of rows in one memory. */
  private interface Cell {
    Optional<String> text(Map<Subject, TimedKernel> kernels, RowMemory memory);
  }

  private final Map<Integer, Map<Subject, TimedKernel>> measured = new LinkedHashMap<>();

  /** What is measured of a type: the best kernel, and of the two simplest types the scalar one. */
  static Stream<Subject> subjects(RowType type) {
    boolean scalarToo = type == RowType.FLOAT32 || type == RowType.BINARY;
    return scalarToo
        ? Stream.of(new Subject(type, false), new Subject(type, true))
        : Stream.of(new Subject(type, false));
  }

  /** Adds the times of a dimension. */
  void add(int dimension, Map<Subject, TimedKernel> kernels) {
    measured.put(dimension, kernels);
  }

  /** Prints the table's head. */
  static void printHead(int[] dimensions) {
    String columns =
        Arrays.stream(dimensions)
            .boxed()
            .flatMap(dimension -> Stream.of(dimension + " cached", dimension + " DRAM"))
            .collect(Collectors.joining(" | "));
    row("| | goal | %s |", columns);
    row("|---|---|%s", "---:|".repeat(2 * dimensions.length));
  }

  /** Prints what the times are to be held against. */
  static void printLast(double gigabytesPerSecond, int dimensions) {
    row(
        "| memory read from front to back, GB/s | | %s |",
        Stream.generate(() -> " | %.1f".formatted(gigabytesPerSecond))
            .limit(dimensions)
            .collect(Collectors.joining(" | ")));
  }

  /**
   * Prints the rows.
   *
   * @param sequential how fast memory is read from front to back, in GB/s
   */
  void print(Metric metric, double sequential) {
    String names =
        measured.values().iterator().next().values().stream()
            .map(kernel -> kernel.name().split(" ", -1)[0])
            .distinct()
            .collect(Collectors.joining(" and "));
    row("| **%s**, %s | | %s", metric, names, "| ".repeat(2 * measured.size()));
    for (RowType type : RowType.values()) {
      if (type.supports(metric)) {
        printRatios(type, sequential);
      }
    }
    for (RowType type : RowType.values()) {
      if (type.supports(metric)) {
        printTimes(type);
      }
    }
  }

  private void printRatios(RowType type, double sequential) {
    Subject subject = new Subject(type, false);
    String name = name(type);
    boolean isFloat32 = type == RowType.FLOAT32;
    printRow(
        "speed of bulk / pair, " + name,
        isFloat32 ? "768: 1.6, DRAM 2" : "",
        (kernels, memory) -> ratio(pair(kernels, subject, memory), bulk(kernels, subject, memory)));
    for (String family : NativeScoring.families(type)) {
      printRow(
          "time of bulk / C, " + inC(family),
          isFloat32 ? "at most 1.1" : "",
          (kernels, memory) ->
              ratio(bulk(kernels, subject, memory), inC(kernels, subject, memory, family)));
    }
    printRow(
        "bytes of bulk / of memory read from front to back, " + name,
        "",
        (kernels, memory) ->
            memory == RowMemory.DRAM
                ? gigabytesPerSecond(kernels, subject, bulk(kernels, subject, memory))
                    .map(speed -> "%.2f".formatted(speed / sequential))
                : Optional.empty());
    if (!isFloat32) {
      printRow(
          "speed of " + name + " / float32",
          switch (type) {
            case CODES -> "768: DRAM 1.3";
            case FLOAT16 -> "DRAM 1";
            case FLOAT32, INT8, BINARY -> "";
          },
          (kernels, memory) ->
              ratio(bulk(kernels, FLOAT32, memory), bulk(kernels, subject, memory)));
    }
    printRow(
        "speed of SIMD / scalar, " + name,
        isFloat32 ? "8" : "",
        (kernels, memory) ->
            ratio(bulk(kernels, new Subject(type, true), memory), bulk(kernels, subject, memory)));
  }

  private void printTimes(RowType type) {
    for (Subject subject : subjects(type).toList()) {
      String name = name(type) + (subject.scalar() ? " scalar" : "");
      printRow(
          name + " bulk, ns a row, GB/s",
          "",
          (kernels, memory) -> time(kernels, subject, bulk(kernels, subject, memory)));
      printRow(
          name + " pair",
          "",
          (kernels, memory) -> time(kernels, subject, pair(kernels, subject, memory)));
    }
    Subject subject = new Subject(type, false);
    for (String family : NativeScoring.families(type)) {
      printRow(
          inC(family) + " in C, ns a row, rows at once",
          "",
          (kernels, memory) ->
              inC(kernels, subject, memory, family)
                  .map(time -> "%.1f, %s".formatted(time.nanos(), lastWord(time.form()))));
    }
  }

  private static String lastWord(String form) {
    return form.substring(form.lastIndexOf('_') + 1);
  }

  private static String name(RowType type) {
    return type.name().toLowerCase(Locale.ROOT);
  }

  private static String inC(String family) {
    return switch (family) {
      case "half" -> "float16 converted by hardware";
      case "bytes" -> "int8 query and rows";
      default -> family;
    };
  }

  /** Prints a row, unless it says nothing. */
  private void printRow(String label, String goal, Cell cell) {
    List<String> texts = new ArrayList<>();
    for (Map<Subject, TimedKernel> kernels : measured.values()) {
      for (RowMemory memory : RowMemory.values()) {
        texts.add(cell.text(kernels, memory).orElse(NOTHING));
      }
    }
    if (!texts.stream().allMatch(NOTHING::equals)) {
      row("| %s | %s | %s |", label, goal, String.join(" | ", texts));
    }
  }

  private static Optional<Time> bulk(
      Map<Subject, TimedKernel> kernels, Subject subject, RowMemory memory) {
    return Optional.ofNullable(kernels.get(subject))
        .map(kernel -> kernel.java(memory, KernelTimer.BULK));
  }

  private static Optional<Time> pair(
      Map<Subject, TimedKernel> kernels, Subject subject, RowMemory memory) {
    return Optional.ofNullable(kernels.get(subject))
        .map(kernel -> kernel.java(memory, KernelTimer.PAIR));
  }

  private static Optional<Time> inC(
      Map<Subject, TimedKernel> kernels, Subject subject, RowMemory memory, String family) {
    return Optional.ofNullable(kernels.get(subject))
        .flatMap(kernel -> kernel.fastestInC(memory, family));
  }

  private static Optional<String> ratio(Optional<Time> time, Optional<Time> other) {
    return time.flatMap(one -> other.map(two -> "%.2f".formatted(one.nanos() / two.nanos())));
  }

  /** How many bytes of rows, in GB/s. */
  private static Optional<Double> gigabytesPerSecond(
      Map<Subject, TimedKernel> kernels, Subject subject, Optional<Time> time) {
    return Optional.ofNullable(kernels.get(subject))
        .flatMap(kernel -> time.map(one -> kernel.rowBytes() / one.nanos()));
  }

  private static Optional<String> time(
      Map<Subject, TimedKernel> kernels, Subject subject, Optional<Time> time) {
    return time.flatMap(
        one ->
            gigabytesPerSecond(kernels, subject, time)
                .map(speed -> "%.1f, %.1f".formatted(one.nanos(), speed)));
  }
}
