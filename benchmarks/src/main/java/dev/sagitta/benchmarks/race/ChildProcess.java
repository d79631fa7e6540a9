package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Programs that are run to their end, with all output in a file. What still runs when this JVM ends
 * is ended too, lest it goes on measuring beside what is started next.
 */
final class ChildProcess {
  private static final int TOLD_BYTES_MAX = 4_096;
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();
  private static volatile boolean ending;

  static {
    Runtime.getRuntime().addShutdownHook(new Thread(ChildProcess::endAll));
  }

  private ChildProcess() {}

  private static void endAll() {
    ending = true;
    RUNNING.forEach(Process::destroyForcibly);
  }

  /**
   * Runs a program to its end.
   *
   * @param name for the message of an error
   * @param log gets what the program prints, its errors too
   * @throws IOException if it does not start, or ends with another exit code than 0; then the
   *     message has the end of the log
   */
  static void run(String name, List<String> command, Path log)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    RUNNING.add(process);
    try {
      if (ending) {
        process.destroyForcibly();
      }
      int exitCode = process.waitFor();
      if (exitCode != 0) {
        throw new IOException(
            "%s ended with exit code %d; %s ends with:%n%s"
                .formatted(name, exitCode, log.toAbsolutePath(), end(log)));
      }
    } finally {
      process.destroyForcibly();
      RUNNING.remove(process);
    }
  }

  private static String end(Path log) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
      long start = Math.max(0, file.length() - TOLD_BYTES_MAX);
      byte[] bytes = new byte[(int) (file.length() - start)];
      file.seek(start);
      file.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8).strip();
    }
  }
}
