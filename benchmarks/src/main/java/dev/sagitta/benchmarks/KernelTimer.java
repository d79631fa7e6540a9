package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A child of {@link KernelFigures}: times the kernel of one type, metric and dimension, and no
 * other, so that nothing else shapes what the compiler makes of it. First it checks the functions
 * of kernels.c against it and warms up; then it does a round for each line that it reads, until the
 * lines end.
 *
 * <p>Time is what the thread spent on a processor, so that other programs disturb less; they still
 * share caches and memory.
 */
final class KernelTimer {
  /** The name of {@link KernelScoring#bulk} among the forms. */
  static final String BULK = "bulk";

  /** The name of {@link KernelScoring#pair} among the forms. */
  static final String PAIR = "pair";

  /** The line after the figures of a round. */
  static final String END = "end";

  /** The argument that stands for no library. */
  static final String NO_LIBRARY = "-";

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int CALLS_PER_BATCH = FilledRows.ROWS_PER_BATCH / FilledRows.ROWS_PER_CALL;

  /** Reading the clock costs as much as scoring many rows. */
  private static final int BATCHES_PER_READING = 8;

  private static final int WARM_UPS = 3;

  private record Form(String name, Runnable batch) {}

  /** What is timed on the rows of one memory. */
  private record Forms(RowMemory memory, KernelScoring java, List<Form> all) {
    /**
     * Scores all rows once. After a pause, while other JVMs had their turn, memory answers at half
     * its speed until it was read once, and the form that is timed first would pay for all.
     */
    void wake() {
      for (int i = java.callCount(); i > 0; i--) {
        float unused = java.bulk();
      }
    }
  }

  private KernelTimer() {}

  /**
   * Runs.
   *
   * @param arguments the {@link RowType}, metric, dimension, the file of the C library or {@link
   *     #NO_LIBRARY}, and the milliseconds for each form in a round
   */
  public static void main(String[] arguments) throws IOException {
    RowType type = RowType.valueOf(arguments[0]);
    Metric metric = Metric.valueOf(arguments[1]);
    int dimension = Integer.parseInt(arguments[2]);
    long nanos = Long.parseLong(arguments[4]) * 1_000_000;
    List<Forms> memories = new ArrayList<>();
    for (RowMemory memory : RowMemory.values()) {
      FilledRows filled = new FilledRows(type, metric, dimension, memory);
      KernelScoring java = new KernelScoring(filled);
      List<Form> forms = new ArrayList<>();
      forms.add(new Form(BULK, () -> bulk(java)));
      forms.add(new Form(PAIR, () -> pair(java)));
      if (!arguments[3].equals(NO_LIBRARY)) {
        NativeLibrary library = NativeLibrary.load(Path.of(arguments[3]));
        for (NativeScoring scoring : NativeScoring.all(library, filled, Arena.global())) {
          scoring.check(java);
          forms.add(new Form(scoring.function(), scoring::score));
        }
      }
      memories.add(new Forms(memory, java, forms));
    }
    System.out.println(memories.getFirst().java().name());
    for (int i = 0; i < WARM_UPS; i++) {
      round(memories, nanos);
    }
    System.out.println(END);
    BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
    while (lines.readLine() != null) {
      round(memories, nanos).forEach(System.out::println);
      System.out.println(END);
    }
  }

  private static List<String> round(List<Forms> memories, long nanos) {
    List<String> lines = new ArrayList<>();
    for (Forms forms : memories) {
      forms.wake();
      for (Form form : forms.all()) {
        lines.add(
            String.format(
                Locale.ROOT, "%s %s %.4f", forms.memory(), form.name(), nanosPerRow(form, nanos)));
      }
    }
    return lines;
  }

  private static void bulk(KernelScoring scoring) {
    for (int i = 0; i < CALLS_PER_BATCH; i++) {
      scoring.bulk();
    }
  }

  private static void pair(KernelScoring scoring) {
    for (int i = 0; i < CALLS_PER_BATCH; i++) {
      scoring.pair();
    }
  }

  private static double nanosPerRow(Form form, long nanos) {
    long start = THREADS.getCurrentThreadCpuTime();
    long batches = 0;
    long taken;
    do {
      for (int i = 0; i < BATCHES_PER_READING; i++) {
        form.batch.run();
      }
      batches += BATCHES_PER_READING;
      taken = THREADS.getCurrentThreadCpuTime() - start;
    } while (taken < nanos);
    return (double) taken / (batches * FilledRows.ROWS_PER_BATCH);
  }
}
