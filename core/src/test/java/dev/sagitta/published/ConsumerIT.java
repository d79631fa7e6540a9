package dev.sagitta.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.published.JdkTool.Outcome;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles a small program against the packaged JAR, with all warnings as errors, and runs it: on
 * the class path and on the module path, with and without the Vector API.
 */
final class ConsumerIT {
  private static final Path SOURCES = Path.of("src", "it");
  private static final String MAIN_CLASS = "consumer.Consumer";

  /** The JVM says this itself; nothing can silence it. */
  private static final String INCUBATOR_WARNING =
      "WARNING: Using incubator modules: jdk.incubator.vector" + System.lineSeparator();

  @TempDir private Path scratch;

  @Test
  void classPathNeedsNoFlag() throws Exception {
    Path classes = compile("-classpath", List.of());
    assertScalar(run("-classpath", classes, List.of(MAIN_CLASS)));
  }

  @Test
  void classPathTakesVectorsWithOneFlag() throws Exception {
    Path classes = compile("-classpath", List.of());
    List<String> launch = List.of("--add-modules=jdk.incubator.vector", MAIN_CLASS);
    assertSimd(run("-classpath", classes, launch));
  }

  @Test
  void modulePathNeedsNoFlag() throws Exception {
    Path classes = compile("--module-path", List.of(moduleInfo("module-path")));
    assertScalar(run("--module-path", classes, List.of("--module", "consumer/" + MAIN_CLASS)));
  }

  @Test
  void moduleThatRequiresTheVectorModuleNeedsNoFlag() throws Exception {
    Path classes = compile("--module-path", List.of(moduleInfo("module-path-simd")));
    assertSimd(run("--module-path", classes, List.of("--module", "consumer/" + MAIN_CLASS)));
  }

  private static void assertScalar(Outcome outcome) {
    assertEquals("", outcome.errors());
    assertFound(outcome);
    assertTrue(outcome.output().contains("kernel scalar"), outcome.output());
  }

  private static void assertSimd(Outcome outcome) {
    assertEquals(INCUBATOR_WARNING, outcome.errors());
    assertFound(outcome);
    assertTrue(outcome.output().contains("kernel simd"), outcome.output());
  }

  private static void assertFound(Outcome outcome) {
    assertEquals(0, outcome.exitCode());
    List<String> ids = outcome.output().lines().map(line -> line.split(" ", 2)[0]).toList();
    assertEquals(List.of("doc-1", "doc-2", "kernel"), ids);
  }

  private static String moduleInfo(String directory) {
    return SOURCES.resolve(directory).resolve("module-info.java").toString();
  }

  private Path compile(String pathOption, List<String> moduleInfos)
      throws IOException, InterruptedException, URISyntaxException {
    Path classes = scratch.resolve("classes");
    List<String> arguments = new ArrayList<>();
    // The incubator's warning is about the JDK's module, not about the JAR.
    arguments.addAll(List.of("-Xlint:all,-incubating", "-Werror", "-d", classes.toString()));
    arguments.addAll(List.of(pathOption, PublishedJar.withDependencies()));
    arguments.add(SOURCES.resolve("consumer/consumer/Consumer.java").toString());
    arguments.addAll(moduleInfos);
    Outcome outcome = JdkTool.run(scratch, "javac", arguments);
    assertEquals(new Outcome(0, "", ""), outcome);
    return classes;
  }

  private Outcome run(String pathOption, Path classes, List<String> launch)
      throws IOException, InterruptedException, URISyntaxException {
    String path = classes + System.getProperty("path.separator") + PublishedJar.withDependencies();
    List<String> arguments = new ArrayList<>(List.of(pathOption, path));
    arguments.addAll(launch);
    arguments.add(scratch.resolve("data").toString());
    return JdkTool.run(scratch, "java", arguments);
  }
}
