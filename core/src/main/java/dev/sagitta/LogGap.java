package dev.sagitta;

import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Writes that a collection's log held and that cannot be read any more.
 *
 * @param file the log that is damaged, or the one that is missing
 * @param offset byte offset in it at which the damage begins
 * @param fromSequence the first write that is missing
 * @param toSequence the last one that is missing; empty if the log's end is lost, so that it is not
 *     known how many there were, or whether there were any
 */
public record LogGap(Path file, long offset, long fromSequence, OptionalLong toSequence) {

  /** Checks that nothing is missing. */
  public LogGap {
    Inputs.notNull("file", file);
    Inputs.notNull("toSequence", toSequence);
  }
}
