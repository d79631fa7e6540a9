package dev.sagitta.sabotage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/**
 * Breaks the library in one way after another, and runs a test that must fail then. So the tests
 * are known to notice.
 */
final class SabotageTest {
  private static final double SECONDS_MAX = 120;

  @ParameterizedTest
  @EnumSource
  void isNoticed(Sabotage sabotage) throws ClassNotFoundException {
    for (String test : sabotage.tests()) {
      isNoticed(sabotage, test);
    }
  }

  private static void isNoticed(Sabotage sabotage, String test) throws ClassNotFoundException {
    long begun = System.nanoTime();
    var loader = new SabotagedLoader(sabotage.patches());
    List<Failure> failures = run(select(test, loader)).getFailures();
    assertEquals(
        Set.copyOf(sabotage.patches()), loader.applied(), "the test comes by what was broken");
    assertFalse(failures.isEmpty(), () -> test + " does not notice");
    Throwable first = failures.getFirst().getException();
    assertFalse(isOfTheSabotage(first), () -> "broken so that it cannot run: " + first);
    double seconds = (System.nanoTime() - begun) / 1e9;
    assertTrue(seconds < SECONDS_MAX, () -> test + " notices after " + seconds + " s");
    System.out.printf(
        "%s: noticed by %s after %.1f s: %s%n",
        sabotage, test, seconds, String.valueOf(first.getMessage()).lines().findFirst().orElse(""));
  }

  private static DiscoverySelector select(String test, ClassLoader loader)
      throws ClassNotFoundException {
    int hash = test.indexOf('#');
    String name = hash < 0 ? test : test.substring(0, hash);
    Class<?> type = Class.forName(Patch.ROOT + name, false, loader);
    return hash < 0 ? selectClass(type) : selectMethod(type, test.substring(hash + 1));
  }

  private static TestExecutionSummary run(DiscoverySelector selector) {
    var summary = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(LauncherDiscoveryRequestBuilder.request().selectors(selector).build(), summary);
    assertTrue(summary.getSummary().getTestsStartedCount() > 0, () -> "no test: " + selector);
    return summary.getSummary();
  }

  /** Whether a failure says that the changed code could not be loaded or run. */
  private static boolean isOfTheSabotage(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LinkageError) {
        return true;
      }
    }
    return false;
  }
}
