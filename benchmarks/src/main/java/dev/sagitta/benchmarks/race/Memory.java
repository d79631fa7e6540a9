package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What a process holds of memory, as far as Linux tells it. */
final class Memory {
  /** Names of what a result has, in KiB: all that is resident, what of it are mapped files. */
  static final String RESIDENT = "residentKib";

  static final String RESIDENT_FILES = "residentFilesKib";

  /** The Java heap after a collection: what is in use, and with what is free. */
  static final String HEAP = "heapKib";

  static final String HEAP_COMMITTED = "heapCommittedKib";

  private static final Path STATUS = Path.of("/proc/self/status");

  private Memory() {}

  /** Adds what this process holds, after a collection, to a result. */
  static void put(Map<String, String> result) throws IOException {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    long committed = runtime.totalMemory();
    result.put(HEAP, Long.toString((committed - runtime.freeMemory()) >> 10));
    result.put(HEAP_COMMITTED, Long.toString(committed >> 10));
    if (Files.exists(STATUS)) {
      for (String line : Files.readAllLines(STATUS)) {
        put(line, "VmRSS:", RESIDENT, result);
        put(line, "RssFile:", RESIDENT_FILES, result);
      }
    }
  }

  private static void put(String line, String key, String name, Map<String, String> result) {
    if (line.startsWith(key)) {
      result.put(name, line.replaceAll("[^0-9]", ""));
    }
  }
}
