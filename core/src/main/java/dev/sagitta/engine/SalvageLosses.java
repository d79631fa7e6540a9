package dev.sagitta.engine;

import dev.sagitta.Limits;
import dev.sagitta.RecordId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The records that lived at the last checkpoint and cannot be read, until the log turns out to
 * replace or delete them. Remembers the first 10,000 and counts the others. Not thread-safe.
 */
final class SalvageLosses {
  private static final int REMEMBERED_MAX = 10_000;

  /** By the hash of the id, which a slot's row holds: the id, where it can be read. */
  private final Map<Integer, List<Optional<RecordId>>> remembered = new HashMap<>();

  private int rememberedCount;
  private long count;

  /** Adds one. */
  void add(int idHash, Optional<RecordId> id) {
    count++;
    if (rememberedCount < REMEMBERED_MAX) {
      rememberedCount++;
      remembered.computeIfAbsent(idHash, hash -> new ArrayList<>(1)).add(id);
    }
  }

  /** How many there are. */
  long count() {
    return count;
  }

  /** Forgets those whose id is known and recovered; how many are left must be settled then. */
  void removeIf(Predicate<RecordId> recovered) {
    for (List<Optional<RecordId>> ids : remembered.values()) {
      int before = ids.size();
      ids.removeIf(id -> id.isPresent() && recovered.test(id.get()));
      rememberedCount -= before - ids.size();
    }
    remembered.values().removeIf(List::isEmpty);
  }

  /** Puts right how many there are; those not remembered are only known by this number. */
  void settle(long exactly) {
    count = exactly;
    if (exactly == 0) {
      remembered.clear();
      rememberedCount = 0;
    }
  }

  /** Whether an id of this hash may be one of them. */
  boolean mayHold(int idHash) {
    return remembered.containsKey(idHash);
  }

  /**
   * A later write replaced or deleted a record, which therefore is not lost.
   *
   * @param known whether the target had the record already, so that no unnamed loss can be meant
   */
  void rewritten(int idHash, RecordId id, boolean known) {
    List<Optional<RecordId>> ids = remembered.getOrDefault(idHash, List.of());
    for (Iterator<Optional<RecordId>> each = ids.iterator(); each.hasNext(); ) {
      Optional<RecordId> lost = each.next();
      if (lost.isPresent() ? lost.get().equals(id) : !known) {
        each.remove();
        rememberedCount--;
        count = Math.max(0, count - 1);
        break;
      }
    }
    if (ids.isEmpty()) {
      remembered.remove(idHash);
    }
  }

  /** Ids that are known, sorted, as many as a report lists. */
  List<RecordId> ids() {
    return remembered.values().stream()
        .flatMap(List::stream)
        .flatMap(Optional::stream)
        .sorted(Comparator.naturalOrder())
        .limit(Limits.LISTED_MAX)
        .toList();
  }
}
