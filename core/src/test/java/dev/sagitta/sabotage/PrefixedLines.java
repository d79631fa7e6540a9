package dev.sagitta.sabotage;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Output that is passed on line by line, with a prefix that says where it is from. Not thread-safe,
 * but for its use by a {@link PrintStream}, which is.
 */
final class PrefixedLines extends OutputStream {
  private final String prefix;
  private final PrintStream target;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  PrefixedLines(String prefix, PrintStream target) {
    this.prefix = prefix;
    this.target = target;
  }

  /** Runs something whose output to {@link System#out} gets a prefix. */
  static void during(String prefix, Runnable action) {
    PrintStream before = System.out;
    try (var prefixed =
        new PrintStream(new PrefixedLines(prefix, before), true, StandardCharsets.UTF_8)) {
      System.setOut(prefixed);
      action.run();
    } finally {
      System.setOut(before);
    }
  }

  @Override
  public void write(int value) {
    if (value == '\n') {
      passOn();
    } else {
      line.write(value);
    }
  }

  @Override
  public void close() {
    if (line.size() > 0) {
      passOn();
    }
  }

  private void passOn() {
    target.println(prefix + line.toString(StandardCharsets.UTF_8));
    line.reset();
  }
}
