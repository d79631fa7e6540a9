package dev.sagitta.examples.quickstart;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void needsNone() {
    assertEquals(
        new Arguments(Path.of("target/quickstart-db"), Optional.empty()), Arguments.parse());
    assertEquals(Arguments.parse(), Arguments.parse(""));
  }

  @Test
  void joinsAllWordsThatAreNoOptionsToOneQuestion() {
    assertEquals(
        new Arguments(Path.of("db"), Optional.of("sort a list")),
        Arguments.parse("sort", "--dir", "db", "a", "list"));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThrows(IllegalArgumentException.class, () -> Arguments.parse("--dir"));
    assertThrows(IllegalArgumentException.class, () -> Arguments.parse("--fast"));
  }
}
