package dev.sagitta.sabotage;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.engine.DiscoverySelector;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.junit.platform.launcher.listeners.TestExecutionSummary.Failure;

/**
 * Breaks the library in one way after another, and runs a test that must fail then. So the tests
 * are known to notice. That the same tests pass where nothing is broken, but for the way in which
 * they are loaded, shows that it is the breaking that they notice.
 */
final class SabotageTest {
  private static final double SECONDS_MAX = 120;
  private static final String SIZES = "sagitta.nightly.";

  /** Whether tests that take some seconds until they pass are run unchanged, too. */
  private static final boolean ALL = Boolean.getBoolean(SIZES + "control");

  private static final Set<String> SLOW =
      Set.of(
          "CrashStepTest#atomicBatches",
          "CrashStepTest#checkpointsAndLogRotation",
          "CrashStepTest#closingAndOpening",
          "CrashStepTest#creatingAndDropping",
          "CrashStepTest#largeBatches",
          "CrashStepTest#writesBesideCheckpoints",
          "FaultStepTest#checkpointsAndLogRotation",
          "FaultStepTest#creatingAndDropping",
          "FaultStepTest#upsertsUpdatesAndDeletes",
          "RecoveryCrashTest",
          "RotBitTest#flippedBits",
          "SalvageDamageTest",
          "ShortSequencesTest",
          "VerifyTest");

  /** What the night asks of the suites, but not here. */
  private static final Map<String, String> NIGHTLY = new HashMap<>();

  @BeforeAll
  static void setSizesAside() {
    for (String name : System.getProperties().stringPropertyNames()) {
      if (name.startsWith(SIZES)) {
        NIGHTLY.put(name, System.clearProperty(name));
      }
    }
  }

  @AfterAll
  static void takeSizesBack() {
    NIGHTLY.forEach(System::setProperty);
  }

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
    List<Failure> failures = run("sabotaged: ", test, loader).getFailures();
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

  @ParameterizedTest
  @MethodSource
  void passesUnchanged(String test) throws ClassNotFoundException {
    List<Failure> failures = run("control: ", test, new SabotagedLoader(List.of())).getFailures();
    assertTrue(
        failures.isEmpty(),
        () -> test + " fails though nothing is broken: " + failures.getFirst().getException());
  }

  static Stream<String> passesUnchanged() {
    return Arrays.stream(Sabotage.values())
        .flatMap(sabotage -> sabotage.tests().stream())
        .filter(test -> ALL || !SLOW.contains(test))
        .distinct();
  }

  private static TestExecutionSummary run(String prefix, String test, ClassLoader loader)
      throws ClassNotFoundException {
    DiscoverySelector selector = select(test, loader);
    var summary = new SummaryGeneratingListener();
    PrefixedLines.during(
        prefix,
        () ->
            LauncherFactory.create()
                .execute(
                    LauncherDiscoveryRequestBuilder.request().selectors(selector).build(),
                    summary));
    assertTrue(summary.getSummary().getTestsStartedCount() > 0, () -> "no test: " + selector);
    return summary.getSummary();
  }

  private static DiscoverySelector select(String test, ClassLoader loader)
      throws ClassNotFoundException {
    int hash = test.indexOf('#');
    String name = hash < 0 ? test : test.substring(0, hash);
    Class<?> type = Class.forName(Patch.ROOT + name, false, loader);
    return hash < 0 ? selectClass(type) : selectMethod(type, test.substring(hash + 1));
  }

  /** Whether a failure says that the changed code could not be loaded or run. */
  private static boolean isOfTheSabotage(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      StackTraceElement[] trace = cause.getStackTrace();
      boolean inThePlace = trace.length > 0 && trace[0].getClassName().contains(".Broken");
      if (cause instanceof LinkageError || (cause instanceof RuntimeException && inThePlace)) {
        return true;
      }
    }
    return false;
  }
}
