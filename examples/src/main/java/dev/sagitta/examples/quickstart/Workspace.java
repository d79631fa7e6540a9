package dev.sagitta.examples.quickstart;

import java.nio.file.Path;

/**
 * The quickstart's directory: the database, and two small files of the quickstart's own beside it.
 *
 * @param directory where all of it is
 */
record Workspace(Path directory) {

  /** The directory of the database. */
  Path database() {
    return directory.resolve("database");
  }

  /** The file of the {@link Vocabulary}. */
  Path vocabulary() {
    return directory.resolve("vocabulary.tsv");
  }

  /** The file of the {@link BuildRecord}. */
  Path buildRecord() {
    return directory.resolve("build.properties");
  }
}
