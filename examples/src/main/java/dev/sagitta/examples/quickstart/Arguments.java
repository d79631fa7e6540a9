package dev.sagitta.examples.quickstart;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What the quickstart was told on the command line.
 *
 * @param directory where it keeps its files
 * @param question all words that are not options; empty if there are none
 */
record Arguments(Path directory, Optional<String> question) {
  /** How to call the quickstart. */
  static final String USAGE =
      """
      Usage: Quickstart [--dir DIRECTORY] [QUESTION...]

      Searches the methods of the running JDK in plain words. Without a question it answers a few
      of its own, measures the index, and tests that it survives a crash.

        --dir DIRECTORY  where to keep the index; target/quickstart-db unless given
      """;

  /** Where the quickstart keeps its files unless told otherwise. */
  static final Path DIRECTORY_DEFAULT = Path.of("target", "quickstart-db");

  /**
   * Understands a command line.
   *
   * @throws IllegalArgumentException if it cannot be understood; the message says why
   */
  static Arguments parse(String... words) {
    Path directory = DIRECTORY_DEFAULT;
    List<String> question = new ArrayList<>();
    for (Iterator<String> rest = List.of(words).iterator(); rest.hasNext(); ) {
      String word = rest.next();
      if (word.equals("--dir")) {
        if (!rest.hasNext()) {
          throw new IllegalArgumentException("--dir needs a directory");
        }
        directory = Path.of(rest.next());
      } else if (word.startsWith("--")) {
        throw new IllegalArgumentException("unknown option " + word);
      } else {
        question.add(word);
      }
    }
    return new Arguments(
        directory, Optional.of(String.join(" ", question)).filter(text -> !text.isBlank()));
  }
}
