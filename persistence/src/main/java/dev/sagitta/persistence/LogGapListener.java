package dev.sagitta.persistence;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Takes the gaps that a lenient reader finds in a run of sequences. */
@FunctionalInterface
public interface LogGapListener {

  /**
   * Takes one gap.
   *
   * @param file the log that is damaged, or the one that is missing
   * @param offset where in it the damage begins
   * @param from the first sequence that is missing
   * @param to the last one; empty if it is not known, the end of the logs being lost
   */
  void gap(Path file, long offset, long from, OptionalLong to);
}
