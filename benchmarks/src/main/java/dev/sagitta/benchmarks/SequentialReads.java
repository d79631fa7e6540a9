package dev.sagitta.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** How fast one thread reads memory from front to back: what no scan from memory can exceed. */
final class SequentialReads {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final int WARM_UPS = 5;

  private final long[] words = new long[256 << 20 >> 3];
  private final List<Double> gigabytesPerSecond = new ArrayList<>();
  private long sum;

  SequentialReads() {
    Arrays.fill(words, 1);
    for (int i = 0; i < WARM_UPS; i++) {
      sum += sum(words);
    }
  }

  /** C2 makes SIMD of this. */
  private static long sum(long[] words) {
    long sum = 0;
    for (long word : words) {
      sum += word;
    }
    return sum;
  }

  /** Reads all once. */
  void round() {
    long start = THREADS.getCurrentThreadCpuTime();
    sum += sum(words);
    long nanos = THREADS.getCurrentThreadCpuTime() - start;
    gigabytesPerSecond.add((double) words.length * Long.BYTES / nanos);
  }

  /** The median of all rounds, in GB/s. */
  double gigabytesPerSecond() {
    if (sum % words.length != 0) {
      throw new IllegalStateException("a sum of ones was " + sum);
    }
    Collections.sort(gigabytesPerSecond);
    return gigabytesPerSecond.get(gigabytesPerSecond.size() / 2);
  }
}
