package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class JdkMethodsTest {
  private static final String READ_ALL_LINES =
      "java.base/java.nio.file.Files.readAllLines(Ljava/nio/file/Path;)Ljava/util/List;";

  private static Map<String, JdkMethod> methods = Map.of();

  @BeforeAll
  static void readAll() throws IOException {
    // Collecting to a map fails if two methods have the same id.
    methods =
        new JdkMethods().stream().collect(Collectors.toMap(JdkMethod::id, Function.identity()));
  }

  @Test
  void readsPublicMethods() {
    JdkMethod method = Objects.requireNonNull(methods.get(READ_ALL_LINES));

    assertEquals(new JdkClass("java.base", "java.nio.file", "Files", true), method.owner());
    assertEquals("public static", method.modifiers());
    assertTrue(method.codeBytes() > 0, "it has code");
    assertEquals(
        List.of("readAllLines"), method.calls().stream().map(JdkMethod.Call::methodName).toList());
  }

  @Test
  void knowsWhatIsNoApi() {
    JdkMethod internal =
        methods.values().stream()
            .filter(method -> method.owner().packageName().equals("jdk.internal.util"))
            .findFirst()
            .orElseThrow();

    assertFalse(internal.owner().api(), internal.id());
  }

  @Test
  void leavesOutPrivateAndSyntheticMethods() {
    assertTrue(
        methods.values().stream()
            .allMatch(method -> method.modifiers().matches("(public|protected).*")),
        "all are public or protected");
    assertTrue(
        methods.keySet().stream().noneMatch(id -> id.contains(".lambda$")), "none is a lambda");
  }
}
