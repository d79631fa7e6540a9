package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A kernel that a {@link KernelTimer} times in a JVM of its own, and the times so far. */
final class TimedKernel implements AutoCloseable {
  /**
   * What is timed.
   *
   * @param scalar whether the scalar kernel is, although there may be a faster one
   */
  record Subject(RowType type, boolean scalar) {}

  /** The time of a row, and the form that it was measured with. */
  record Time(String form, double nanos) {}

  private record Form(RowMemory memory, String name) {}

  private final Process process;
  private final BufferedReader lines;
  private final Writer commands;
  private final Map<Form, List<Double>> nanos = new HashMap<>();
  private final String name;
  private final int rowBytes;

  /**
   * Starts the JVM and waits until it has warmed up.
   *
   * @param library file of the library in C, or {@link KernelTimer#NO_LIBRARY}
   * @param millis for each form in a round
   */
  TimedKernel(Subject subject, Metric metric, int dimension, String library, int millis)
      throws IOException {
    List<String> flags = new ArrayList<>();
    // Compiled at once, while the loop waits: no round is of half-compiled code.
    flags.add("-Xbatch");
    if (subject.scalar()) {
      flags.add("-Dsagitta.kernel=scalar");
    }
    process =
        ChildJvm.start(
            KernelTimer.class,
            flags,
            subject.type().name(),
            metric.name(),
            Integer.toString(dimension),
            library,
            Integer.toString(millis));
    lines = process.inputReader();
    commands = process.outputWriter();
    rowBytes = subject.type().format(metric, dimension).rowBytes();
    name = line();
    if (!line().equals(KernelTimer.END)) {
      throw new IOException(subject + " says more than its kernel's name");
    }
  }

  private String line() throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw new IOException(KernelTimer.class.getSimpleName() + " ended too early");
    }
    return line;
  }

  /** The kernel's name. */
  String name() {
    return name;
  }

  /** Bytes of a row, with its padding. */
  int rowBytes() {
    return rowBytes;
  }

  /** Times every form once. */
  void round() throws IOException {
    commands.write("round\n");
    commands.flush();
    for (String line = line(); !line.equals(KernelTimer.END); line = line()) {
      String[] words = line.split(" ", -1);
      nanos
          .computeIfAbsent(
              new Form(RowMemory.valueOf(words[0]), words[1]), form -> new ArrayList<>())
          .add(Double.valueOf(words[2]));
    }
  }

  /** The median time of a row, in a form of the Java kernel. */
  Time java(RowMemory memory, String form) {
    return new Time(form, median(nanos.getOrDefault(new Form(memory, form), List.of())));
  }

  /** The median time of a row in C, in the fastest form; empty if there is none. */
  Optional<Time> fastestInC(RowMemory memory, String family) {
    return nanos.keySet().stream()
        .filter(form -> form.memory == memory && form.name.contains("_" + family + "_"))
        .map(form -> java(memory, form.name))
        .min(Comparator.comparingDouble(Time::nanos));
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.isEmpty() ? Double.NaN : sorted.get(sorted.size() / 2);
  }

  /** Ends the JVM; the times stay. */
  @Override
  public void close() throws IOException {
    commands.close();
    process.onExit().join();
  }
}
