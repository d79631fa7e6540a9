package dev.sagitta;

import java.util.List;

/**
 * What a verify looked at and what it found.
 *
 * @param level how thoroughly it looked
 * @param files manifests, listed files and logs that were looked at
 * @param bytes bytes that were compared with their checksums, block by block and frame by frame; 0
 *     at {@link VerifyLevel#FILES}
 * @param records stored versions of records (live, replaced, deleted) whose content was looked at;
 *     0 below {@link VerifyLevel#CONTENT}
 * @param unreachable live records that no stored link leads to; 0 below {@link
 *     VerifyLevel#CONTENT}. No damage: opening the collection links them again
 * @param damage where stored bytes are not what was written, the first {@link Limits#LISTED_MAX}
 *     places
 * @param damageCount how many such places there are in all
 */
public record VerifyReport(
    VerifyLevel level,
    long files,
    long bytes,
    long records,
    long unreachable,
    List<Damage> damage,
    long damageCount) {

  /** Copies the list. */
  public VerifyReport {
    Inputs.notNull("level", level);
    damage = List.copyOf(Inputs.notNull("damage", damage));
  }

  /** Whether nothing is damaged, as far as the level looks. */
  public boolean intact() {
    return damageCount == 0;
  }
}
