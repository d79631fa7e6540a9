package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/**
 * Each file of a store is damaged in turn: removed, cut, a sector of it zeroed, a bit of it
 * inverted. What is promised of the salvage then:
 *
 * <ul>
 *   <li>The source is as it was; the target is sound and has nothing that was never acknowledged.
 *   <li>The other collection is whole.
 *   <li>Of manifests, slot tables and links any one may be damaged, and nothing is lost.
 *   <li>Where an extent is damaged, each record comes back whose last version is not in the damaged
 *       blocks; the others come back in that version or are counted as lost.
 *   <li>Where a log is damaged, everything comes back but the writes in the gaps that are reported;
 *       a lost bit costs one write at most, a lost sector those that reach into it.
 *   <li>Where the end of the last log is cut, what comes back is the state at an earlier write, but
 *       not before the newest checkpoint, nor before the last write in front of the damage.
 * </ul>
 *
 * <p>Damages are drawn by seed; the property sagitta.nightly.salvage says how many seeds are tried.
 * A failure names store, seed, file and damage.
 */
final class SalvageDamageTest {
  private static final int SEEDS = Integer.getInteger("sagitta.nightly.salvage", 1);
  private static final int SECTOR_BYTES = 512;

  /** Writes that can reach into a sector: a frame has more than 40 bytes. */
  private static final int FRAMES_PER_SECTOR = SECTOR_BYTES / 48 + 2;

  private int salvages;
  private int losing;
  private int withGaps;
  private int endingEarlier;

  /** One line; where nothing was lost the damages were not what they are meant to be. */
  @AfterEach
  void report(TestInfo test) {
    System.out.printf(
        "SalvageDamageTest: %s: %,d salvages, %,d lost records, %,d found gaps in a log,"
            + " %,d ended at an earlier write%n",
        test.getDisplayName(), salvages, losing, withGaps, endingEarlier);
    assertTrue(losing > 0, "no damage lost a record");
    assertTrue(withGaps > 0, "no damage made a gap");
  }

  @Test
  void everyFileOfAStoreThatWasKilled() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    damageEveryFile("killed", store, store.killed(), SalvageStore.NAMES);
  }

  @Test
  void everyFileOfAStoreThatWasClosed() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    damageEveryFile("closed", store, store.closed(), List.of("a"));
  }

  @Test
  void everyBlockOfLargerFiles() throws IOException {
    SalvageStore store = SalvageStore.ofManyBlocks();
    SalvageStore.Copies copies = store.killed();
    for (int seed = 0; seed < SEEDS; seed++) {
      var random = new SplittableRandom(seed);
      for (Path file : copies.files("a")) {
        long blocks = Math.ceilDiv(copies.size(file), SalvageDamage.BLOCK_BYTES);
        for (long block = 0; blocks > 1 && block < blocks; block++) {
          long begin = block * SalvageDamage.BLOCK_BYTES;
          long end = Math.min(copies.size(file), begin + SalvageDamage.BLOCK_BYTES);
          long from = random.nextLong(begin, end);
          // A bit, not a byte made zero, since that may have been it before.
          check(store, copies, "blocks", seed, file, new SalvageDamage.Flipped(8 * from));
        }
      }
    }
  }

  private void damageEveryFile(
      String state, SalvageStore store, SalvageStore.Copies copies, List<String> names)
      throws IOException {
    for (int seed = 0; seed < SEEDS; seed++) {
      for (String name : names) {
        for (Path file : copies.files(name)) {
          for (SalvageDamage damage :
              damages(copies.size(file), seed, file.toString().hashCode())) {
            check(store, copies, state, seed, file, damage);
          }
        }
      }
    }
  }

  private static List<SalvageDamage> damages(long size, int seed, int salt) {
    var random = new SplittableRandom(31L * salt + seed);
    List<SalvageDamage> damages = new ArrayList<>();
    damages.add(new SalvageDamage.Missing());
    damages.add(new SalvageDamage.Truncated(seed == 0 ? 0 : random.nextLong(Math.min(size, 129))));
    damages.add(new SalvageDamage.Truncated(size - 1 - random.nextLong(Math.min(size, 40))));
    damages.add(new SalvageDamage.Truncated(random.nextLong(size)));
    long sector = random.nextLong(size) / SECTOR_BYTES * SECTOR_BYTES;
    damages.add(new SalvageDamage.Zeroed(sector, Math.min(size, sector + SECTOR_BYTES)));
    damages.add(new SalvageDamage.Flipped(random.nextLong(8 * Math.min(size, 128))));
    damages.add(new SalvageDamage.Flipped(random.nextLong(8 * size)));
    return damages;
  }

  private void check(
      SalvageStore store,
      SalvageStore.Copies copies,
      String state,
      int seed,
      Path file,
      SalvageDamage damage)
      throws IOException {
    try {
      SimulatedFiles files = copies.next();
      byte[] before = files.bytes(file);
      damage.inflict(files, file);
      SalvageRun run = SalvageRun.of(files, store);
      salvages++;
      for (String name : SalvageStore.NAMES) {
        if (file.startsWith(SalvageStore.SOURCE.resolve(name))) {
          checkDamaged(store.history(name), name, run, copies, file, before, damage);
        } else {
          checkWhole(store.history(name), name, run);
        }
      }
    } catch (RuntimeException | AssertionError | IOException e) {
      throw new AssertionError(
          "%s, seed %d, %s, %s: %s".formatted(state, seed, file, damage, e.getMessage()), e);
    }
  }

  private static void checkWhole(SalvageStore.History history, String name, SalvageRun run) {
    SalvagedCollection entry = run.entry(name);
    assertTrue(entry.whole(), () -> name + " is not whole: " + entry);
    assertSame(history.last(), run.records(name));
  }

  private void checkDamaged(
      SalvageStore.History history,
      String name,
      SalvageRun run,
      SalvageStore.Copies copies,
      Path file,
      byte[] before,
      SalvageDamage damage)
      throws IOException {
    SalvagedCollection entry = run.entry(name);
    Map<RecordId, VectorRecord> found = run.records(name);
    losing += entry.lost() > 0 ? 1 : 0;
    withGaps += entry.logGapCount() > 0 ? 1 : 0;
    FileKind kind = FileKind.ofName(file.getFileName().toString()).orElseThrow();
    switch (kind) {
      case MANIFEST, SLOTS, LINKS -> checkWhole(history, name, run);
      case VECTORS, PAYLOADS -> checkExtent(history, entry, found, before, damage);
      case LOG -> checkLog(history, entry, found, copies.intactBefore(file, damage.from()), damage);
    }
  }

  private static void checkExtent(
      SalvageStore.History history,
      SalvagedCollection entry,
      Map<RecordId, VectorRecord> found,
      byte[] before,
      SalvageDamage damage) {
    Map<RecordId, VectorRecord> last = history.last();
    assertEquals(0, entry.logGapCount());
    assertTrue(last.keySet().containsAll(found.keySet()), "deleted records came back");
    for (VectorRecord record : last.values()) {
      VectorRecord there = found.get(record.id());
      if (there == null) {
        assertTrue(isTouched(record, before, damage), () -> record + " is lost without reason");
      } else {
        assertTrue(ModelRecords.same(record, there), () -> there + " came back for " + record);
      }
    }
    assertEquals(last.size() - found.size(), entry.lost());
    assertTrue(entry.lostIds().size() <= entry.lost());
    for (RecordId id : entry.lostIds()) {
      assertTrue(last.containsKey(id) && !found.containsKey(id), () -> id + " is not lost");
    }
  }

  /** Whether the blocks that the damage reaches hold a part of a record. */
  private static boolean isTouched(VectorRecord record, byte[] before, SalvageDamage damage) {
    long body =
        ByteBuffer.wrap(before).order(ByteOrder.LITTLE_ENDIAN).getLong(before.length - 32) + 64;
    if (damage.from() >= body) {
      // The table of checksums can be computed from the blocks.
      return false;
    }
    boolean blocksOnly = damage.to() <= body;
    long from = blocksOnly ? damage.from() / SalvageDamage.BLOCK_BYTES : 0;
    long to = blocksOnly ? Math.ceilDiv(damage.to(), SalvageDamage.BLOCK_BYTES) : Short.MAX_VALUE;
    return SalvageStore.holds(
        before,
        (int) (from * SalvageDamage.BLOCK_BYTES),
        (int) Math.min(before.length, to * SalvageDamage.BLOCK_BYTES),
        record);
  }

  private void checkLog(
      SalvageStore.History history,
      SalvagedCollection entry,
      Map<RecordId, VectorRecord> found,
      int intact,
      SalvageDamage damage) {
    assertEquals(0, entry.lost());
    Map<RecordId, VectorRecord> last = history.last();
    boolean endLost = entry.logGaps().stream().anyMatch(gap -> gap.toSequence().isEmpty());
    if (entry.logGaps().isEmpty() || endLost) {
      if (!same(last, found)) {
        assertFalse(entry.endProven());
        endingEarlier++;
        assertTrue(
            isAnEarlierState(history, found, intact),
            () -> found.keySet() + " is none of the states from " + intact + " on");
      }
      return;
    }
    assertTrue(entry.mayHoldOlderVersions());
    Set<Long> missing = new HashSet<>();
    for (LogGap gap : entry.logGaps()) {
      for (long s = gap.fromSequence(); s <= gap.toSequence().orElseThrow(); s++) {
        missing.add(s);
      }
    }
    for (RecordId id : history.ids()) {
      if (!missing.contains(history.lastSequence(id))) {
        VectorRecord expected = last.get(id);
        VectorRecord there = found.get(id);
        assertTrue(
            expected == null ? there == null : there != null && ModelRecords.same(expected, there),
            () -> id + " is " + there + ", not " + expected + ", with gaps " + entry.logGaps());
      }
    }
    switch (damage) {
      case SalvageDamage.Flipped flipped when flipped.from() >= 128 || flipped.from() < 64 ->
          assertTrue(missing.size() <= 1, () -> missing + " are lost");
      case SalvageDamage.Zeroed zeroed when zeroed.from() >= 128 ->
          assertTrue(missing.size() <= FRAMES_PER_SECTOR, () -> missing + " are lost");
      default -> {}
    }
  }

  /** Whether it is a state not before an operation. */
  private static boolean isAnEarlierState(
      SalvageStore.History history, Map<RecordId, VectorRecord> found, int from) {
    for (int i = history.operations(); i >= from; i--) {
      if (same(history.after(i), found)) {
        return true;
      }
    }
    return false;
  }

  private static boolean same(
      Map<RecordId, VectorRecord> expected, Map<RecordId, VectorRecord> found) {
    return ModelHistory.same(expected, found);
  }

  private static void assertSame(
      Map<RecordId, VectorRecord> expected, Map<RecordId, VectorRecord> found) {
    assertEquals(expected.keySet(), found.keySet());
    assertTrue(same(expected, found));
  }
}
