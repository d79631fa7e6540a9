package dev.sagitta;

import java.util.List;
import java.util.Optional;

/**
 * What a salvage made of one collection.
 *
 * @param name the collection's name
 * @param config its configuration; empty if it is not known, and the collection therefore not in
 *     the target
 * @param recovered records in the target
 * @param lost records that the last readable checkpoint had, and that are not in the target in the
 *     version it had, nor were replaced or deleted later: at most so many, and exactly so many if
 *     all of them could be named. Writes in a {@link LogGap} are not counted here
 * @param lostIds the ids of lost records as far as they can be told, sorted, at most {@link
 *     Limits#LISTED_MAX}
 * @param damage the damage that was met, at most {@link Limits#LISTED_MAX} places
 * @param damageCount how many places there were, listed or not
 * @param logGaps runs of writes that are lost, at most {@link Limits#LISTED_MAX}
 * @param logGapCount how many such runs there were, listed or not
 * @param endProven whether the log is known to end where it was read to. If not, the process that
 *     wrote last was killed or lost its power, or the end was cut off since; then newer writes may
 *     have been there, as many as that process could not make durable or the cut took
 */
public record SalvagedCollection(
    String name,
    Optional<CollectionConfig> config,
    long recovered,
    long lost,
    List<RecordId> lostIds,
    List<Damage> damage,
    long damageCount,
    List<LogGap> logGaps,
    long logGapCount,
    boolean endProven) {

  /** Copies the lists. */
  public SalvagedCollection {
    Inputs.notNull("name", name);
    Inputs.notNull("config", config);
    lostIds = List.copyOf(Inputs.notNull("lostIds", lostIds));
    damage = List.copyOf(Inputs.notNull("damage", damage));
    logGaps = List.copyOf(Inputs.notNull("logGaps", logGaps));
  }

  /** Whether the target has all that the collection had, up to the end of its log. */
  public boolean whole() {
    return config.isPresent() && lost == 0 && logGapCount == 0;
  }

  /**
   * Whether a record in the target may be an older version than the last that was acknowledged, or
   * may have been deleted: an update or delete of it may be among the writes that are lost.
   */
  public boolean mayHoldOlderVersions() {
    return logGapCount > 0 || !endProven;
  }
}
