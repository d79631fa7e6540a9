package dev.sagitta.engine;

import dev.sagitta.Damage;
import dev.sagitta.Limits;
import dev.sagitta.LogGap;
import dev.sagitta.persistence.CorruptFileException;
import dev.sagitta.persistence.DamageListener;
import dev.sagitta.persistence.FormatVersionException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/** The damage and the gaps that the salvage of one collection met. Not thread-safe. */
final class SalvageNotes implements DamageListener {
  /** How many places are remembered, so that one met twice counts once. */
  private static final int REMEMBERED_MAX = 100_000;

  /** A place in a file. */
  private record Place(Path file, long offset) {}

  private final Set<Place> met = new HashSet<>();
  private final List<Damage> damage = new ArrayList<>();
  private final List<LogGap> gaps = new ArrayList<>();
  private long damageCount;
  private long gapCount;

  /** The lowest sequence that is missing. */
  private long firstMissing = Long.MAX_VALUE;

  @Override
  public void damaged(CorruptFileException corrupt) {
    note(
        new Damage(
            corrupt.file(),
            corrupt.offset(),
            "expected %s, found %s".formatted(corrupt.expected(), corrupt.actual())));
  }

  /**
   * A file of a format not read here is told as such: its bytes are not what is wrong.
   *
   * @throws dev.sagitta.StorageException if the file was closed meanwhile, which is no damage
   */
  @Override
  public void unusable(Path file, IOException reason) {
    if (reason instanceof ClosedChannelException) {
      throw Failures.translate("reading " + file, reason);
    }
    if (reason instanceof FormatVersionException other) {
      note(new Damage(other.file(), 0, String.valueOf(other.getMessage())));
      return;
    }
    Failures.damage(reason)
        .ifPresentOrElse(this::note, () -> DamageListener.super.unusable(file, reason));
  }

  private void note(Damage found) {
    Place place = new Place(found.file(), found.offset());
    if (met.contains(place)) {
      return;
    }
    if (met.size() < REMEMBERED_MAX) {
      met.add(place);
    }
    damageCount++;
    if (damage.size() < Limits.LISTED_MAX) {
      damage.add(found);
    }
  }

  /** Takes a run of writes that are lost. */
  void gap(Path file, long offset, long from, OptionalLong to) {
    gapCount++;
    firstMissing = Math.min(firstMissing, from);
    if (gaps.size() < Limits.LISTED_MAX) {
      gaps.add(new LogGap(file, offset, from, to));
    }
  }

  List<Damage> damage() {
    return damage;
  }

  long damageCount() {
    return damageCount;
  }

  List<LogGap> gaps() {
    return gaps;
  }

  long gapCount() {
    return gapCount;
  }

  /** Whether a write up to a sequence is lost. */
  boolean hasGapUpTo(long sequence) {
    return firstMissing <= sequence;
  }
}
