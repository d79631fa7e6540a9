package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PartedWorkTest {
  private final List<Integer> done = new ArrayList<>();

  @Test
  void doesEachPartOnceInOrder() {
    PartedWork work = new PartedWork(3, done::add);
    assertEquals(3, work.waiting());
    assertTrue(work.doNext());
    assertEquals(2, work.waiting());
    assertTrue(work.doNext());
    assertTrue(work.doNext());
    assertFalse(work.doNext());
    assertFalse(work.doNext());
    assertEquals(0, work.waiting());
    work.await();
    assertEquals(List.of(0, 1, 2), done);
  }

  @Test
  void beginsNothingOnceStopped() {
    PartedWork work = new PartedWork(3, done::add);
    assertTrue(work.doNext());
    work.stop();
    work.stop();
    assertFalse(work.doNext());
    work.await();
    assertEquals(List.of(0), done);
  }

  @Test
  void theFirstFailureEndsItAndHasTheOthersSuppressed() {
    IllegalStateException first = new IllegalStateException("told to fail");
    Error second = new LinkageError("told to fail");
    PartedWork[] work = new PartedWork[1];
    work[0] =
        new PartedWork(
            5,
            part -> {
              done.add(part);
              if (part == 0) {
                // Another thread's part, which is being done when this one fails.
                assertTrue(work[0].doNext());
                throw second;
              }
              throw first;
            });
    assertTrue(work[0].doNext());
    assertFalse(work[0].doNext());
    assertSame(first, assertThrows(IllegalStateException.class, work[0]::await));
    assertArrayEquals(new Throwable[] {second}, first.getSuppressed());
    assertEquals(List.of(0, 1), done);
  }

  /** Else a caller could go on while its batch is still being searched for. */
  @Test
  void waitsForPartsThatAreBeingDone() {
    PartedWork[] work = new PartedWork[1];
    work[0] =
        new PartedWork(
            2,
            part -> {
              work[0].stop();
              assertEquals(
                  Thread.State.WAITING, settled(Thread.ofPlatform().start(work[0]::await)));
              done.add(part);
            });
    Thread.currentThread().interrupt();
    assertTrue(work[0].doNext());
    work[0].await();
    assertTrue(Thread.interrupted(), "interrupt flag");
    assertEquals(List.of(0), done);
  }

  /** The state of a thread once it waits or has ended. */
  private static Thread.State settled(Thread thread) {
    Thread.State state = thread.getState();
    while (state != Thread.State.WAITING && state != Thread.State.TERMINATED) {
      Thread.onSpinWait();
      state = thread.getState();
    }
    return state;
  }
}
