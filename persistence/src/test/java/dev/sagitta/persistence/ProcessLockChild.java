package dev.sagitta.persistence;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A second JVM that takes a lock, says what came of it in one line, and keeps the lock until its
 * standard input ends. For tests.
 */
final class ProcessLockChild implements AutoCloseable {

  private final Process process;
  private final String outcome;

  private ProcessLockChild(Process process, String outcome) {
    this.process = process;
    this.outcome = outcome;
  }

  /** Starts a JVM that tries to take the lock, and waits for the outcome. */
  static ProcessLockChild take(Path lockFile) throws IOException {
    return start(command(lockFile));
  }

  /** The same with a JVM that the system lets write no byte into any file. */
  static ProcessLockChild takeWithoutWriting(Path lockFile) throws IOException {
    List<String> limited =
        new ArrayList<>(List.of("sh", "-c", "ulimit -f 0 && exec \"$0\" \"$@\""));
    limited.addAll(command(lockFile));
    return start(limited);
  }

  private static List<String> command(Path lockFile) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-XX:-UsePerfData",
        "-cp",
        System.getProperty("java.class.path"),
        ProcessLockChild.class.getName(),
        lockFile.toString());
  }

  private static ProcessLockChild start(List<String> command) throws IOException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    var output = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8);
    return new ProcessLockChild(process, String.valueOf(new BufferedReader(output).readLine()));
  }

  /** {@code locked}, or {@code held by} and the holder's pid. */
  String outcome() {
    return outcome;
  }

  long pid() {
    return process.pid();
  }

  void killAndWait() {
    process.destroyForcibly().onExit().join();
  }

  /** Lets it end in order. */
  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    process.onExit().join();
  }

  /** The child's program. */
  public static void main(String[] arguments) throws IOException {
    try (Closeable _ = new NioFiles().lock(Path.of(arguments[0]))) {
      System.out.println("locked");
      System.in.transferTo(OutputStream.nullOutputStream());
    } catch (LockHeldException e) {
      System.out.println("held by " + e.holderPid().orElse(-1));
    }
  }
}
