package dev.sagitta.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What no source file of any module may be or contain. */
final class SourceTest {
  /** Beyond it a class is more than one idea. */
  private static final int LINES_MAX = 600;

  /** Written so that this file does not match itself. */
  private static final Pattern LEFT_FOR_LATER = Pattern.compile("TO[D]O|FIX[M]E|\\bX[X]X\\b");

  private static final Pattern SKIPPED_TEST = Pattern.compile("@Dis[a]bled");

  /** A comment line that is one statement: a call or an assignment, ended by a semicolon. */
  private static final Pattern COMMENTED_OUT_CODE =
      Pattern.compile("^\\s*//\\s*(?:return\\b.*|[\\w.<>\\[\\], ]+(?:\\s=\\s.+|\\(.*\\)));\\s*$");

  @Test
  void noFileIsTooLong() throws IOException {
    List<String> tooLong = new ArrayList<>();
    for (Path file : sources()) {
      int lines = Files.readAllLines(file).size();
      if (lines > LINES_MAX) {
        tooLong.add("%s has %d lines; allowed are %d".formatted(file, lines, LINES_MAX));
      }
    }
    assertEquals(List.of(), tooLong);
  }

  @Test
  void nothingIsLeftForLater() throws IOException {
    assertEquals(List.of(), linesWith(LEFT_FOR_LATER));
  }

  @Test
  void noTestIsSkipped() throws IOException {
    assertEquals(List.of(), linesWith(SKIPPED_TEST));
  }

  @Test
  void noCodeIsCommentedOut() throws IOException {
    assertTrue(COMMENTED_OUT_CODE.matcher("    // foo.bar(1, x);").matches());
    assertTrue(COMMENTED_OUT_CODE.matcher("// int x = 3;").matches());
    assertEquals(List.of(), linesWith(COMMENTED_OUT_CODE));
  }

  private static List<String> linesWith(Pattern pattern) throws IOException {
    List<String> found = new ArrayList<>();
    for (Path file : sources()) {
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (pattern.matcher(lines.get(i)).find()) {
          found.add("%s:%d: %s".formatted(file, i + 1, lines.get(i).strip()));
        }
      }
    }
    return found;
  }

  /** All Java sources of the project; surefire runs in the module's directory. */
  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> modules = Files.list(Path.of(".."))) {
      for (Path src : modules.map(module -> module.resolve("src")).filter(Files::exists).toList()) {
        try (Stream<Path> files = Files.walk(src)) {
          files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
      }
    }
    assertTrue(sources.size() > 1, "no sources found");
    return sources;
  }
}
