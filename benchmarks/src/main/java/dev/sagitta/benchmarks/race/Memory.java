package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What this process holds of memory, as far as Linux tells it. */
final class Memory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private Memory() {}

  /** Adds resident memory, in KiB, and the heap in use after a collection to a result. */
  static void put(Map<String, String> result) throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    result.put("heapKib", Long.toString((runtime.totalMemory() - runtime.freeMemory()) >> 10));
    if (Files.exists(STATUS)) {
      for (String line : Files.readAllLines(STATUS)) {
        put(line, "VmRSS:", "residentKib", result);
        put(line, "RssFile:", "residentFilesKib", result);
      }
    }
  }

  private static void put(String line, String key, String name, Map<String, String> result) {
    if (line.startsWith(key)) {
      result.put(name, line.replaceAll("[^0-9]", ""));
    }
  }
}
