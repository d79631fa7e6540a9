package dev.sagitta.examples.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ArgumentsTest {
  @Test
  void needsTheDirectoryOfPicturesOnly() {
    assertEquals(
        new Arguments(Path.of("mnist"), Path.of("target/images-db"), Path.of("target/images.html")),
        Arguments.parse("mnist"));
  }

  @Test
  void takesOptionsInAnyPlace() {
    assertEquals(
        new Arguments(Path.of("mnist"), Path.of("db"), Path.of("page.html")),
        Arguments.parse("--dir", "db", "mnist", "--page", "page.html"));
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertThrows(IllegalArgumentException.class, () -> Arguments.parse());
    assertThrows(IllegalArgumentException.class, () -> Arguments.parse(""));
    assertThrows(IllegalArgumentException.class, () -> Arguments.parse("one", "two"));
    assertThrows(IllegalArgumentException.class, () -> Arguments.parse("mnist", "--page"));
    assertThrows(IllegalArgumentException.class, () -> Arguments.parse("mnist", "--fast"));
  }
}
