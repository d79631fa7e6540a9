package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.ClosedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class EpochTest {
  private final Epoch epoch = new Epoch("collection docs");

  @Test
  void doesNotWaitForReadersThatLeft() {
    epoch.exit(epoch.enter());
    epoch.awaitReaders();
    epoch.exit(epoch.enter());
    epoch.awaitReaders();
  }

  @Test
  void waitsForEveryReaderThatIsInside() throws InterruptedException {
    int first = epoch.enter();
    int second = epoch.enter();
    CountDownLatch done = new CountDownLatch(1);
    Thread waiter =
        Thread.ofPlatform()
            .start(
                () -> {
                  epoch.awaitReaders();
                  done.countDown();
                });
    assertFalse(done.await(30, TimeUnit.MILLISECONDS));
    epoch.exit(first);
    assertFalse(done.await(30, TimeUnit.MILLISECONDS));
    epoch.exit(second);
    assertTrue(done.await(30, TimeUnit.SECONDS));
    waiter.join();
  }

  /** A stream of readers that overlap for ever must not hold up the one who waits. */
  @Test
  void doesNotWaitForReadersThatCameLater() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    Thread waiter;
    int inside = epoch.enter();
    waiter =
        Thread.ofPlatform()
            .start(
                () -> {
                  epoch.awaitReaders();
                  done.countDown();
                });
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (done.getCount() > 0 && System.nanoTime() < end) {
      int next = epoch.enter();
      Thread.sleep(1);
      epoch.exit(inside);
      inside = next;
    }
    assertEquals(0, done.getCount());
    epoch.exit(inside);
    waiter.join();
  }

  @Test
  void refusesReadersOnceClosed() {
    assertFalse(epoch.closed());
    epoch.close();
    assertTrue(epoch.closed());
    assertEquals(
        "collection docs is closed",
        assertThrows(ClosedException.class, epoch::enter).getMessage());
    // A refused reader counts for nothing.
    epoch.awaitReaders();
  }

  @Test
  void closesWhenTheLastReaderHasLeft() throws InterruptedException {
    int ticket = epoch.enter();
    Thread closer = Thread.ofPlatform().start(epoch::close);
    while (!epoch.closed()) {
      Thread.onSpinWait();
    }
    assertThrows(ClosedException.class, epoch::enter);
    assertTrue(closer.isAlive());
    epoch.exit(ticket);
    closer.join();
  }

  /** Something that must not be used any more once it was freed. */
  private static final class Memory {
    private volatile boolean freed;
  }

  @Test
  void nobodyInsideUsesWhatWasFreed() throws Exception {
    AtomicReference<Memory> current = new AtomicReference<>(new Memory());
    AtomicBoolean stop = new AtomicBoolean();
    List<Future<Long>> readers = new ArrayList<>();
    long freed = 0;
    try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
      for (int i = 0; i < 3; i++) {
        readers.add(threads.submit(() -> readUntil(stop, current)));
      }
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1_500);
      while (System.nanoTime() < end) {
        Memory old = current.getAndSet(new Memory());
        epoch.awaitReaders();
        old.freed = true;
        freed++;
      }
      stop.set(true);
      for (Future<Long> reader : readers) {
        assertTrue(reader.get() > 0);
      }
    }
    assertTrue(freed > 10, freed + " freed");
  }

  private long readUntil(AtomicBoolean stop, AtomicReference<Memory> current) {
    long reads = 0;
    while (!stop.get()) {
      int ticket = epoch.enter();
      try {
        Memory memory = current.get();
        for (int look = 0; look < 20; look++) {
          assertFalse(memory.freed, "freed while a reader is inside");
          Thread.onSpinWait();
        }
        reads++;
      } finally {
        epoch.exit(ticket);
      }
    }
    return reads;
  }
}
