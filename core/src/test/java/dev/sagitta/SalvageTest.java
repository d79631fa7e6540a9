package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.CollectionValidator;
import dev.sagitta.persistence.FileHandle;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import dev.sagitta.persistence.LogFrame;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a salvage promises beside what single damages are about: {@link SalvageDamageTest}. */
final class SalvageTest {
  private static final Path UNFINISHED = Path.of("/salvaged.salvaging");

  @TempDir Path directory;

  @Test
  void bringsOverAllOfAStoreThatIsNotDamaged() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SalvageRun run = SalvageRun.of(store.closed().next(), store);
    assertEquals(2, run.report().collections().size());
    for (String name : SalvageStore.NAMES) {
      Map<RecordId, VectorRecord> last = store.history(name).last();
      assertEquals(
          new SalvagedCollection(
              name,
              Optional.of(SalvageStore.CONFIG),
              last.size(),
              0,
              List.of(),
              List.of(),
              0,
              List.of(),
              0,
              true),
          run.entry(name));
      assertTrue(ModelHistory.same(last, run.records(name)));
      assertFalse(run.entry(name).mayHoldOlderVersions());
    }
    assertTrue(run.report().whole());
  }

  @Test
  void saysThatTheEndOfTheLogIsNotProvenAfterAKill() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SalvageRun run = SalvageRun.of(store.killed().next(), store);
    SalvagedCollection entry = run.entry("a");
    assertTrue(ModelHistory.same(store.history("a").last(), run.records("a")));
    assertTrue(entry.whole());
    assertEquals(List.of(), entry.damage());
    assertFalse(entry.endProven());
    assertTrue(entry.mayHoldOlderVersions());
  }

  @Test
  void needsTheConfigurationWhereNoManifestIsLeft() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    delete(files, "a", FileKind.MANIFEST);
    SalvageRun without = SalvageRun.of(files, store);
    assertEquals(Optional.empty(), without.entry("a").config());
    assertFalse(without.entry("a").whole());
    assertEquals(List.of("b"), List.copyOf(without.found().keySet()));
    assertTrue(without.entry("b").whole());
  }

  @Test
  void readsTheLogsWhereNoManifestIsLeftAndTheConfigurationIsTold() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    delete(files, "a", FileKind.MANIFEST);
    SalvageOptions options = SalvageOptions.builder().config("a", SalvageStore.CONFIG).build();
    SalvageRun run = SalvageRun.of(files, store, options);
    LogGap gap = run.entry("a").logGaps().getFirst();
    assertEquals(1, gap.fromSequence());
    long first = gap.toSequence().orElseThrow() + 1;
    SalvageStore.History history = store.history("a");
    Map<RecordId, VectorRecord> expected = new TreeMap<>(history.last());
    expected.keySet().removeIf(id -> history.lastSequence(id) < first);
    assertFalse(expected.isEmpty());
    assertTrue(ModelHistory.same(expected, run.records("a")));
    assertFalse(run.entry("a").whole());
  }

  @Test
  void refusesManifestsAndLogsOfAnotherStore() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    for (Path from : files(files, "b", FileKind.MANIFEST)) {
      long next = FileKind.MANIFEST.number(from.getFileName().toString()).orElseThrow() + 100;
      copy(
          files, from, from.resolveSibling("../a/" + FileKind.MANIFEST.fileName(next)).normalize());
    }
    Path log = files(files, "b", FileKind.LOG).getLast();
    copy(files, log, SalvageStore.SOURCE.resolve("a/" + FileKind.LOG.fileName(99)));
    SalvageRun run = SalvageRun.of(files, store);
    assertTrue(ModelHistory.same(store.history("a").last(), run.records("a")));
    assertTrue(
        run.entry("a").damage().stream().anyMatch(damage -> damage.file().endsWith("log-99.wal")));
    assertTrue(
        run.entry("a").damage().stream().anyMatch(damage -> damage.problem().contains("store")),
        () -> run.entry("a").toString());
  }

  @Test
  void takesWhatTwoCheckpointsAndTheLogHoldTogether() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    // Neither checkpoint has a slot table; the log behind the first has all later writes.
    delete(files, "a", FileKind.SLOTS);
    SalvageRun run = SalvageRun.of(files, store);
    SalvageStore.History history = store.history("a");
    run.records("a")
        .values()
        .forEach(
            record ->
                assertTrue(
                    ModelRecords.same(record, history.last().getOrDefault(record.id(), record))));
    assertTrue(run.records("a").size() > history.last().size() / 3);
    // At most: which of them the log wrote again cannot be told without their rows.
    int missing = history.last().size() - run.records("a").size();
    assertTrue(missing > 0 && run.entry("a").lost() >= missing, () -> missing + " are missing");
  }

  /** A checkpoint that stores nothing but links leaves two slot tables of one sequence. */
  @Test
  void takesWhatTheOtherSlotTableOfTheSameSequenceHolds() throws Exception {
    SalvageStore.Copies copies = linkedAfterwards(0);
    for (Path slots : files(copies.next(), "plane", FileKind.SLOTS)) {
      SimulatedFiles files = copies.next();
      files.delete(slots);
      SalvagedCollection entry = salvaged(files);
      assertEquals(40, entry.recovered(), entry::toString);
      assertTrue(entry.whole(), entry::toString);
    }
  }

  /** What is lost of a checkpoint does not depend on gaps in the log behind it. */
  @Test
  void countsNothingAsLostForAGapBehindTheNewestCheckpoint() throws Exception {
    SimulatedFiles files = linkedAfterwards(3).next();
    files.delete(files(files, "plane", FileKind.SLOTS).getLast());
    Path log = files(files, "plane", FileKind.LOG).getLast();
    flip(files, log, LogFrame.of(files.bytes(log)).getFirst());
    SalvagedCollection entry = salvaged(files);
    assertEquals(
        List.of(41L), entry.logGaps().stream().map(LogGap::fromSequence).toList(), entry::toString);
    assertEquals(42, entry.recovered());
    assertEquals(0, entry.lost());
  }

  /** They are kept for the manifest before it, which is damaged. */
  @Test
  void takesWhatLogsBeforeTheOldestReadableManifestHold() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = withLogsOnly(store);
    Path log = files(files, "a", FileKind.LOG).getFirst();
    long first = LogFrame.of(files.bytes(log)).getFirst().sequence();
    SalvageStore.History history = store.history("a");
    assertTrue(first <= store.stored("a"), "no log is older than the newest checkpoint");
    Map<RecordId, VectorRecord> expected = new TreeMap<>(history.last());
    expected.keySet().removeIf(id -> history.lastSequence(id) < first);
    SalvageRun run = SalvageRun.of(files, store);
    SalvagedCollection entry = run.entry("a");
    assertEquals(expected.keySet(), run.records("a").keySet());
    assertTrue(ModelHistory.same(expected, run.records("a")));
    assertEquals(history.last().size() - expected.size(), entry.lost());
    assertEquals(List.of(), entry.logGaps());
  }

  /** A record whose delete is lost there comes back, and the report tells of it. */
  @Test
  void tellsOfGapsInLogsBeforeTheOldestReadableManifest() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = withLogsOnly(store);
    RecordId deleted = RecordId.of(13);
    long sequence = store.history("a").lastSequence(deleted);
    assertFalse(store.history("a").last().containsKey(deleted));
    Path log = files(files, "a", FileKind.LOG).getFirst();
    LogFrame delete =
        LogFrame.of(files.bytes(log)).stream()
            .filter(frame -> !frame.seal() && frame.sequence() == sequence)
            .findFirst()
            .orElseThrow();
    flip(files, log, delete);
    SalvageRun run = SalvageRun.of(files, store);
    SalvagedCollection entry = run.entry("a");
    assertTrue(run.records("a").containsKey(deleted));
    assertEquals(
        List.of(new LogGap(log, delete.start(), sequence, OptionalLong.of(sequence))),
        entry.logGaps());
    assertTrue(entry.mayHoldOlderVersions());
    long missing =
        store.history("a").last().keySet().stream()
            .filter(id -> !run.records("a").containsKey(id))
            .count();
    assertTrue(entry.lost() >= missing, () -> missing + " are missing: " + entry);
  }

  /** The checkpoint has all that they lead to; damage in them must not bring back what is gone. */
  @Test
  void readsNoLogBeforeACheckpointThatIsWhole() throws IOException {
    try (var simulated = new SimulatedDatabase()) {
      VectorCollection plane = simulated.plane();
      plane.upsert(1, new float[] {1, 1});
      plane.upsert(2, new float[] {2, 1});
      assertTrue(plane.delete(1));
      Path log = files(simulated.files(), "plane", FileKind.LOG).getLast();
      byte[] written = simulated.files().bytes(log);
      plane.checkpoint();
      plane.upsert(3, new float[] {3, 1});
      plane.checkpoint();
      SimulatedFiles files = simulated.files().killProcess();
      assertFalse(files.exists(log));
      try (FileHandle handle = files.create(log)) {
        handle.write(ByteBuffer.wrap(written), 0);
      }
      flip(files, log, LogFrame.of(written).get(2));
      files.delete(files(files, "plane", FileKind.SLOTS).getLast());
      SalvagedCollection entry = salvaged(files);
      assertEquals(2, entry.recovered(), entry::toString);
      assertTrue(entry.whole(), entry::toString);
    }
  }

  /** Of collection a the older checkpoint's manifest is gone, and of the newer all vectors are. */
  private static SimulatedFiles withLogsOnly(SalvageStore store) throws IOException {
    SimulatedFiles files = store.killed().next();
    files.delete(files(files, "a", FileKind.MANIFEST).getFirst());
    delete(files, "a", FileKind.VECTORS);
    return files;
  }

  /** Damages a frame's payload. */
  private static void flip(SimulatedFiles files, Path log, LogFrame frame) throws IOException {
    files.flipBit(log, 8L * frame.payloadStart());
  }

  /**
   * Forty records in two checkpoints at their end, the second with the links that the first lacks.
   *
   * @param later records written then
   */
  private static SalvageStore.Copies linkedAfterwards(int later) throws Exception {
    var threads = GatedThreads.holdingLinkers();
    try (var simulated = new SimulatedDatabase().gated(threads)) {
      VectorCollection plane = simulated.plane();
      for (int id = 0; id < 40 + later; id++) {
        plane.upsert(id, new float[] {id, 1});
        if (id == 39) {
          plane.checkpoint();
          threads.open();
          plane.awaitIndexed();
          plane.checkpoint();
        }
      }
      SimulatedFiles files = simulated.files().killProcess();
      assertEquals(2, files(files, "plane", FileKind.MANIFEST).size());
      assertEquals(2, files(files, "plane", FileKind.SLOTS).size());
      // Everything is forced, so every copy is the same.
      return new SalvageStore.Copies(files);
    }
  }

  private static SalvagedCollection salvaged(SimulatedFiles files) {
    return SalvageRun.salvage(files, SalvageOptions.defaults(), progress -> {})
        .collection("plane")
        .orElseThrow();
  }

  /** Old versions that a gap leaves in the target do not stand for records that are lost. */
  @Test
  void countsAtLeastAllThatIsLostWhereLogAndSlotTableAreDamaged() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SalvageStore.Copies copies = store.killed();
    Map<RecordId, VectorRecord> last = store.history("a").last();
    List<Path> logs = files(copies.next(), "a", FileKind.LOG);
    int withGap = 0;
    for (Path log : logs) {
      SimulatedFiles files = copies.next();
      files.delete(newest(files(files, "a", FileKind.SLOTS), FileKind.SLOTS));
      files.delete(log);
      SalvageRun run = SalvageRun.of(files, store);
      SalvagedCollection entry = run.entry("a");
      long older =
          last.values().stream()
              .filter(record -> store.history("a").lastSequence(record.id()) <= store.stored("a"))
              .filter(
                  record -> {
                    VectorRecord found = run.records("a").get(record.id());
                    return found == null || !ModelRecords.same(record, found);
                  })
              .count();
      assertTrue(entry.lost() >= older, () -> log + ": " + older + " are lost: " + entry);
      withGap += entry.logGapCount() > 0 && older > 0 ? 1 : 0;
    }
    assertTrue(withGap > 0, "no log was of use");
  }

  @Test
  void readsAroundMediaErrors() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    Path broken = files(files, "a", FileKind.VECTORS).getFirst();
    files.intercept(
        call ->
            call.operation() == IoCall.Operation.READ && call.path().equals(broken)
                ? Optional.of(Interceptor.Fault.of(new IOException("Input/output error")))
                : Optional.empty());
    SalvageRun run = SalvageRun.of(files, store);
    assertTrue(run.entry("b").whole());
    assertNotEquals(0, run.entry("a").lost());
    assertEquals(store.history("a").last().size() - run.records("a").size(), run.entry("a").lost());
    assertTrue(run.entry("a").damage().stream().allMatch(damage -> damage.file().equals(broken)));
  }

  @Test
  void refusesATargetThatIsNotFree() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    files.createDirectory(SalvageRun.TARGET);
    files.createDirectory(SalvageRun.TARGET.resolve("x"));
    String before = files.digest();
    assertThrows(InvalidInputException.class, () -> SalvageRun.of(files, store));
    assertEquals(before, files.digest());
    files.delete(SalvageRun.TARGET.resolve("x"));
    assertTrue(SalvageRun.of(files, store).report().whole(), "an empty directory is free");
  }

  @Test
  void refusesATargetWithinTheSource() {
    var error =
        assertThrows(
            InvalidInputException.class,
            () -> VectorDatabase.salvage(directory, directory.resolve("x")));
    assertTrue(String.valueOf(error.getMessage()).contains("within"));
    assertThrows(
        InvalidInputException.class,
        () -> VectorDatabase.salvage(directory.resolve("x.salvaging"), directory.resolve("x")));
  }

  /** What a path names counts, not how it is spelled. */
  @Test
  void refusesATargetThatIsWithinTheSourceByALink() throws IOException {
    Path source = Files.createDirectory(directory.resolve("db"));
    VectorDatabase.open(source).close();
    Path link = Files.createSymbolicLink(directory.resolve("link"), source);
    Path above = Files.createSymbolicLink(directory.resolve("above"), directory);
    Map<String, byte[]> before = contents(source);
    for (List<Path> paths :
        List.of(
            List.of(link, source.resolve("salvaged")),
            List.of(source, link.resolve("deep").resolve("salvaged")),
            List.of(above.resolve("db"), source.resolve("salvaged")),
            List.of(source, above.resolve("db")),
            List.of(source, link),
            List.of(source, above))) {
      var error =
          assertThrows(
              InvalidInputException.class,
              () -> VectorDatabase.salvage(paths.getFirst(), paths.getLast()),
              paths::toString);
      assertTrue(String.valueOf(error.getMessage()).contains("within"), error::toString);
    }
    assertEquals(before.keySet(), contents(source).keySet());
    assertTrue(VectorDatabase.salvage(link, above.resolve("salvaged")).whole());
    assertTrue(Files.isDirectory(directory.resolve("salvaged")));
  }

  @Test
  void refusesASourceThatIsNoDirectory() {
    assertThrows(
        InvalidInputException.class,
        () -> VectorDatabase.salvage(directory.resolve("none"), directory.resolve("x")));
    assertFalse(Files.exists(directory.resolve("x.salvaging")));
  }

  @Test
  void refusesAConfigurationOfNoCollection() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SalvageOptions options = SalvageOptions.builder().config("c", SalvageStore.CONFIG).build();
    SimulatedFiles files = store.killed().next();
    assertThrows(InvalidInputException.class, () -> SalvageRun.of(files, store, options));
    assertFalse(files.exists(UNFINISHED));
  }

  @Test
  void refusesASourceThatIsOpenAndKeepsItFromBeingOpened() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    try (Closeable held = files.lock(SalvageStore.SOURCE.resolve("LOCK"))) {
      assertThrows(DatabaseLockedException.class, () -> SalvageRun.of(files, store));
      assertFalse(files.exists(UNFINISHED), held::toString);
    }
    var refused = new AtomicInteger();
    SalvageReport report =
        SalvageRun.salvage(
            files,
            SalvageOptions.defaults(),
            progress -> {
              assertThrows(
                  IOException.class, () -> files.lock(SalvageStore.SOURCE.resolve("LOCK")));
              refused.incrementAndGet();
            });
    assertTrue(report.whole());
    assertTrue(refused.get() > 0);
    files.lock(SalvageStore.SOURCE.resolve("LOCK")).close();
  }

  /** A crash at any step leaves no target, or the whole one; and salvage can be done again. */
  @Test
  void aCrashLeavesNothingThatLooksFinished() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SalvageStore.Copies copies = store.killed();
    SimulatedFiles whole = copies.next();
    assertTrue(SalvageRun.of(whole, store).report().whole());
    long steps = whole.ioSteps();
    int finished = 0;
    int unfinished = 0;
    int crashes = 0;
    for (long step = 1; step <= steps + 3; step += 7) {
      SimulatedFiles files = copies.next();
      files.crashAtStep(step);
      try {
        var unused = SalvageRun.salvage(files, SalvageOptions.defaults(), progress -> {});
      } catch (SagittaException expected) {
        crashes++;
      }
      SimulatedFiles survivor = step % 2 == 0 ? files.crash(step) : files.killProcess();
      unfinished += survivor.exists(UNFINISHED) ? 1 : 0;
      if (survivor.exists(SalvageRun.TARGET)) {
        finished++;
        var found = SalvageRun.target(survivor, store, wholeReport(store));
        for (String name : SalvageStore.NAMES) {
          assertTrue(
              ModelHistory.same(store.history(name).last(), found.getOrDefault(name, Map.of())),
              "step " + step);
        }
      } else {
        assertTrue(SalvageRun.of(survivor, store).report().whole(), "step " + step);
      }
    }
    assertTrue(unfinished > 0);
    System.out.printf(
        "SalvageTest: %,d crashes of a salvage, %,d left an unfinished target, %,d a whole one%n",
        crashes, unfinished, finished);
  }

  private static SalvageReport wholeReport(SalvageStore store) {
    return new SalvageReport(
        SalvageStore.NAMES.stream()
            .map(
                name ->
                    new SalvagedCollection(
                        name,
                        Optional.of(SalvageStore.CONFIG),
                        store.history(name).last().size(),
                        0,
                        List.of(),
                        List.of(),
                        0,
                        List.of(),
                        0,
                        false))
            .toList());
  }

  @Test
  void worksOnTheRealFileSystem() throws Exception {
    Path source = directory.resolve("source");
    Path target = directory.resolve("deep").resolve("target");
    try (VectorDatabase database = SmallDatabase.open(source, Durability.os())) {
      VectorCollection collection = database.collection("c", VersionedRecords.CONFIG);
      for (int id = 0; id < 600; id++) {
        collection.upsert(VersionedRecords.record(id, id % 3));
      }
    }
    Path slots = newest(source.resolve("c"), FileKind.SLOTS);
    byte[] bytes = Files.readAllBytes(slots);
    bytes[bytes.length / 2] ^= 1;
    Files.write(slots, bytes);
    // A process that held the source before, so that a pid that is not ours stands in LOCK.
    Files.writeString(source.resolve("LOCK"), "1\n");
    Map<String, byte[]> before = contents(source);
    SalvageReport report = VectorDatabase.salvage(source, target);
    Map<String, byte[]> after = contents(source);
    assertEquals(before.keySet(), after.keySet());
    before.forEach((name, content) -> assertArrayEquals(content, after.get(name), name));
    assertTrue(report.whole(), report::toString);
    assertEquals(600, report.collection("c").orElseThrow().recovered());
    assertNotEquals(0, report.collection("c").orElseThrow().damageCount());
    try (VectorDatabase database = VectorDatabase.open(target)) {
      VectorCollection collection = database.collection("c");
      CollectionValidator.validateIndexed(collection.engine());
      for (int id = 0; id < 600; id++) {
        assertEquals(id % 3, VersionedRecords.version(collection.get(id).orElseThrow()));
      }
    }
  }

  @Test
  void aHolderInAnotherProcessIsNamed() throws Exception {
    Path source = directory.resolve("source");
    VectorDatabase.open(source).close();
    try (ChildProgram holder =
        ChildProgram.start(
            List.of(),
            TwoProcessTest.Holder.class,
            directory.resolve("errors"),
            source.toString())) {
      assertEquals("holds", holder.line());
      var refusal =
          assertThrows(
              DatabaseLockedException.class,
              () -> VectorDatabase.salvage(source, directory.resolve("target")));
      assertEquals(OptionalLong.of(holder.pid()), refusal.holderPid());
      assertFalse(Files.exists(directory.resolve("target.salvaging")));
    }
  }

  private static Path newest(Path collection, FileKind kind) throws IOException {
    try (Stream<Path> files = Files.list(collection)) {
      return newest(
          files.filter(file -> kind.number(file.getFileName().toString()).isPresent()).toList(),
          kind);
    }
  }

  private static Path newest(List<Path> files, FileKind kind) {
    return files.stream()
        .max(
            Comparator.comparingLong(
                file -> kind.number(file.getFileName().toString()).orElseThrow()))
        .orElseThrow();
  }

  private static Map<String, byte[]> contents(Path directory) throws IOException {
    Map<String, byte[]> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        contents.put(file.toString(), Files.readAllBytes(file));
      }
    }
    return contents;
  }

  private static void delete(SimulatedFiles files, String collection, FileKind kind)
      throws IOException {
    for (Path file : files(files, collection, kind)) {
      files.delete(file);
    }
  }

  /** The oldest first. */
  private static List<Path> files(SimulatedFiles files, String collection, FileKind kind)
      throws IOException {
    Path directory = SalvageStore.SOURCE.resolve(collection);
    return files.list(directory).stream()
        .filter(name -> kind.number(name).isPresent())
        .sorted(Comparator.comparingLong(name -> kind.number(name).orElseThrow()))
        .map(directory::resolve)
        .toList();
  }

  private static void copy(SimulatedFiles files, Path from, Path to) throws IOException {
    try (FileHandle handle = files.create(to)) {
      handle.write(ByteBuffer.wrap(files.bytes(from)), 0);
    }
  }
}
