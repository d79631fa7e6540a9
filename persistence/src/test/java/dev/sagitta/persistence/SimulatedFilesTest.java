package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Everything but what a crash leaves, which is {@link SimulatedFilesCrashTest}'s. */
final class SimulatedFilesTest {

  private static final Path FILE = Path.of("/db/file");
  private static final Path DIRECTORY = Path.of("/db");

  private final SimulatedFiles files = new SimulatedFiles();

  @Test
  void relativePathsStartAtTheRoot() throws IOException {
    files.createDirectory(Path.of("db"));
    write(files, Path.of("db/x/../file"), new byte[] {7});
    assertArrayEquals(new byte[] {7}, files.bytes(FILE));
    assertEquals(List.of("db"), files.list(Path.of("/")));
    assertTrue(files.isDirectory(Path.of("")));
    assertThrows(FileSystemException.class, () -> files.delete(Path.of("/")));
  }

  @Test
  void countsMutatingCallsOnly() throws IOException {
    files.createDirectory(DIRECTORY);
    files.forceDirectory(Path.of("/"));
    FileHandle handle = files.create(FILE);
    handle.write(ByteBuffer.allocate(8), 0);
    handle.force();
    handle.truncate(4);
    Path other = Path.of("/db/other");
    files.rename(FILE, other);
    files.delete(other);
    assertEquals(8, files.ioSteps());
    write(files, FILE, new byte[4]);
    assertEquals(10, files.ioSteps());
    files.exists(FILE);
    files.isDirectory(FILE);
    files.list(DIRECTORY);
    files.bytes(FILE);
    files.digest();
    files.flipBit(FILE, 0);
    files.lock(Path.of("/db/LOCK")).close();
    try (FileHandle reader = files.openForReading(FILE);
        Arena arena = Arena.ofConfined()) {
      reader.size();
      reader.read(ByteBuffer.allocate(4), 0);
      reader.map(4, arena);
    }
    files.openForWriting(FILE).close();
    assertEquals(10, files.ioSteps());
    assertThrows(NoSuchFileException.class, () -> files.delete(other));
    assertEquals(11, files.ioSteps());
  }

  @Test
  void everyStepCanBeTheLast() throws IOException {
    workload(files);
    long steps = files.ioSteps();
    assertEquals(9, steps);
    for (long step = 1; step <= steps; step++) {
      var crashing = new SimulatedFiles();
      crashing.crashAtStep(step);
      assertThrows(SimulatedCrash.class, () -> workload(crashing), "step " + step);
      assertEquals(step, crashing.ioSteps());
      assertDead(crashing);
      assertEquals(0, crashing.crash(step).ioSteps());
    }
    var surviving = new SimulatedFiles();
    surviving.crashAtStep(steps + 1);
    workload(surviving);
    assertEquals(files.digest(), surviving.digest());
  }

  @Test
  void theStepThatCrashesHasNoEffectExceptAPartOfAWrite() throws IOException {
    files.createDirectory(DIRECTORY);
    FileHandle handle = files.create(FILE);
    files.crashAtStep(3, 0.75);
    byte[] content = new byte[1000];
    Arrays.fill(content, (byte) 1);
    assertThrows(SimulatedCrash.class, () -> handle.write(ByteBuffer.wrap(content), 0));
    SimulatedFiles next = files.killProcess();
    assertArrayEquals(Arrays.copyOf(content, 750), next.bytes(FILE));
    next.crashAtStep(1, 1);
    assertThrows(SimulatedCrash.class, () -> next.delete(FILE));
    assertTrue(next.killProcess().exists(FILE));
  }

  @Test
  void stepsInThePastAndFractionsOutOfRangeAreRefused() throws IOException {
    files.createDirectory(DIRECTORY);
    assertThrows(IllegalArgumentException.class, () -> files.crashAtStep(1));
    assertThrows(IllegalArgumentException.class, () -> files.crashAtStep(2, 1.5));
    assertThrows(IllegalArgumentException.class, () -> files.crashAtStep(2, Double.NaN));
  }

  @Test
  void aCrashedMachineAnswersNothing() throws IOException {
    files.createDirectory(DIRECTORY);
    FileHandle handle = files.create(FILE);
    handle.write(ByteBuffer.allocate(4), 0);
    Closeable lock = files.lock(Path.of("/db/LOCK"));
    SimulatedFiles next = files.crash(1);
    assertDead(files);
    for (Executable call :
        List.<Executable>of(
            () -> handle.read(ByteBuffer.allocate(1), 0),
            () -> handle.write(ByteBuffer.allocate(1), 0),
            handle::force,
            () -> handle.truncate(0),
            handle::size,
            () -> handle.map(4, Arena.ofAuto()))) {
      var crash = assertThrows(SimulatedCrash.class, call);
      assertEquals("crashed", crash.getMessage());
    }
    String digest = next.digest();
    handle.close();
    lock.close();
    assertEquals(digest, next.digest());
  }

  @Test
  void aThreadInFullSwingIsCutOff() throws Exception {
    FileHandle handle = files.create(Path.of("file"));
    var ended = new CompletableFuture<IOException>();
    var started = new CountDownLatch(1);
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (true) {
                      handle.write(ByteBuffer.wrap(new byte[] {1}), handle.size() % 4096);
                      started.countDown();
                    }
                  } catch (IOException e) {
                    ended.complete(e);
                  }
                });
    started.await();
    SimulatedFiles next = files.killProcess();
    String digest = next.digest();
    assertInstanceOf(SimulatedCrash.class, ended.get());
    writer.join();
    assertEquals(digest, next.digest());
  }

  @Test
  void aKilledProcessLeavesEverythingItWrote() throws IOException {
    files.createDirectory(DIRECTORY);
    FileHandle handle = files.create(FILE);
    handle.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
    String digest = files.digest();
    SimulatedFiles next = files.killProcess();
    assertEquals(digest, next.digest());
    assertDead(files);
    assertThrows(SimulatedCrash.class, () -> handle.write(ByteBuffer.allocate(1), 0));
    assertThrows(IllegalStateException.class, () -> files.crash(1));
    assertThrows(IllegalStateException.class, files::digest);
    assertArrayEquals(new byte[] {1, 2, 3}, next.bytes(FILE));
  }

  @Test
  void locksAreExclusiveUntilClosedOrCrashed() throws IOException {
    Path file = Path.of("LOCK");
    Closeable lock = files.lock(file);
    var held = assertThrows(LockHeldException.class, () -> files.lock(file));
    assertTrue(held.heldByThisProcess());
    lock.close();
    files.lock(file);
    assertThrows(LockHeldException.class, () -> files.lock(file));
    SimulatedFiles next = files.killProcess();
    next.lock(file);
    lock.close();
    assertThrows(LockHeldException.class, () -> next.lock(file));
    SimulatedFiles afterwards = next.crash(3);
    afterwards.lock(file);
    assertThrows(LockHeldException.class, () -> afterwards.lock(file));
  }

  @Test
  void closingALockTwiceDoesNotFreeTheNextHolder() throws IOException {
    Path file = Path.of("LOCK");
    Closeable first = files.lock(file);
    first.close();
    try (Closeable _ = files.lock(file)) {
      first.close();
      assertThrows(LockHeldException.class, () -> files.lock(file));
    }
  }

  @Test
  void theDigestCoversNamesContentsAndDirectories() throws IOException {
    var digests = new ArrayList<String>();
    digests.add(files.digest());
    files.createDirectory(DIRECTORY);
    digests.add(files.digest());
    write(files, FILE, new byte[] {1});
    digests.add(files.digest());
    files.rename(FILE, Path.of("/db/other"));
    digests.add(files.digest());
    files.flipBit(Path.of("/db/other"), 7);
    digests.add(files.digest());
    assertEquals(digests.size(), digests.stream().distinct().count());
    files.flipBit(Path.of("/db/other"), 7);
    assertEquals(digests.get(3), files.digest());
  }

  @Test
  void aFlippedBitOutlivesACrash() throws IOException {
    write(files, Path.of("file"), new byte[] {0, 0});
    try (FileHandle handle = files.openForWriting(Path.of("file"))) {
      handle.force();
    }
    files.forceDirectory(Path.of("/"));
    files.flipBit(Path.of("file"), 9);
    assertArrayEquals(new byte[] {0, 2}, files.crash(1).bytes(Path.of("file")));
    assertThrows(IllegalArgumentException.class, () -> files.flipBit(Path.of("file"), 16));
  }

  @Test
  void mapsACopy() throws IOException {
    Path file = Path.of("file");
    write(files, file, new byte[] {1, 2, 3, 4});
    try (Arena arena = Arena.ofConfined();
        FileHandle handle = files.openForWriting(file)) {
      var mapped = handle.map(4, arena);
      handle.truncate(0);
      assertEquals(3, mapped.get(ValueLayout.JAVA_BYTE, 2));
      assertSame(arena.allocate(4).getClass(), mapped.getClass());
      assertThrows(CorruptFileException.class, () -> handle.map(4, arena));
    }
  }

  @Test
  void failNextFailsOneMatchingCall() throws IOException {
    var full = new IOException("No space left on device");
    Path file = Path.of("file");
    FileHandle handle = files.create(file);
    files.failNext(call -> call.operation() == IoCall.Operation.WRITE && call.bytes() > 2, full);
    handle.write(ByteBuffer.allocate(2), 0);
    ByteBuffer source = ByteBuffer.allocate(3);
    assertSame(full, assertThrows(IOException.class, () -> handle.write(source, 2)));
    assertEquals(2, handle.size());
    handle.write(source, 2);
    assertEquals(5, handle.size());
  }

  @Test
  void anInterceptorSeesEachCallAndMayLetAPartOfAWriteThrough() throws IOException {
    var calls = new ArrayList<IoCall>();
    var broken = new IOException("Input/output error");
    files.intercept(
        call -> {
          calls.add(call);
          return call.bytes() == 10
              ? Optional.of(new Interceptor.Fault(broken, 4, Interceptor.Aftermath.NOTHING))
              : Optional.empty();
        });
    Path file = Path.of("file");
    FileHandle handle = files.create(file);
    assertThrows(IOException.class, () -> handle.write(ByteBuffer.allocate(10), 0));
    assertEquals(4, handle.size());
    assertThrows(IOException.class, () -> handle.read(ByteBuffer.allocate(10), 0));
    assertEquals(
        List.of(
            new IoCall(IoCall.Operation.CREATE, file, 1, 0),
            new IoCall(IoCall.Operation.WRITE, file, 2, 10),
            new IoCall(IoCall.Operation.SIZE, file, 2, 0),
            new IoCall(IoCall.Operation.READ, file, 2, 10)),
        calls);
    assertThrows(
        IllegalArgumentException.class,
        () -> new Interceptor.Fault(broken, -1, Interceptor.Aftermath.NOTHING));
  }

  private void failNext(IoCall.Operation operation, Interceptor.Aftermath aftermath) {
    var told = new IOException("told to fail");
    files.intercept(
        call ->
            call.operation() == operation
                ? Optional.of(new Interceptor.Fault(told, 0, aftermath))
                : Optional.empty());
  }

  @Test
  void afterAFailedForceReadersSeeTheNewBytesOrThoseOfTheMedium() throws IOException {
    for (Interceptor.Aftermath aftermath : Interceptor.Aftermath.values()) {
      Path file = Path.of("file-" + aftermath);
      FileHandle handle = files.create(file);
      handle.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
      handle.force();
      handle.write(ByteBuffer.wrap(new byte[] {3, 4, 5}), 0);
      failNext(IoCall.Operation.FORCE, aftermath);
      assertThrows(IOException.class, handle::force);
      files.intercept(call -> Optional.empty());
      byte[] seen =
          aftermath == Interceptor.Aftermath.NOTHING ? new byte[] {3, 4, 5} : new byte[] {1, 2, 0};
      assertArrayEquals(seen, files.bytes(file));
      // Reports success, and has nothing to write.
      handle.force();
    }
  }

  @Test
  void aChangeOfNamesThatFailsMayHaveHappenedAllTheSame() throws IOException {
    files.createDirectory(DIRECTORY);
    failNext(IoCall.Operation.CREATE, Interceptor.Aftermath.SURPRISE);
    assertThrows(IOException.class, () -> files.create(FILE));
    failNext(IoCall.Operation.RENAME, Interceptor.Aftermath.NOTHING);
    assertThrows(IOException.class, () -> files.rename(FILE, Path.of("/db/renamed")));
    assertEquals(List.of("file"), files.list(DIRECTORY));
    failNext(IoCall.Operation.RENAME, Interceptor.Aftermath.SURPRISE);
    assertThrows(IOException.class, () -> files.rename(FILE, Path.of("/db/renamed")));
    assertEquals(List.of("renamed"), files.list(DIRECTORY));
    failNext(IoCall.Operation.DELETE, Interceptor.Aftermath.SURPRISE);
    assertThrows(IOException.class, () -> files.delete(Path.of("/db/renamed")));
    assertEquals(List.of(), files.list(DIRECTORY));
  }

  @Test
  void anUnforcedSectorMayBecomeNoiseButNotWhatWasForcedInIt() throws IOException {
    Path file = Path.of("file");
    FileHandle handle = files.create(file);
    handle.write(ByteBuffer.wrap(new byte[] {1, 2}), 0);
    handle.force();
    files.forceDirectory(Path.of("/"));
    handle.write(ByteBuffer.wrap(new byte[] {3, 4}), 2);
    boolean noise = false;
    for (long seed = 0; seed < 300; seed++) {
      byte[] left = files.crashWithNoise(seed).bytes(file);
      assertEquals(1, left[0]);
      assertEquals(2, left[1]);
      noise |= left.length == 4 && left[2] != 3 && left[2] != 0;
    }
    assertTrue(noise);
  }

  @Test
  void sameSeedSameOutcome() throws IOException {
    workload(files);
    write(files, Path.of("/db/unforced"), new byte[3000]);
    var outcomes = new ArrayList<String>();
    for (long seed = 0; seed < 20; seed++) {
      String outcome = files.crash(seed).digest();
      assertEquals(outcome, files.crash(seed).digest());
      outcomes.add(outcome);
    }
    assertNotEquals(1, outcomes.stream().distinct().count());
  }

  /** One of each mutating call. */
  private static void workload(SimulatedFiles files) throws IOException {
    files.createDirectory(DIRECTORY);
    try (FileHandle handle = files.create(Path.of("/db/file.tmp"))) {
      handle.write(ByteBuffer.allocate(700), 0);
      handle.truncate(600);
      handle.force();
    }
    files.rename(Path.of("/db/file.tmp"), FILE);
    files.forceDirectory(DIRECTORY);
    files.forceDirectory(Path.of("/"));
    files.delete(FILE);
  }

  private static void assertDead(SimulatedFiles files) {
    for (Executable call :
        List.<Executable>of(
            () -> files.create(FILE),
            () -> files.openForReading(FILE),
            () -> files.openForWriting(FILE),
            () -> files.exists(FILE),
            () -> files.list(DIRECTORY),
            () -> files.isDirectory(DIRECTORY),
            () -> files.createDirectory(DIRECTORY),
            () -> files.rename(FILE, FILE),
            () -> files.delete(FILE),
            () -> files.forceDirectory(DIRECTORY),
            () -> files.lock(FILE))) {
      assertThrows(SimulatedCrash.class, call);
    }
  }

  private static void write(SimulatedFiles files, Path file, byte[] content) throws IOException {
    try (FileHandle handle = files.create(file)) {
      handle.write(ByteBuffer.wrap(content), 0);
    }
    assertFalse(files.isDirectory(file));
  }
}
