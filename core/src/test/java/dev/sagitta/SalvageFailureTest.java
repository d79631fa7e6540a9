package dev.sagitta;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.engine.Environment;
import dev.sagitta.engine.PlatformThreads;
import dev.sagitta.engine.Tuning;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.Interceptor;
import dev.sagitta.persistence.IoCall;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A salvage that is stopped or fails throws a typed error and leaves nothing of the target. */
final class SalvageFailureTest {
  private static final Path UNFINISHED = Path.of("/salvaged.salvaging");

  /** With a log that is full soon. */
  private static final Tuning SMALL_LOG = new Tuning(1 << 10, 64 << 10, 16 << 10, 8 << 10, 8);

  @TempDir Path directory;

  @Test
  void anInterruptBeforeItStopsIt() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    Thread.currentThread().interrupt();
    assertThrows(SalvageInterruptedException.class, () -> SalvageRun.of(files, store));
    assertTrue(Thread.interrupted(), "the flag is set again");
    assertFalse(files.exists(SalvageRun.TARGET));
    assertFalse(files.exists(UNFINISHED));
  }

  @Test
  void anInterruptInTheMiddleStopsIt() throws IOException {
    SalvageStore store = SalvageStore.ofManyBlocks();
    SimulatedFiles files = store.killed().next();
    Thread caller = Thread.currentThread();
    var told = new AtomicInteger();
    assertThrows(
        SalvageInterruptedException.class,
        () ->
            SalvageRun.salvage(
                files,
                SalvageOptions.defaults(),
                progress -> {
                  assertSame(caller, Thread.currentThread());
                  told.incrementAndGet();
                  caller.interrupt();
                }));
    assertTrue(Thread.interrupted(), "the flag is set again");
    assertEquals(1, told.get(), "nothing is reported after it");
    assertFalse(files.exists(SalvageRun.TARGET));
    assertFalse(files.exists(UNFINISHED));
    assertTrue(SalvageRun.of(files, store).report().whole());
  }

  /**
   * On a thread that reads files an interrupt would close them, and make all of it look damaged.
   */
  @Test
  void progressThatInterruptsItsThreadHarmsNothing() throws IOException {
    Path source = directory.resolve("source");
    try (VectorDatabase database = SmallDatabase.open(source, Durability.os())) {
      VectorCollection collection = database.collection("c", VersionedRecords.CONFIG);
      for (int id = 0; id < 600; id++) {
        collection.upsert(VersionedRecords.record(id, 0));
      }
    }
    Path target = directory.resolve("target");
    assertThrows(
        SalvageInterruptedException.class,
        () ->
            VectorDatabase.salvage(
                source,
                target,
                SalvageOptions.defaults(),
                progress -> Thread.currentThread().interrupt()));
    assertTrue(Thread.interrupted(), "the flag is set again");
    assertFalse(Files.exists(target));
    assertFalse(Files.exists(directory.resolve("target.salvaging")));
    SalvageReport report =
        VectorDatabase.salvage(
            source,
            target,
            SalvageOptions.defaults(),
            progress -> {
              Thread.currentThread().interrupt();
              assertTrue(Thread.interrupted());
            });
    assertTrue(report.whole(), report::toString);
    assertEquals(List.of(), report.collection("c").orElseThrow().damage());
  }

  /** What closes a file under its reader is no damage: nothing would be left to salvage. */
  @Test
  void aClosedChannelIsNoDamage() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SalvageStore.Copies copies = store.killed();
    for (FileKind kind : List.of(FileKind.VECTORS, FileKind.SLOTS, FileKind.LOG)) {
      SimulatedFiles files = copies.next();
      List<Path> closed = files(files, "a", kind);
      files.intercept(
          call ->
              call.operation() == IoCall.Operation.READ && closed.contains(call.path())
                  ? Optional.of(Interceptor.Fault.of(new ClosedByInterruptException()))
                  : Optional.empty());
      var error = assertThrows(StorageException.class, () -> SalvageRun.of(files, store));
      assertTrue(error.getCause() instanceof ClosedChannelException, error::toString);
      assertFalse(files.exists(UNFINISHED));
    }
  }

  @Test
  void whatProgressThrowsEndsIt() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    var error =
        assertThrows(
            IllegalStateException.class,
            () ->
                SalvageRun.salvage(
                    files,
                    SalvageOptions.defaults(),
                    progress -> {
                      throw new IllegalStateException("enough of " + progress.collection());
                    }));
    assertEquals("enough of a", error.getMessage());
    assertFalse(files.exists(UNFINISHED));
  }

  @Test
  void aTargetThatCannotBeWrittenIsATypedErrorAndIsRemoved() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    files.failNext(
        call ->
            call.operation() == IoCall.Operation.FORCE && call.path().toString().contains("slots"),
        new IOException("No space left on device"));
    assertThrows(StorageException.class, () -> SalvageRun.of(files, store));
    assertFalse(files.exists(SalvageRun.TARGET));
    assertFalse(files.exists(UNFINISHED));
    assertTrue(SalvageRun.of(files, store).report().whole());
  }

  @Test
  void aFullDiskIsATypedErrorWhateverCannotBeWritten() throws IOException {
    SalvageStore store = SalvageStore.ofManyBlocks();
    SalvageStore.Copies copies = store.killed();
    for (FileKind kind : List.of(FileKind.LOG, FileKind.SLOTS, FileKind.MANIFEST)) {
      SimulatedFiles files = copies.next();
      var failed = new AtomicInteger();
      var error =
          assertThrows(
              StorageException.class,
              () ->
                  salvage(files, progress -> files.intercept(call -> fullDisk(call, kind, failed))),
              kind::toString);
      assertTrue(String.valueOf(error.getMessage()).contains("No space left"), error::toString);
      assertTrue(failed.get() > 0);
      assertFalse(files.exists(SalvageRun.TARGET));
      assertFalse(files.exists(UNFINISHED));
    }
  }

  private static Optional<Interceptor.Fault> fullDisk(
      IoCall call, FileKind kind, AtomicInteger failed) {
    boolean write =
        call.operation() == IoCall.Operation.WRITE || call.operation() == IoCall.Operation.CREATE;
    String name = String.valueOf(call.path().getFileName()).replace(".tmp", "");
    if (!write || !call.path().startsWith(UNFINISHED) || kind.number(name).isEmpty()) {
      return Optional.empty();
    }
    failed.incrementAndGet();
    return Optional.of(Interceptor.Fault.of(new IOException("No space left on device")));
  }

  private static SalvageReport salvage(SimulatedFiles files, Consumer<SalvageProgress> progress) {
    return VectorDatabase.salvage(
        SalvageStore.SOURCE,
        SalvageRun.TARGET,
        SalvageOptions.defaults(),
        progress,
        new Environment(files, new PlatformThreads(1), System::nanoTime, SMALL_LOG));
  }

  @Test
  void whatIsGivenUpIsNotStoredFirst() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    var created = new AtomicInteger();
    assertThrows(
        IllegalStateException.class,
        () ->
            SalvageRun.salvage(
                files,
                SalvageOptions.defaults(),
                progress -> {
                  files.intercept(
                      call -> {
                        if (call.operation() == IoCall.Operation.CREATE) {
                          created.incrementAndGet();
                        }
                        return Optional.empty();
                      });
                  throw new IllegalStateException("enough");
                }));
    assertEquals(0, created.get(), "files made of what is then deleted");
    assertFalse(files.exists(UNFINISHED));
  }

  private static boolean givesTheTargetItsName(IoCall call) {
    return call.operation() == IoCall.Operation.RENAME && call.path().equals(UNFINISHED);
  }

  /** Fails a salvage at forces of the directory above the target, once that has its name. */
  private static void failToForceTheName(SimulatedFiles files, int failures) throws IOException {
    var left = new AtomicInteger();
    files.intercept(
        call -> {
          if (givesTheTargetItsName(call)) {
            left.set(failures);
          }
          boolean force = call.operation() == IoCall.Operation.FORCE_DIRECTORY;
          return force && call.path().equals(Path.of("/")) && left.getAndDecrement() > 0
              ? Optional.of(Interceptor.Fault.of(new IOException("told to fail")))
              : Optional.empty();
        });
    assertThrows(StorageException.class, () -> salvage(files, progress -> {}));
    files.intercept(call -> Optional.empty());
    assertFalse(files.exists(SalvageRun.TARGET));
  }

  @Test
  void aNameThatCannotBeForcedIsTakenBackForGood() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    failToForceTheName(files, 1);
    assertFalse(files.exists(UNFINISHED));
    for (long seed = 0; seed < 20; seed++) {
      assertFalse(files.copy(seed).crash(seed).exists(SalvageRun.TARGET), "seed " + seed);
    }
    assertTrue(SalvageRun.of(files, store).report().whole());
  }

  @Test
  void whatCannotBeTakenBackForGoodStaysWhole() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    failToForceTheName(files, 2);
    assertTrue(files.exists(UNFINISHED));
    int back = 0;
    for (long seed = 0; seed < 20; seed++) {
      SimulatedFiles survivor = files.copy(seed).crash(seed);
      if (survivor.exists(SalvageRun.TARGET)) {
        back++;
        assertEquals(store.history("a").last().size(), count(survivor, "a"), "seed " + seed);
      }
    }
    assertTrue(back > 0 && back < 20, back + " targets came back");
    assertTrue(SalvageRun.of(files, store).report().whole());
  }

  /** The name is not yet durable: who writes under it next has to see to that. */
  @Test
  void aKillBeforeTheNameIsDurableLosesNoLaterWrite() throws IOException {
    SalvageStore store = SalvageStore.ofSmallFiles();
    SimulatedFiles files = store.killed().next();
    files.intercept(
        call -> {
          if (givesTheTargetItsName(call)) {
            files.crashAtStep(call.step() + 1);
          }
          return Optional.empty();
        });
    assertThrows(StorageException.class, () -> salvage(files, progress -> {}));
    SimulatedFiles next = files.killProcess();
    int records = store.history("a").last().size();
    try (VectorDatabase database = open(next)) {
      database.collection("a").upsert(1_000, new float[] {1, 2, 3, 4}, Payload.empty());
      for (long seed = 0; seed < 20; seed++) {
        SimulatedFiles survivor = next.copy(seed).crash(seed);
        assertEquals(records + 1, count(survivor, "a"), "seed " + seed);
      }
    }
  }

  private static VectorDatabase open(SimulatedFiles files) {
    return VectorDatabase.open(
        SalvageRun.TARGET,
        DatabaseOptions.builder().linkerThreads(1).build(),
        new Environment(files, new PlatformThreads(1), System::nanoTime, SMALL_LOG));
  }

  private static long count(SimulatedFiles files, String collection) {
    try (VectorDatabase database = open(files)) {
      return database.collection(collection).count();
    }
  }

  private static List<Path> files(SimulatedFiles files, String collection, FileKind kind)
      throws IOException {
    Path directory = SalvageStore.SOURCE.resolve(collection);
    return files.list(directory).stream()
        .filter(name -> kind.number(name).isPresent())
        .map(directory::resolve)
        .toList();
  }
}
