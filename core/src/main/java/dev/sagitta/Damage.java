package dev.sagitta;

import java.nio.file.Path;

/**
 * One place where stored bytes are not what was written, or cannot be read.
 *
 * @param file the damaged file, or the one that is missing
 * @param offset byte offset in the file at which the damage was noticed
 * @param problem what was expected there and what was found, or why it cannot be read
 */
public record Damage(Path file, long offset, String problem) {

  /** Checks that nothing is missing. */
  public Damage {
    Inputs.notNull("file", file);
    Inputs.notNull("problem", problem);
  }
}
