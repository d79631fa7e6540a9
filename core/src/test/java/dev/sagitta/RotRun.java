package dev.sagitta;

import dev.sagitta.persistence.FileEntry;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Manifest;
import dev.sagitta.persistence.ManifestStore;
import dev.sagitta.persistence.NoManifestException;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * One damage to a copy of a store. The copy is opened and read as a whole, written to if asked for,
 * and closed. Either the damage was told, as {@link RotJudge} wants it; or all that was read is
 * what was written. Other collections are whole. A second opening finds no more lost than the
 * first.
 *
 * <p>At last the damage is undone, as far as the damaged files are still there, and everything must
 * be there: nothing that was intact was deleted, and no damaged byte was written anew.
 */
final class RotRun {
  private final RotStore store;
  private final RotDamage damage;
  private final BiConsumer<Path, Set<RecordId>> checkUnreadable;
  private final RotJudge judge;
  private final SimulatedFiles files;

  /** The damaged collection; none if it is the lock. */
  private final Optional<String> collection;

  /** What the damaged collection went through, by sequence. */
  private List<Map<RecordId, VectorRecord>> states;

  /**
   * Prepares a run.
   *
   * @param checkUnreadable told of what a damage to one file made unreadable
   */
  RotRun(RotStore store, RotDamage damage, BiConsumer<Path, Set<RecordId>> checkUnreadable) {
    this.store = store;
    this.damage = damage;
    this.checkUnreadable = checkUnreadable;
    judge = new RotJudge(store, damage);
    files = store.files().copy(1);
    Path file = damage.files().getFirst();
    collection =
        Optional.of(file.getName(file.getNameCount() - 2).toString())
            .filter(store.names()::contains);
    states = collection.isPresent() ? store.content(collection.get()).states() : List.of();
  }

  /**
   * Runs.
   *
   * @param write whether to write before closing
   * @param others whether to look at the other collections too
   */
  RotOutcome run(boolean write, boolean others) throws IOException {
    damage.on(files);
    VectorDatabase database;
    try {
      database = store.open(files);
    } catch (StorageException e) {
      return refusedDatabase(e);
    }
    RotOutcome outcome = RotOutcome.NOT_NEEDED;
    try (database) {
      checkListed(database);
      if (others || collection.isEmpty()) {
        checkOthers(database);
      }
      if (collection.isPresent()) {
        RotReading first = read(database, collection.get());
        outcome = judge(first);
        if (outcome == RotOutcome.CUT) {
          // The checkpoint at closing takes what is left for all there is.
          states = states.subList(0, (int) first.sequence() + 1);
        }
        boolean copy = outcome == RotOutcome.REFUSED_AT_READ && write && hasOlderCopy();
        if (write && outcome != RotOutcome.REFUSED_AT_OPEN) {
          states = new ArrayList<>(states);
          write(database.collection(collection.get()), !first.unreadable().isEmpty());
        }
        database.close();
        if (copy && !hasOlderCopy()) {
          throw new AssertionError("closing deleted what the damaged file could be made of again");
        }
        if (outcome == RotOutcome.REFUSED_AT_OPEN && !others) {
          checkUntouched();
          return outcome;
        }
        if (outcome != RotOutcome.REFUSED_AT_OPEN) {
          openAgain(collection.get(), first, outcome);
        }
        undo(collection.get(), outcome == RotOutcome.CUT && !write);
      }
    }
    return outcome;
  }

  /** What could not be opened was not changed either. */
  private void checkUntouched() throws IOException {
    damage.undo(files);
    if (!files.digest().equals(store.files().digest())) {
      throw new AssertionError("refused, and yet files were changed: " + files.files());
    }
  }

  /** Where the lock cannot be taken, there is no database. */
  private RotOutcome refusedDatabase(StorageException e) throws IOException {
    if (collection.isPresent() || !judge.names(e)) {
      throw e;
    }
    damage.undo(files);
    try (VectorDatabase database = store.open(files)) {
      checkOthers(database);
    }
    return RotOutcome.REFUSED_AT_OPEN;
  }

  private RotReading read(VectorDatabase database, String name) {
    return RotReading.of(database, name, states, store.content(name).ids());
  }

  private void checkListed(VectorDatabase database) {
    List<CollectionInfo> infos = database.collections();
    if (!store.names().equals(Set.copyOf(infos.stream().map(CollectionInfo::name).toList()))) {
      throw new AssertionError("listed are " + infos);
    }
    for (CollectionInfo info : infos) {
      String told = info.damage().orElse("");
      boolean right =
          told.isEmpty()
              ? info.config().equals(Optional.of(store.content(info.name()).config()))
              : collection.equals(Optional.of(info.name()))
                  && damage.files().stream().anyMatch(file -> told.contains(file.toString()));
      if (!right) {
        throw new AssertionError("listed is " + info);
      }
    }
  }

  private void checkOthers(VectorDatabase database) {
    for (String name : store.names()) {
      if (!collection.equals(Optional.of(name))) {
        RotStore.Content content = store.content(name);
        checkWhole(
            RotReading.of(database, name, content.states(), content.ids()), content.states());
      }
    }
  }

  private static void checkWhole(RotReading reading, List<Map<RecordId, VectorRecord>> expected) {
    if (!reading.errors().isEmpty()) {
      throw new AssertionError("unreadable", reading.errors().getFirst());
    }
    if (reading.sequence() != expected.size() - 1) {
      throw new AssertionError(
          "is at sequence %d, not %d".formatted(reading.sequence(), expected.size() - 1));
    }
  }

  private RotOutcome judge(RotReading reading) {
    reading.errors().forEach(judge::checkError);
    RotOutcome outcome = outcome(reading);
    if (outcome == RotOutcome.CUT) {
      judge.checkCut(reading.sequence());
    } else {
      judge.checkAllowed(outcome);
    }
    if (outcome == RotOutcome.REFUSED_AT_READ) {
      if (reading.unreadable().size() == store.content(collection.orElseThrow()).ids().size()) {
        throw new AssertionError("nothing is readable");
      }
      if (damage.changes().size() == 1) {
        checkUnreadable.accept(damage.files().getFirst(), reading.unreadable());
      }
    }
    return outcome;
  }

  private RotOutcome outcome(RotReading reading) {
    if (reading.refusal().isPresent()) {
      return RotOutcome.REFUSED_AT_OPEN;
    }
    boolean whole = reading.sequence() == states.size() - 1;
    if (!reading.unreadable().isEmpty()) {
      if (!whole) {
        throw new AssertionError("cut and partly unreadable", reading.errors().getFirst());
      }
      return RotOutcome.REFUSED_AT_READ;
    }
    if (!whole) {
      return RotOutcome.CUT;
    }
    if (reading.warning().isEmpty()) {
      return RotOutcome.NOT_NEEDED;
    }
    if (damage.files().stream().noneMatch(reading::warnsOf)) {
      throw new AssertionError("warns of something else: " + reading.warning());
    }
    return reading.warning().get().startsWith("links are being rebuilt")
        ? RotOutcome.REBUILT
        : RotOutcome.STEPPED_OVER;
  }

  /** Writes what can be written; where records cannot be read, a write may be refused. */
  private void write(VectorCollection written, boolean mayRefuse) {
    RotStore.Content content = store.content(written.name());
    VectorRecord added = content.record(40, 0);
    write(mayRefuse, () -> written.upsert(added), state -> state.put(added.id(), added));
    RecordId deleted = states.getLast().keySet().iterator().next();
    write(
        mayRefuse,
        () -> {
          if (!written.delete(deleted)) {
            throw new AssertionError(deleted + " is not there");
          }
        },
        state -> state.remove(deleted));
  }

  private void write(
      boolean mayRefuse, Runnable write, Consumer<Map<RecordId, VectorRecord>> change) {
    try {
      write.run();
    } catch (SagittaException e) {
      if (!mayRefuse) {
        throw new AssertionError("refused", e);
      }
      judge.checkError(e);
      return;
    }
    Map<RecordId, VectorRecord> next = new TreeMap<>(states.getLast());
    change.accept(next);
    states.add(next);
  }

  /**
   * Whether manifests that do not list the damaged files still lead to everything: with the files
   * as they were before, and the log since.
   */
  private boolean hasOlderCopy() throws IOException {
    SimulatedFiles copy = files.copy(1);
    String name = collection.orElseThrow();
    Path directory = ModelDatabase.DIRECTORY.resolve(name);
    Set<String> damaged =
        Set.copyOf(damage.files().stream().map(file -> file.getFileName().toString()).toList());
    try {
      Manifest newest = new ManifestStore(copy, directory).load().manifest();
      while (newest.files().stream().map(FileEntry::name).anyMatch(damaged::contains)) {
        copy.decayToNothing(directory.resolve(FileKind.MANIFEST.fileName(newest.generation())));
        newest = new ManifestStore(copy, directory).load().manifest();
      }
    } catch (NoManifestException e) {
      return false;
    }
    try (VectorDatabase database = store.open(copy)) {
      RotReading reading = read(database, name);
      return reading.errors().isEmpty() && reading.sequence() == states.size() - 1;
    }
  }

  /** Nothing more is lost by closing, and what could be mended was. */
  private void openAgain(String name, RotReading first, RotOutcome outcome) {
    try (VectorDatabase database = store.open(files)) {
      RotReading again = read(database, name);
      if (outcome == RotOutcome.REFUSED_AT_READ) {
        again.errors().forEach(judge::checkError);
        Set<RecordId> lost = new TreeSet<>(again.unreadable());
        lost.removeAll(first.unreadable());
        if (!lost.isEmpty()) {
          throw new AssertionError("closing made unreadable " + lost);
        }
      } else {
        checkWhole(again, states);
      }
    }
  }

  /**
   * Undoes the damage and reads everything.
   *
   * @param maybeCut whether closing may have found nothing to store behind the cut
   */
  private void undo(String name, boolean maybeCut) throws IOException {
    damage.undo(files);
    try (VectorDatabase database = store.open(files)) {
      RotStore.Content content = store.content(name);
      RotReading last =
          maybeCut
              ? RotReading.of(database, name, content.states(), content.ids())
              : read(database, name);
      checkWhole(last, maybeCut && last.sequence() >= states.size() ? content.states() : states);
      if (last.warning().isPresent()) {
        throw new AssertionError("still warns: " + last.warning());
      }
    }
  }
}
