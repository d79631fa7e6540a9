package dev.sagitta.benchmarks.race;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildProcessTest {
  @TempDir Path work;

  /** Runs another program as a child, and waits for it. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
      ChildProcess.run("sleeper", java(Sleeper.class), Path.of(arguments[0]));
    }
  }

  /** Sleeps longer than any test waits. */
  static final class Sleeper {
    private Sleeper() {}

    public static void main(String[] arguments) throws InterruptedException {
      System.out.println("asleep");
      Thread.sleep(600_000);
    }
  }

  /** Says why it fails. */
  static final class Failure {
    private Failure() {}

    public static void main(String[] arguments) {
      System.err.println("the reason");
      System.exit(1);
    }
  }

  private static List<String> java(Class<?> program) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-cp",
        System.getProperty("java.class.path"),
        program.getName());
  }

  @Test
  void whatAProgramPrintedIsInTheMessageOfItsFailure() {
    Path log = work.resolve("log");

    IOException failed =
        assertThrows(IOException.class, () -> ChildProcess.run("it", java(Failure.class), log));

    String message = String.valueOf(failed.getMessage());
    assertTrue(message.startsWith("it ended with exit code 1"), message);
    assertTrue(message.contains("the reason"), message);
  }

  @Test
  void aProgramThatDoesNotStartIsAnError() {
    assertThrows(
        IOException.class,
        () ->
            ChildProcess.run(
                "it", List.of(work.resolve("nothing").toString()), work.resolve("log")));
  }

  @Test
  void childrenEndWithTheirParent() throws Exception {
    Path log = work.resolve("log");
    List<String> command = new ArrayList<>(java(Parent.class));
    command.add(log.toString());
    Process parent = new ProcessBuilder(command).inheritIO().start();
    try {
      while (parent.isAlive() && !(Files.exists(log) && Files.readString(log).contains("asleep"))) {
        Thread.sleep(20);
      }
      Optional<ProcessHandle> child = parent.children().findFirst();
      assertTrue(child.isPresent());

      parent.destroy();

      child.get().onExit().get(20, TimeUnit.SECONDS);
      assertTrue(parent.waitFor(20, TimeUnit.SECONDS));
      assertFalse(child.get().isAlive());
    } finally {
      parent.descendants().forEach(ProcessHandle::destroyForcibly);
      parent.destroyForcibly();
    }
  }
}
