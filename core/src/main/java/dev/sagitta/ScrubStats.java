package dev.sagitta;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the background scrub has read of a collection, and what it found.
 *
 * @param passes times that all listed files were read to the end, what is damaged among them; a
 *     pass in which an error cut a file short does not count
 * @param passBytes bytes read in the pass that is under way, or in the last one
 * @param passBytesTotal bytes of all files of that pass
 * @param sinceLastPass time since the last of these was completed; empty if none was
 * @param damage the first damaged place of each damaged file that is still listed, of the first
 *     {@link Limits#LISTED_MAX} such files
 * @param error why files could not be read the last time that some could not; they are tried again
 *     with the next pass, unless a newer library wrote one, which ends the scrub of the collection
 */
public record ScrubStats(
    long passes,
    long passBytes,
    long passBytesTotal,
    Optional<Duration> sinceLastPass,
    List<Damage> damage,
    Optional<String> error) {

  /** Copies the list. */
  public ScrubStats {
    damage = List.copyOf(damage);
  }
}
