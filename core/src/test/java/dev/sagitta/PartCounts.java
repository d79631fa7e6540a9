package dev.sagitta;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * Prints at the end of a test class how many of its tests were done, and how many this machine did
 * not allow, with the reasons.
 */
final class PartCounts implements TestWatcher, AfterAllCallback {
  private final Map<String, Integer> skipped = new TreeMap<>();
  private int done;

  @Override
  public void testSuccessful(ExtensionContext context) {
    done++;
  }

  @Override
  public void testAborted(ExtensionContext context, Throwable cause) {
    skip(String.valueOf(cause.getMessage()));
  }

  @Override
  public void testDisabled(ExtensionContext context, Optional<String> reason) {
    skip(reason.orElse("disabled"));
  }

  private void skip(String reason) {
    skipped.merge(reason.strip(), 1, Integer::sum);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    System.out.printf(
        "%s: %d parts done, %d skipped %s%n",
        context.getRequiredTestClass().getSimpleName(),
        done,
        skipped.values().stream().mapToInt(Integer::intValue).sum(),
        skipped);
  }
}
