package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class PendingSlotsTest {
  private static final int CAPACITY_MIN = 1 << 10;

  private final PendingSlots pending = new PendingSlots();

  private static List<Integer> copyOf(PendingSlots pending) {
    int[] length = new int[1];
    int[] copy = pending.copy(new int[1], length);
    return Arrays.stream(copy, 0, length[0]).boxed().toList();
  }

  @Test
  void startsEmpty() throws InterruptedException {
    assertEquals(0, pending.size());
    assertFalse(pending.unclaimed());
    assertEquals(-1, pending.claim());
    assertEquals(List.of(), copyOf(pending));
    assertTrue(pending.awaitLinked(0, () -> false));
  }

  @Test
  void givesSlotsInTheOrderInWhichTheyCame() {
    for (int slot : new int[] {7, 3, 9}) {
      pending.add(slot);
    }
    assertEquals(List.of(7, 3, 9), copyOf(pending));
    assertEquals(7, pending.slot(pending.claim()));
    assertEquals(3, pending.slot(pending.claim()));
    assertTrue(pending.unclaimed());
    assertEquals(9, pending.slot(pending.claim()));
    assertFalse(pending.unclaimed());
    // Claimed is not linked.
    assertEquals(List.of(7, 3, 9), copyOf(pending));
    assertEquals(3, pending.size());
  }

  @Test
  void dropsASlotWhenItIsLinkedWhateverTheOrder() {
    for (int slot = 0; slot < 3; slot++) {
      pending.add(slot);
    }
    long first = pending.claim();
    long second = pending.claim();
    pending.complete(second);
    assertEquals(List.of(0, 2), copyOf(pending));
    assertEquals(2, pending.size());
    pending.complete(first);
    assertEquals(List.of(2), copyOf(pending));
    assertEquals(1, pending.size());
  }

  @Test
  void keepsWhatIsSetAsideUntilItIsQueuedAgain() throws InterruptedException {
    for (int slot = 0; slot < 4; slot++) {
      pending.add(slot);
    }
    assertTrue(pending.setAside(pending.claim()));
    pending.complete(pending.claim());
    assertTrue(pending.setAside(pending.claim()));
    assertEquals(List.of(0, 2, 3), copyOf(pending));
    assertEquals(1, pending.queued());
    assertEquals(2, pending.aside());
    assertEquals(3, pending.size());
    pending.complete(pending.claim());
    assertFalse(pending.awaitLinked(0, () -> false), "not all of it");
    assertFalse(pending.unclaimed());
    assertArrayEquals(new int[] {0, 2}, pending.asideSlots());
    pending.queueAside(slot -> slot == 0);
    assertEquals(0, pending.aside());
    assertEquals(1, pending.queued());
    assertEquals(List.of(2), copyOf(pending));
    assertEquals(2, pending.slot(pending.claim()));
  }

  @Test
  void setsNoMoreAsideThanASearchShouldScan() {
    for (int slot = 0; slot <= PendingSlots.ASIDE_MAX; slot++) {
      pending.add(slot);
      assertEquals(slot < PendingSlots.ASIDE_MAX, pending.setAside(pending.claim()));
    }
    assertEquals(PendingSlots.ASIDE_MAX, pending.aside());
    assertEquals(1, pending.queued());
    assertEquals(PendingSlots.ASIDE_MAX + 1, copyOf(pending).size());
  }

  /** What is queued again while somebody waits is waited for as well. */
  @Test
  void waitsForWhatIsQueuedAgain() throws Exception {
    pending.add(1);
    assertTrue(pending.setAside(pending.claim()));
    pending.add(2);
    long claimed = pending.claim();
    CountDownLatch waits = new CountDownLatch(1);
    try (ExecutorService threads = Executors.newSingleThreadExecutor()) {
      Future<Boolean> linked =
          threads.submit(
              () ->
                  pending.awaitLinked(
                      TimeUnit.SECONDS.toNanos(60),
                      () -> {
                        waits.countDown();
                        return false;
                      }));
      waits.await();
      pending.queueAside(slot -> false);
      pending.complete(claimed);
      assertFalse(linked.isDone());
      pending.complete(pending.claim());
      assertTrue(linked.get());
    }
  }

  /** Slots that are set aside and queued again all the time, while others pass, are never lost. */
  @Test
  void losesNothingWhileSlotsAreSetAsideAndQueuedAgain() throws Exception {
    int slots = 20;
    for (int slot = 0; slot < slots; slot++) {
      pending.add(slot);
    }
    AtomicBoolean stop = new AtomicBoolean();
    try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
      Future<Integer> mover = threads.submit(() -> move(slots, stop));
      try {
        for (int i = 0; i < 50_000; i++) {
          assertEquals(
              slots, copyOf(pending).stream().filter(slot -> slot < slots).distinct().count());
        }
      } finally {
        stop.set(true);
      }
      assertTrue(mover.get() > 0);
    }
  }

  /** Sets the first slots aside and queues them again, and lets others come and be linked. */
  private int move(int slots, AtomicBoolean stop) {
    int moves = 0;
    for (; !stop.get(); moves++) {
      pending.add(slots + moves);
      for (long entry = pending.claim(); entry >= 0; entry = pending.claim()) {
        if (pending.slot(entry) < slots) {
          assertTrue(pending.setAside(entry));
        } else {
          pending.complete(entry);
        }
      }
      pending.queueAside(slot -> false);
    }
    return moves;
  }

  /** What is done to the list: numbers below 0 complete, 0 claims, others add so many. */
  @Property(tries = 100)
  void doesWhatAListWould(
      @ForAll @Size(max = 60) List<@IntRange(min = -40, max = 120) Integer> steps) {
    PendingSlots tested = new PendingSlots();
    List<Integer> model = new ArrayList<>();
    List<Long> claimed = new ArrayList<>();
    int next = 0;
    int unclaimed = 0;
    for (int step : steps) {
      // Adds many at once, so that the ring wraps around and grows.
      for (int i = 0; i < 10 * step; i++) {
        tested.add(next);
        model.add(next++);
        unclaimed++;
      }
      for (int i = 0; i <= -20 * step && step <= 0; i++) {
        long entry = tested.claim();
        assertEquals(unclaimed > 0, entry >= 0);
        if (entry >= 0) {
          claimed.add(entry);
          unclaimed--;
        }
      }
      for (int i = 0; i < -15 * step && !claimed.isEmpty(); i++) {
        long entry = claimed.remove((i * 31) % claimed.size());
        model.remove(Integer.valueOf(tested.slot(entry)));
        tested.complete(entry);
      }
      assertEquals(model, copyOf(tested));
      assertEquals(unclaimed > 0, tested.unclaimed());
      assertTrue(tested.size() >= model.size());
      assertEquals(model.isEmpty(), tested.size() == 0);
    }
  }

  @Test
  void growsWhileEntriesAreClaimed() {
    for (int slot = 0; slot < CAPACITY_MIN - 1; slot++) {
      pending.add(slot);
    }
    long entry = pending.claim();
    long later = pending.claim();
    pending.complete(later);
    for (int slot = CAPACITY_MIN - 1; slot < 4 * CAPACITY_MIN; slot++) {
      pending.add(slot);
    }
    assertEquals(0, pending.slot(entry));
    assertEquals(4 * CAPACITY_MIN - 1, copyOf(pending).size());
    pending.complete(entry);
    assertEquals(2, copyOf(pending).getFirst());
  }

  @Test
  void waitsUntilNothingIsPending() throws Exception {
    pending.add(1);
    assertFalse(pending.awaitLinked(TimeUnit.MILLISECONDS.toNanos(1), () -> false));
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Boolean> empty = thread.submit(() -> pending.awaitLinked(Long.MAX_VALUE, () -> false));
      pending.complete(pending.claim());
      assertTrue(empty.get(30, TimeUnit.SECONDS));
    }
  }

  /** Else it would never end while others write. */
  @Test
  void waitsForNothingThatCameAfterTheCall() throws Exception {
    pending.add(1);
    pending.add(2);
    CountDownLatch waiting = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Boolean> linked =
          thread.submit(
              () ->
                  pending.awaitLinked(
                      Long.MAX_VALUE,
                      () -> {
                        waiting.countDown();
                        return false;
                      }));
      assertTrue(waiting.await(30, TimeUnit.SECONDS));
      pending.add(3);
      pending.complete(pending.claim());
      assertFalse(linked.isDone());
      pending.complete(pending.claim());
      assertTrue(linked.get(30, TimeUnit.SECONDS));
      assertEquals(List.of(3), copyOf(pending));
    }
  }

  @Test
  void endsWaitingWhenLinkingEnds() throws Exception {
    pending.add(1);
    AtomicBoolean ended = new AtomicBoolean();
    CountDownLatch looked = new CountDownLatch(1);
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      Future<Boolean> empty =
          thread.submit(
              () ->
                  pending.awaitLinked(
                      Long.MAX_VALUE,
                      () -> {
                        looked.countDown();
                        return ended.get();
                      }));
      assertTrue(looked.await(30, TimeUnit.SECONDS));
      ended.set(true);
      pending.wake();
      assertFalse(empty.get(30, TimeUnit.SECONDS));
    }
  }

  @Test
  void endsWaitingWhenInterrupted() throws InterruptedException {
    pending.add(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Thread thread =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    pending.awaitLinked(Long.MAX_VALUE, () -> false);
                  } catch (InterruptedException expected) {
                    interrupted.set(true);
                  }
                });
    thread.interrupt();
    thread.join();
    assertTrue(interrupted.get());
  }

  /**
   * What searches rely on: every slot that was published before a copy is in the copy, or was
   * linked before the copy was made. The ring wraps around again and again, and grows now and then.
   */
  @Test
  void hidesNoPublishedSlotThatIsNotLinked() throws Exception {
    int slotsMax = 4_000_000;
    AtomicIntegerArray linked = new AtomicIntegerArray(slotsMax);
    AtomicInteger published = new AtomicInteger();
    AtomicBoolean stop = new AtomicBoolean();
    Callable<Long> linker =
        () -> {
          long done = 0;
          while (!stop.get()) {
            long entry = pending.claim();
            if (entry >= 0) {
              linked.set(pending.slot(entry), 1);
              pending.complete(entry);
              done++;
            } else {
              Thread.yield();
            }
          }
          return done;
        };
    Callable<Long> reader =
        () -> {
          int[] copy = new int[16];
          int[] length = new int[1];
          long copies = 0;
          while (!stop.get()) {
            int now = published.get();
            copy = pending.copy(copy, length);
            int oldest = length[0] == 0 ? now : copy[0];
            for (int i = 1; i < length[0]; i++) {
              assertTrue(copy[i - 1] < copy[i], "in the order in which they came");
              for (int slot = copy[i - 1] + 1; slot < Math.min(copy[i], now); slot++) {
                assertEquals(1, linked.get(slot));
              }
            }
            for (int slot = Math.max(0, oldest - 2_000); slot < Math.min(oldest, now); slot++) {
              assertEquals(1, linked.get(slot), "slot " + slot + " is neither here nor there");
            }
            int newest = length[0] == 0 ? -1 : copy[length[0] - 1];
            for (int slot = newest + 1; slot < now; slot++) {
              assertEquals(1, linked.get(slot), "slot " + slot + " is missing at the end");
            }
            copies++;
          }
          return copies;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Long>> linkers = List.of(threads.submit(linker), threads.submit(linker));
      List<Future<Long>> readers = List.of(threads.submit(reader), threads.submit(reader));
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
      int bound = 500;
      for (int slot = 0; slot < slotsMax && System.nanoTime() < end; slot++) {
        // Rarely more than the ring holds, so that it grows while others read.
        bound = slot % 50_000 == 49_999 ? Math.min(16_000, 2 * bound) : bound;
        while (pending.size() > bound && System.nanoTime() < end) {
          Thread.yield();
        }
        pending.add(slot);
        published.set(slot + 1);
      }
      stop.set(true);
      long links = linkers.get(0).get() + linkers.get(1).get();
      assertTrue(links > 2 * CAPACITY_MIN, links + " links");
      assertTrue(readers.get(0).get() + readers.get(1).get() > 0);
      assertEquals(published.get() - links, copyOf(pending).size());
    }
  }
}
