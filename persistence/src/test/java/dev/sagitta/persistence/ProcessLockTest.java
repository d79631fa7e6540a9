package dev.sagitta.persistence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ProcessLockTest {

  private static final long PID = ProcessHandle.current().pid();

  @TempDir Path directory;

  private final NioFiles files = new NioFiles();
  private Path file = Path.of("LOCK");

  @BeforeEach
  void chooseFile() {
    file = directory.resolve("LOCK");
  }

  @Test
  void writesThePidAndLeavesTheFile() throws IOException {
    Closeable lock = files.lock(file);
    assertEquals(PID + "\n", Files.readString(file));
    lock.close();
    assertTrue(Files.exists(file));
  }

  @Test
  void replacesWhateverAFreeFileSays() throws IOException {
    Files.writeString(file, "12345678901234567890 is not locked");
    try (Closeable _ = files.lock(file)) {
      assertEquals(PID + "\n", Files.readString(file));
    }
  }

  @Test
  void isHeldOnceInThisProcess() throws IOException {
    try (Closeable _ = files.lock(file)) {
      var held = assertThrows(LockHeldException.class, () -> new NioFiles().lock(file));
      assertTrue(held.heldByThisProcess());
      assertEquals(OptionalLong.of(PID), held.holderPid());
      assertEquals(file, held.file());
      assertEquals(file + " is held by this process " + PID, held.getMessage());
    }
    files.lock(file).close();
  }

  @Test
  void aSecondAttemptInThisProcessDoesNotLetAnotherProcessIn() throws Exception {
    try (Closeable _ = files.lock(file)) {
      assertThrows(LockHeldException.class, () -> files.lock(file));
      try (ProcessLockChild child = ProcessLockChild.take(file)) {
        assertEquals("held by " + PID, child.outcome());
      }
    }
    try (ProcessLockChild child = ProcessLockChild.take(file)) {
      assertEquals("locked", child.outcome());
    }
  }

  @Test
  void aSharedLockKeepsOthersOutAndChangesNothing() throws Exception {
    Files.writeString(file, "1\n");
    try (Closeable _ = files.lockShared(file)) {
      assertThrows(LockHeldException.class, () -> files.lock(file));
      assertThrows(LockHeldException.class, () -> files.lockShared(file));
      try (ProcessLockChild child = ProcessLockChild.take(file)) {
        assertEquals("held by 1", child.outcome());
      }
    }
    assertEquals("1\n", Files.readString(file));
    try (ProcessLockChild child = ProcessLockChild.take(file)) {
      assertEquals("locked", child.outcome());
      var held = assertThrows(LockHeldException.class, () -> files.lockShared(file));
      assertEquals(OptionalLong.of(child.pid()), held.holderPid());
    }
    files.lock(file).close();
  }

  @Test
  void aSharedLockNeedsTheFileAndNotTheRightToWriteIt() throws IOException {
    assertThrows(NoSuchFileException.class, () -> files.lockShared(file));
    assertFalse(Files.exists(file));
    Files.createFile(file);
    assertTrue(file.toFile().setReadOnly());
    files.lockShared(file).close();
  }

  @Test
  void isTheSameLockUnderEveryName() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    Path roundabout = directory.resolve("x").resolve("..").resolve("LOCK");
    Files.createDirectory(directory.resolve("x"));
    try (Closeable _ = files.lock(file)) {
      Path hardLink = Files.createLink(directory.resolve("LOCK-2"), file);
      assertThrows(LockHeldException.class, () -> files.lock(link.resolve("LOCK")));
      assertThrows(LockHeldException.class, () -> files.lock(roundabout));
      assertThrows(LockHeldException.class, () -> files.lock(hardLink));
      try (ProcessLockChild child = ProcessLockChild.take(file)) {
        assertEquals("held by " + PID, child.outcome());
      }
    }
  }

  @Test
  void namesTheProcessThatHoldsItAndIgnoresThePidOfADeadOne() throws Exception {
    long childPid;
    try (ProcessLockChild child = ProcessLockChild.take(file)) {
      assertEquals("locked", child.outcome());
      childPid = child.pid();
      var held = assertThrows(LockHeldException.class, () -> files.lock(file));
      assertFalse(held.heldByThisProcess());
      assertEquals(OptionalLong.of(childPid), held.holderPid());
      assertEquals(file + " is held by process " + childPid, held.getMessage());
      child.killAndWait();
    }
    assertEquals(childPid + "\n", Files.readString(file));
    try (Closeable _ = files.lock(file)) {
      assertEquals(PID + "\n", Files.readString(file));
    }
  }

  @Test
  void saysSoWhenTheHolderIsUnknown() throws Exception {
    try (ProcessLockChild child = ProcessLockChild.take(file)) {
      assertEquals("locked", child.outcome());
      Files.writeString(file, "nonsense");
      var held = assertThrows(LockHeldException.class, () -> files.lock(file));
      assertEquals(OptionalLong.empty(), held.holderPid());
      assertFalse(held.heldByThisProcess());
      assertEquals(file + " is held by another process, pid unknown", held.getMessage());
    }
  }

  /** As found for an instant when many open at once after a kill, until the holder has written. */
  @Test
  void aProcessThatIsNoMoreIsNotNamedAsTheHolder() throws Exception {
    long dead;
    try (ProcessLockChild child = ProcessLockChild.take(file)) {
      dead = child.pid();
      child.killAndWait();
    }
    try (ProcessLockChild child = ProcessLockChild.take(file)) {
      assertEquals("locked", child.outcome());
      Files.writeString(file, dead + "\n");
      var held = assertThrows(LockHeldException.class, () -> files.lock(file));
      assertEquals(OptionalLong.empty(), held.holderPid());
    }
  }

  /** The lock is what counts; a full disk must not keep a database from being opened. */
  @Test
  void isTakenEvenIfThePidCannotBeWritten() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no sh, whose ulimit this needs");
    Files.writeString(file, "123456789\n");
    try (ProcessLockChild child = ProcessLockChild.takeWithoutWriting(file)) {
      assertEquals("locked", child.outcome());
      var held = assertThrows(LockHeldException.class, () -> files.lock(file));
      assertEquals(OptionalLong.empty(), held.holderPid(), "not that of an earlier holder");
    }
    files.lock(file).close();
  }

  @Test
  void aLockOfAnotherClassLoaderIsRespectedAndKept() throws Exception {
    try (FileChannel foreign =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      foreign.lock(1L << 30, 1, false);
      for (int attempt = 0; attempt < 3; attempt++) {
        var held = assertThrows(LockHeldException.class, () -> files.lock(file));
        assertTrue(held.heldByThisProcess());
      }
      try (ProcessLockChild child = ProcessLockChild.take(file)) {
        assertTrue(child.outcome().startsWith("held by"), child.outcome());
      }
    }
    try (Closeable _ = files.lock(file);
        ProcessLockChild child = ProcessLockChild.take(file)) {
      assertEquals("held by " + PID, child.outcome());
    }
  }

  @Test
  void closingAgainDoesNotFreeTheNextHolder() throws IOException {
    Closeable first = files.lock(file);
    first.close();
    try (Closeable _ = files.lock(file)) {
      first.close();
      assertThrows(LockHeldException.class, () -> files.lock(file));
    }
  }

  @Test
  void failsWithoutADirectory() {
    Path missing = directory.resolve("missing").resolve("LOCK");
    assertThrows(NoSuchFileException.class, () -> files.lock(missing));
    assertThrows(IOException.class, () -> files.lock(directory));
  }

  @Test
  void anInterruptedThreadLeavesNothingHeldAndNothingFreed() throws Exception {
    var outcome = new AtomicReference<@Nullable Throwable>();
    runInterrupted(() -> files.lock(file).close(), outcome);
    assertInstanceOf(ClosedByInterruptException.class, outcome.get());
    try (Closeable _ = files.lock(file)) {
      runInterrupted(() -> files.lock(file).close(), outcome);
      assertInstanceOf(LockHeldException.class, outcome.get());
      try (ProcessLockChild child = ProcessLockChild.take(file)) {
        assertEquals("held by " + PID, child.outcome());
      }
    }
    files.lock(file).close();
  }

  @Test
  void anInterruptedThreadFreesItsLock() throws Exception {
    Closeable lock = files.lock(file);
    var outcome = new AtomicReference<@Nullable Throwable>();
    runInterrupted(lock::close, outcome);
    assertNull(outcome.get());
    try (ProcessLockChild child = ProcessLockChild.take(file)) {
      assertEquals("locked", child.outcome());
    }
  }

  @Test
  void oneOfManyThreadsGetsIt() throws Exception {
    var holders = new AtomicInteger();
    var refused = new AtomicInteger();
    var start = new CountDownLatch(1);
    var done = new CountDownLatch(8);
    for (int i = 0; i < 8; i++) {
      Thread.ofPlatform()
          .start(
              () -> {
                try {
                  start.await();
                  files.lock(file);
                  holders.incrementAndGet();
                } catch (LockHeldException e) {
                  refused.incrementAndGet();
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                } finally {
                  done.countDown();
                }
              });
    }
    start.countDown();
    done.await();
    assertEquals(1, holders.get());
    assertEquals(7, refused.get());
  }

  private interface Action {
    void run() throws Exception;
  }

  /** Runs the action on a thread whose interrupt is pending, and waits for its end. */
  private static void runInterrupted(Action action, AtomicReference<@Nullable Throwable> outcome)
      throws InterruptedException {
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  Thread.currentThread().interrupt();
                  try {
                    action.run();
                    outcome.set(null);
                  } catch (Exception e) {
                    outcome.set(e);
                  }
                });
    thread.join();
  }
}
