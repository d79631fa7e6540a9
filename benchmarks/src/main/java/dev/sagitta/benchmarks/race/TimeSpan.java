package dev.sagitta.benchmarks.race;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** When some tasks ended: the first and the last of them. */
record TimeSpan(Instant first, Instant last) {
  /**
   * Of the tasks of some directories.
   *
   * @param directories at least one
   */
  static TimeSpan ofEnds(List<Path> directories) throws IOException {
    List<Instant> ends = new ArrayList<>();
    for (Path directory : directories) {
      ends.add(EngineRuns.doneAt(directory).toInstant().truncatedTo(ChronoUnit.SECONDS));
    }
    return new TimeSpan(Collections.min(ends), Collections.max(ends));
  }

  @Override
  public String toString() {
    return first.equals(last) ? first.toString() : first + " to " + last;
  }
}
