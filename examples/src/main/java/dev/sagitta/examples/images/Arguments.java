package dev.sagitta.examples.images;

import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What the image search was told on the command line.
 *
 * @param images the directory of the pictures
 * @param database the directory of the database
 * @param page the file of the page
 */
record Arguments(Path images, Path database, Path page) {
  /** How to call the image search. */
  static final String USAGE =
      """
      Usage: ImageSearch [--dir DIRECTORY] [--page FILE] FASHION-MNIST-DIRECTORY

      Indexes the 60,000 training pictures of Fashion-MNIST, searches those most like some of its
      test pictures, and writes a page that shows them. The directory of Fashion-MNIST holds
      train-images-idx3-ubyte.gz and t10k-images-idx3-ubyte.gz.

        --dir DIRECTORY  where to keep the index; target/images-db unless given
        --page FILE      where to write the page; target/images.html unless given
      """;

  private static final Path DATABASE_DEFAULT = Path.of("target", "images-db");
  private static final Path PAGE_DEFAULT = Path.of("target", "images.html");

  /**
   * Understands a command line.
   *
   * @throws IllegalArgumentException if it cannot be understood; the message says why
   */
  static Arguments parse(String... words) {
    Optional<Path> images = Optional.empty();
    Path database = DATABASE_DEFAULT;
    Path page = PAGE_DEFAULT;
    for (Iterator<String> rest = List.of(words).iterator(); rest.hasNext(); ) {
      String word = rest.next();
      switch (word) {
        case "--dir" -> database = value(word, rest);
        case "--page" -> page = value(word, rest);
        case "" -> {} // from a build script, for a property that nobody has set
        default -> {
          if (word.startsWith("--")) {
            throw new IllegalArgumentException("unknown option " + word);
          }
          if (images.isPresent()) {
            throw new IllegalArgumentException("one directory of pictures is enough: " + word);
          }
          images = Optional.of(Path.of(word));
        }
      }
    }
    Path directory =
        images.orElseThrow(
            () -> new IllegalArgumentException("the directory of Fashion-MNIST is missing"));
    return new Arguments(directory, database, page);
  }

  private static Path value(String option, Iterator<String> rest) {
    if (!rest.hasNext()) {
      throw new IllegalArgumentException(option + " needs a value");
    }
    return Path.of(rest.next());
  }
}
