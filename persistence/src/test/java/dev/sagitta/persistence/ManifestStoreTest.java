package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Which manifest counts, when an older one may, and what may be deleted. */
final class ManifestStoreTest {

  private static final Path ROOT = Path.of("/");
  private static final UUID STORE = new UUID(1, 2);

  private final SimulatedFiles files = new SimulatedFiles();
  private final ManifestStore store = new ManifestStore(files, ROOT);

  private static Path path(long generation) {
    return ROOT.resolve(FileKind.MANIFEST.fileName(generation));
  }

  private FileEntry extent(long number) throws IOException {
    String name = FileKind.VECTORS.fileName(number);
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, name, FileKind.VECTORS, STORE)) {
      writer.write(ByteBuffer.wrap(Payloads.of(number, 50)));
      return writer.finish();
    }
  }

  private void log(long number) throws IOException {
    LogWriter.create(files, ROOT, new LogHeader(STORE, number, 1, 7, 1, 0, 0)).close();
  }

  private Manifest manifest(long firstLog, List<FileEntry> entries) {
    return manifest(STORE, firstLog, entries);
  }

  private Manifest manifest(UUID storeId, long firstLog, List<FileEntry> entries) {
    return new Manifest(
        store.nextGeneration(),
        storeId,
        1,
        ByteBuffer.wrap(Payloads.of(1, 30)),
        ByteBuffer.wrap(Payloads.of(store.nextGeneration(), 40)),
        entries,
        firstLog,
        firstLog * 10,
        firstLog,
        0);
  }

  private ManifestStore reopened() {
    return new ManifestStore(files, ROOT);
  }

  private Manifest loaded() throws IOException {
    return reopened().load().manifest();
  }

  @Test
  void whatAnIntactOneKnowsOfTheLogsCountsThoughAFileOfItsIsMissing() throws IOException {
    store.write(manifest(1, List.of(extent(1))));
    FileEntry lost = extent(2);
    store.write(manifest(2, List.of(lost)));
    files.delete(ROOT.resolve(lost.name()));
    Manifest older = loaded();
    assertEquals(1, older.generation());
    assertEquals(new LogStart(1, 10, 2, 1, 0), older.logStart());
    files.delete(path(2));
    assertEquals(new LogStart(1, 10, 1, 1, 0), loaded().logStart());
  }

  @Test
  void theNewestManifestIsLoaded() throws IOException {
    store.write(manifest(1, List.of(extent(1))));
    Manifest newest = manifest(1, List.of(extent(2), extent(3)));
    store.write(newest);
    ManifestStore reopened = reopened();
    assertEquals(new ManifestStore.Loaded(newest, List.of()), reopened.load());
    assertEquals(3, reopened.nextGeneration());
  }

  @Test
  void generationsAreComparedAsNumbers() throws IOException {
    for (int i = 0; i < 11; i++) {
      store.write(manifest(1, List.of()));
    }
    assertEquals(11, loaded().generation());
  }

  @Test
  void aDirectoryWithoutManifestIsNoCollection() throws IOException {
    files.create(ROOT.resolve("MANIFEST-1.tmp"));
    files.create(ROOT.resolve("MANIFEST-x"));
    var e = assertThrows(NoManifestException.class, this::loaded);
    assertEquals(ROOT, e.directory());
  }

  @Test
  void aGenerationIsNeverUsedTwice() throws IOException {
    store.write(manifest(1, List.of()));
    Manifest failing = manifest(1, List.of());
    files.failNext(
        call -> call.operation() == IoCall.Operation.RENAME, new IOException("injected"));
    assertThrows(IOException.class, () -> store.write(failing));
    assertThrows(IllegalArgumentException.class, () -> store.write(failing));
    store.write(manifest(1, List.of()));
    assertEquals(3, loaded().generation());
  }

  @Test
  void everyFlippedBitFallsBackToTheManifestBefore() throws IOException {
    Manifest first = manifest(1, List.of(extent(1)));
    store.write(first);
    store.write(manifest(1, List.of(extent(2))));
    int bytes = files.bytes(path(2)).length;
    for (long bit = 0; bit < (long) bytes * Byte.SIZE; bit++) {
      files.flipBit(path(2), bit);
      ManifestStore.Loaded loaded = reopened().load();
      assertEquals(first, loaded.manifest(), "bit " + bit);
      assertEquals(1, loaded.damaged().size());
      assertEquals(path(2), loaded.damaged().getFirst().file());
      files.flipBit(path(2), bit);
    }
    assertEquals(2, loaded().generation());
  }

  @Test
  void everyOtherLengthFallsBackToTheManifestBefore() throws IOException {
    Manifest first = manifest(1, List.of(extent(1)));
    store.write(first);
    store.write(manifest(1, List.of(extent(2))));
    byte[] whole = files.bytes(path(2));
    for (int bytes = 0; bytes < whole.length + 9; bytes++) {
      if (bytes != whole.length) {
        files.delete(path(2));
        files.create(path(2)).write(ByteBuffer.wrap(Arrays.copyOf(whole, bytes)), 0);
        assertEquals(first, loaded(), "length " + bytes);
      }
    }
  }

  @Test
  void aManifestWhoseFilesAreNotAllThereIsDamaged() throws IOException {
    Manifest first = manifest(1, List.of(extent(1)));
    store.write(first);
    store.write(manifest(1, List.of(extent(1 + 1))));
    Path extent = ROOT.resolve("vectors-2.ext");
    files.openForWriting(extent).truncate(100);
    assertEquals("100 bytes", reopened().load().damaged().getFirst().actual());
    files.delete(extent);
    ManifestStore.Loaded loaded = reopened().load();
    assertEquals(first, loaded.manifest());
    assertEquals(extent, loaded.damaged().getFirst().file());
    assertEquals("no such file", loaded.damaged().getFirst().actual());
  }

  @Test
  void ifNoneVerifiesTheNewestOnesProblemIsTold() throws IOException {
    store.write(manifest(1, List.of()));
    store.write(manifest(1, List.of()));
    files.flipBit(path(1), 800);
    files.flipBit(path(2), 800);
    var e = assertThrows(CorruptFileException.class, this::loaded);
    assertEquals(path(2), e.file());
    assertEquals(path(1), ((CorruptFileException) e.getSuppressed()[0]).file());
  }

  @Test
  void aManifestUnderAnotherGenerationIsDamaged() throws IOException {
    store.write(manifest(1, List.of()));
    files.rename(path(1), path(5));
    var e = assertThrows(CorruptFileException.class, this::loaded);
    assertEquals("generation 5", e.expected());
  }

  @Test
  void aManifestFromAnotherStoreIsSteppedOver() throws IOException {
    FileEntry extent = extent(1);
    Manifest own = manifest(1, List.of(extent));
    store.write(own);
    store.write(manifest(new UUID(3, 4), 1, List.of(extent)));
    ManifestStore.Loaded loaded = reopened().load();
    assertEquals(own, loaded.manifest());
    assertEquals(path(2), loaded.damaged().getFirst().file());
    assertEquals(FileHeader.STORE_HIGH_OFFSET, loaded.damaged().getFirst().offset());
    files.delete(path(1));
    assertEquals(path(2), assertThrows(CorruptFileException.class, this::loaded).file());
  }

  @Test
  void aManifestWithoutFilesFromAnotherStoreIsSteppedOver() throws IOException {
    log(1);
    Manifest own = manifest(1, List.of());
    store.write(own);
    store.write(manifest(new UUID(3, 4), 1, List.of()));
    assertEquals(own, loaded());
  }

  @Test
  void aFileFromAnotherStoreIsNotHeldAgainstItsManifest() throws IOException {
    log(1);
    Manifest manifest = manifest(1, List.of(extent(1)));
    store.write(manifest);
    try (FileHandle handle = files.openForWriting(ROOT.resolve("vectors-1.ext"))) {
      ByteBuffer header = ByteBuffer.allocate(FileHeader.BYTES);
      FileHeader.put(header, FileKind.VECTORS, new UUID(3, 4));
      handle.write(header.flip(), 0);
    }
    assertEquals(manifest, loaded());
  }

  @Test
  void aManifestTooNewIsNeverSteppedOver() throws IOException {
    store.write(manifest(1, List.of()));
    store.write(manifest(1, List.of()));
    byte[] bytes = files.bytes(path(2));
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort(FileHeader.MAJOR_OFFSET, (short) 2);
    header.putInt(FileHeader.CRC_OFFSET, FileHeader.crc(header));
    files.delete(path(2));
    files.create(path(2)).write(ByteBuffer.wrap(bytes), 0);
    assertThrows(FormatVersionException.class, this::loaded);
  }

  @Test
  void anErrorOfInputIsNotDamage() throws IOException {
    store.write(manifest(1, List.of()));
    store.write(manifest(1, List.of()));
    files.failNext(call -> call.operation() == IoCall.Operation.READ, new IOException("injected"));
    assertEquals(
        "/MANIFEST-2 cannot be read at offset 0: java.io.IOException: injected",
        assertThrows(UnreadableFileException.class, this::loaded).getMessage());
    assertEquals(2, loaded().generation());
  }

  /** It is for who only looks, and is to be told of everything. */
  @Test
  void whatIsRetainedGoesPastAManifestThatCannotBeRead() throws IOException {
    for (int generation = 1; generation <= 4; generation++) {
      store.write(manifest(1, List.of()));
    }
    failReading("MANIFEST-4");
    ManifestStore.Retained retained = store.retained();
    assertEquals(List.of(3L, 2L), retained.manifests().stream().map(Manifest::generation).toList());
    assertEquals(1, retained.problems().size());
    assertEquals(
        path(4),
        assertInstanceOf(UnreadableFileException.class, retained.problems().getFirst()).file());
  }

  @Test
  void aBodyWithRightChecksumsThatNoManifestHasIsCorrupt() throws IOException {
    ByteBuffer body =
        ByteBuffer.allocate(ManifestCodec.FIXED_BYTES + ManifestCodec.ENTRY_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    body.putLong(ManifestCodec.GENERATION_OFFSET, 1);
    body.putLong(ManifestCodec.FIRST_LOG_OFFSET, 1);
    body.putLong(ManifestCodec.FIRST_SEQUENCE_OFFSET, 1);
    body.putInt(ManifestCodec.FILE_COUNT_OFFSET, 1);
    int entry = ManifestCodec.FIXED_BYTES;
    body.putInt(entry + ManifestCodec.ENTRY_KIND_OFFSET, 99);
    assertTrue(problemOf(body).contains("no kind has the number 99"));
    body.putLong(ManifestCodec.DURABLE_SEQUENCE_OFFSET, LogFormat.COUNTER_MAX + 1);
    assertTrue(problemOf(body).contains("offset 104: expected a number of at most"));
    body.putLong(ManifestCodec.DURABLE_SEQUENCE_OFFSET, 0);
    body.putInt(entry + ManifestCodec.ENTRY_KIND_OFFSET, FileKind.SLOTS.code());
    body.putLong(entry + ManifestCodec.ENTRY_NUMBER_OFFSET, -1);
    assertTrue(problemOf(body).contains("number of a file is -1"));
    body.putInt(ManifestCodec.FILE_COUNT_OFFSET, 1 << 30);
    assertTrue(problemOf(body).contains("file entries"));
    body.putInt(ManifestCodec.FILE_COUNT_OFFSET, -1);
    assertTrue(problemOf(body).contains("file entries"));
    body.putInt(ManifestCodec.STATE_BYTES_OFFSET, Integer.MAX_VALUE);
    assertTrue(problemOf(body).contains("a length of 2147483647"));
    body.putInt(ManifestCodec.CONFIGURATION_BYTES_OFFSET, -5);
    assertTrue(problemOf(body).contains("a length of -5"));
    body.limit(20);
    assertTrue(problemOf(body).contains("a length of 64"));
  }

  private String problemOf(ByteBuffer body) throws IOException {
    try (BlockFileWriter writer =
        BlockFileWriter.create(files, ROOT, "MANIFEST-1", FileKind.MANIFEST, STORE)) {
      writer.write(body.duplicate());
      writer.finish();
    }
    String problem = assertThrows(CorruptFileException.class, this::loaded).toString();
    files.delete(path(1));
    return problem;
  }

  @Test
  void whatAManifestListsIsDurableUnderItsNameBeforeTheManifestIs() throws IOException {
    store.write(manifest(1, List.of()));
    store.write(manifest(1, List.of(extent(1))));
    for (long seed = 0; seed < 30; seed++) {
      assertEquals(2, new ManifestStore(files.crash(seed), ROOT).load().manifest().generation());
    }
  }

  @Test
  void aCrashWhileWritingLeavesNoManifestWithoutItsFiles() throws IOException {
    store.write(manifest(1, List.of()));
    Manifest next = manifest(1, List.of(extent(1)));
    // Everything but the last force of the directory: the name may survive, or not.
    long from = files.ioSteps();
    files.failNext(
        call -> call.operation() == IoCall.Operation.FORCE_DIRECTORY && call.step() > from + 1,
        new IOException("injected"));
    assertThrows(IOException.class, () -> store.write(next));
    var generations = new TreeSet<Long>();
    for (long seed = 0; seed < 100; seed++) {
      ManifestStore.Loaded loaded = new ManifestStore(files.crash(seed), ROOT).load();
      assertEquals(List.of(), loaded.damaged(), "seed " + seed);
      generations.add(loaded.manifest().generation());
    }
    assertEquals(Set.of(1L, 2L), generations);
  }

  @Test
  void onlyWhatNeitherOfTheTwoNewestNeedsIsDeleted() throws IOException {
    for (long n = 1; n <= 5; n++) {
      log(n);
    }
    store.write(manifest(1, List.of(extent(1), extent(2))));
    store.write(manifest(2, List.of(extent(3))));
    store.write(manifest(4, List.of(extent(4))));
    for (String leftover :
        List.of("vectors-9.ext", "vectors-3.ext.tmp", "log-4.wal.tmp", "MANIFEST-9.tmp")) {
      files.create(ROOT.resolve(leftover));
    }
    // A log in the making, and files that are none of ours.
    List<String> kept =
        List.of("log-6.wal.tmp", "LOCK", "notes.txt", "x.tmp", "vectors-01.ext", "log-7.wal");
    for (String name : kept) {
      files.create(ROOT.resolve(name));
    }
    List<String> before = files.list(ROOT);
    List<String> deleted = store.deleteObsolete();
    assertEquals(
        List.of(
            "MANIFEST-1",
            "MANIFEST-9.tmp",
            "log-1.wal",
            "log-4.wal.tmp",
            "vectors-1.ext",
            "vectors-2.ext",
            "vectors-3.ext.tmp",
            "vectors-9.ext"),
        deleted.stream().sorted().toList());
    var after = new ArrayList<String>(before);
    after.removeAll(deleted);
    assertEquals(after, files.list(ROOT));
    assertTrue(files.list(ROOT).containsAll(kept));
    assertEquals(List.of(), store.deleteObsolete());
  }

  @Test
  void anOlderManifestIsGoneForGoodBeforeWhatItAloneNeeds() throws IOException {
    store.write(manifest(1, List.of(extent(1))));
    store.write(manifest(1, List.of(extent(2))));
    store.write(manifest(1, List.of(extent(3))));
    long from = files.ioSteps();
    files.crashAtStep(from + 3);
    assertThrows(SimulatedCrash.class, store::deleteObsolete);
    for (long seed = 0; seed < 20; seed++) {
      assertFalse(files.crash(seed).exists(path(1)));
    }
  }

  @Test
  void nothingIsDeletedWhileTheNewestManifestIsDamaged() throws IOException {
    store.write(manifest(1, List.of(extent(1))));
    store.write(manifest(1, List.of(extent(2))));
    store.write(manifest(1, List.of(extent(3))));
    files.flipBit(path(3), 800);
    assertEquals(List.of(), store.deleteObsolete());
    ManifestStore fallen = reopened();
    assertEquals(2, fallen.load().manifest().generation());
    assertEquals(List.of(), fallen.deleteObsolete());
    // A new one above the damaged one ends that.
    assertEquals(4, fallen.nextGeneration());
    Manifest next =
        new Manifest(
            4,
            STORE,
            1,
            ByteBuffer.allocate(0),
            ByteBuffer.allocate(0),
            List.of(new FileEntry("vectors-2.ext", FileKind.VECTORS, extentBytes(2), 0)),
            1,
            10,
            1,
            0);
    fallen.write(next);
    assertEquals(
        List.of("MANIFEST-3", "vectors-3.ext"), fallen.deleteObsolete().stream().sorted().toList());
  }

  private long extentBytes(long number) throws IOException {
    return files.bytes(ROOT.resolve(FileKind.VECTORS.fileName(number))).length;
  }

  @Test
  void whatADamagedFileReplacedIsKept() throws IOException {
    FileEntry shared = extent(9);
    for (int number = 1; number <= 3; number++) {
      log(number);
      store.write(manifest(number, List.of(shared, extent(number))));
    }
    extent(5);
    Path damaged = ROOT.resolve("vectors-2.ext");
    files.flipBit(damaged, 8 * 70);
    for (int i = 0; i < 2; i++) {
      assertEquals(damaged, assertThrows(CorruptFileException.class, store::deleteObsolete).file());
      assertFalse(files.exists(ROOT.resolve("vectors-5.ext")), "no manifest needs it");
    }
    files.delete(path(3));
    files.delete(path(2));
    assertEquals(1, loaded().generation());
    assertTrue(files.exists(ROOT.resolve("log-1.wal")));
  }

  @Test
  void oneWhoKnowsOfNoDamageAnyMoreDeletesAgain() throws IOException {
    for (int number = 1; number <= 3; number++) {
      log(number);
      store.write(manifest(number, List.of(extent(number))));
    }
    files.flipBit(ROOT.resolve("vectors-2.ext"), 8 * 70);
    assertThrows(CorruptFileException.class, store::deleteObsolete);
    files.flipBit(ROOT.resolve("vectors-2.ext"), 8 * 70);
    var readBack = new ReadBack(files, ROOT);
    readBack.read(store.toReadBack());
    // Damage since then is not looked for again.
    files.flipBit(ROOT.resolve("vectors-2.ext"), 8 * 70);
    readBack.read(store.toReadBack());
    assertEquals(
        Set.of("MANIFEST-1", "vectors-1.ext", "log-1.wal"),
        Set.copyOf(store.deleteObsolete(List.of(), readBack)));
    assertEquals(List.of(), store.deleteObsolete());
  }

  /** A sealed extent is listed for good: what is kept for it must not grow with the checkpoints. */
  @Test
  void damageThatStaysKeepsOneManifestMore() throws IOException {
    FileEntry rotten = extent(100);
    log(1);
    store.write(manifest(1, List.of(extent(1))));
    log(2);
    store.write(manifest(2, List.of(rotten, extent(2))));
    files.flipBit(ROOT.resolve("vectors-100.ext"), 8 * 70);
    for (int number = 3; number <= 12; number++) {
      log(number);
      store.write(manifest(number, List.of(rotten, extent(number))));
      assertThrows(CorruptFileException.class, store::deleteObsolete);
      assertEquals(
          Set.of(
              "MANIFEST-1",
              "MANIFEST-" + (number - 1),
              "MANIFEST-" + number,
              "vectors-1.ext",
              "vectors-100.ext",
              "vectors-" + (number - 1) + ".ext",
              "vectors-" + number + ".ext"),
          Set.copyOf(files.list(ROOT).stream().filter(name -> !name.startsWith("log-")).toList()));
      assertTrue(files.exists(ROOT.resolve("log-1.wal")), "without gap");
    }
  }

  /** Of two damaged files, what the older one was made from serves both. */
  @Test
  void whatIsKeptDoesWithoutAllDamagedFiles() throws IOException {
    FileEntry first = extent(101);
    FileEntry second = extent(102);
    log(1);
    store.write(manifest(1, List.of(extent(1))));
    store.write(manifest(1, List.of(extent(2))));
    store.write(manifest(1, List.of(first, extent(3))));
    store.write(manifest(1, List.of(first, second)));
    store.write(manifest(1, List.of(first, second, extent(5))));
    files.flipBit(ROOT.resolve("vectors-101.ext"), 8 * 70);
    files.flipBit(ROOT.resolve("vectors-102.ext"), 8 * 70);
    assertThrows(CorruptFileException.class, store::deleteObsolete);
    assertEquals(
        List.of("MANIFEST-2", "MANIFEST-4", "MANIFEST-5"),
        files.list(ROOT).stream().filter(name -> name.startsWith("MANIFEST")).sorted().toList());
    assertTrue(files.exists(ROOT.resolve("vectors-2.ext")));
  }

  /** A bad sector in what nobody needs, whether manifest or not. */
  @Test
  void anObsoleteFileThatCannotBeReadDoesNotKeepTheOthers() throws IOException {
    log(1);
    for (int number = 1; number <= 4; number++) {
      store.write(manifest(1, List.of(extent(number))));
    }
    failReading("vectors-1.ext");
    assertEquals(
        Set.of("MANIFEST-1", "MANIFEST-2", "vectors-2.ext"), Set.copyOf(store.deleteObsolete()));
    assertTrue(files.exists(ROOT.resolve("vectors-1.ext")));
    files.intercept(call -> Optional.empty());
    assertEquals(List.of("vectors-1.ext"), store.deleteObsolete());
    store.write(manifest(1, List.of(extent(5))));
    failReading("MANIFEST-3");
    assertEquals(Set.of("MANIFEST-3", "vectors-3.ext"), Set.copyOf(store.deleteObsolete()));
  }

  @Test
  void whatAnUnreadableFileReplacedIsKeptAndAllElseDeleted() throws IOException {
    log(1);
    for (int number = 1; number <= 4; number++) {
      store.write(manifest(1, List.of(extent(number))));
    }
    failReading("vectors-3.ext");
    assertEquals(
        "/vectors-3.ext cannot be read at offset 0: java.io.IOException: bad sector",
        assertThrows(UnreadableFileException.class, store::deleteObsolete).getMessage());
    assertFalse(files.exists(path(1)));
    assertTrue(files.exists(path(2)));
    assertTrue(files.exists(ROOT.resolve("vectors-2.ext")));
    files.intercept(call -> Optional.empty());
    assertEquals(Set.of("MANIFEST-2", "vectors-2.ext"), Set.copyOf(store.deleteObsolete()));
  }

  private void failReading(String name) {
    files.intercept(
        call ->
            call.operation() == IoCall.Operation.READ && call.path().endsWith(name)
                ? Optional.of(Interceptor.Fault.of(new IOException("bad sector")))
                : Optional.empty());
  }

  @Test
  void nothingIsDeletedIfAnotherManifestCountsSinceTheReadingBack() throws IOException {
    log(1);
    for (int number = 1; number <= 3; number++) {
      store.write(manifest(1, List.of(extent(number))));
    }
    var readBack = new ReadBack(files, ROOT);
    readBack.read(store.toReadBack());
    store.write(manifest(1, List.of(extent(4))));
    assertEquals(List.of(), store.deleteObsolete(List.of(), readBack));
    readBack.read(store.toReadBack());
    assertEquals(
        Set.of("MANIFEST-1", "MANIFEST-2", "vectors-1.ext", "vectors-2.ext"),
        Set.copyOf(store.deleteObsolete(List.of(), readBack)));
  }

  @Test
  void damagedLinksKeepNothing() throws IOException {
    for (int number = 1; number <= 3; number++) {
      log(number);
      String name = FileKind.LINKS.fileName(number);
      try (BlockFileWriter writer =
          BlockFileWriter.create(files, ROOT, name, FileKind.LINKS, STORE)) {
        writer.write(ByteBuffer.wrap(Payloads.of(number, 50)));
        store.write(manifest(number, List.of(writer.finish())));
      }
    }
    files.flipBit(ROOT.resolve("links-2.graph"), 8 * 70);
    assertEquals(
        Set.of("MANIFEST-1", "links-1.graph", "log-1.wal"), Set.copyOf(store.deleteObsolete()));
  }

  @Test
  void nothingIsDeletedByOneWhoLoadedNothing() throws IOException {
    store.write(manifest(1, List.of(extent(1))));
    files.create(ROOT.resolve("vectors-9.ext"));
    assertEquals(List.of(), reopened().deleteObsolete());
  }

  @Test
  void nothingIsDeletedBesideAManifestOfAnotherStore() throws IOException {
    store.write(manifest(1, List.of()));
    store.write(manifest(new UUID(8, 8), 1, List.of()));
    assertThrows(WrongStoreException.class, store::deleteObsolete);
  }
}
