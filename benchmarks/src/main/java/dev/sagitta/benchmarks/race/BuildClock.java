package dev.sagitta.benchmarks.race;

import java.lang.management.ManagementFactory;
import java.util.Map;

/**
 * Times a building: until all vectors are linked, and what saving takes beyond. Processor time is
 * that of the whole process, with what the JVM does beside. For one thread.
 */
final class BuildClock {
  private final Map<String, String> result;
  private long sinceNanos;
  private double sinceProcessorSeconds;

  /** Puts the times into a result. */
  BuildClock(Map<String, String> result) {
    this.result = result;
  }

  /** Starts, once the vectors are as the engine takes them. */
  void start() {
    sinceNanos = System.nanoTime();
    sinceProcessorSeconds = processorSeconds();
  }

  /** All vectors are linked. */
  void linked() {
    put(BuildFigures.LINKED_SECONDS, Seconds.since(sinceNanos));
    put(BuildFigures.PROCESSOR_SECONDS, processorSeconds() - sinceProcessorSeconds);
    start();
  }

  /** What a contestant searches is on disk. */
  void saved(Contestant contestant) {
    put(BuildFigures.savedSeconds(contestant), Seconds.since(sinceNanos));
    start();
  }

  private void put(String name, double seconds) {
    result.put(name, EngineProcess.seconds(seconds));
  }

  private static double processorSeconds() {
    var system =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e9;
  }
}
