package dev.sagitta.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Samples how many threads of the whole machine can run, of which there should not be more than
 * processors while latencies are measured. Linux only; elsewhere it sees none.
 */
final class Runnables implements AutoCloseable {
  private static final Path LOAD = Path.of("/proc/loadavg");
  private static final long PERIOD_MILLIS = 50;

  private final Thread sampler = Thread.ofPlatform().daemon().unstarted(this::sample);

  // Of the sampler until it has ended.
  private long sum;
  private long samples;
  private long largest;

  private Runnables() {}

  /** Begins. */
  static Runnables sampling() {
    Runnables runnables = new Runnables();
    runnables.sampler.start();
    return runnables;
  }

  private void sample() {
    try {
      while (Files.exists(LOAD)) {
        // Fourth word: threads that can run, this one among them, and all threads.
        String running = Files.readString(LOAD).split(" ", -1)[3];
        long now = Long.parseLong(running.substring(0, running.indexOf('/'))) - 1;
        sum += now;
        largest = Math.max(largest, now);
        samples++;
        Thread.sleep(PERIOD_MILLIS);
      }
    } catch (InterruptedException ended) {
      // By close.
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Mean and largest number so far; after {@link #close}. */
  String figures() {
    return "%.1f / %d".formatted((double) sum / Math.max(1, samples), largest);
  }

  @Override
  public void close() {
    sampler.interrupt();
    try {
      sampler.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
