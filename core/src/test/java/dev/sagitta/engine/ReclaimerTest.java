package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ReclaimerTest {
  private final Epoch epoch = new Epoch("test");
  private final Reclaimer reclaimer = new Reclaimer(epoch);
  private final List<String> freed = new ArrayList<>();

  @Test
  void freesOnceInTheOrderOfRetiring() {
    reclaimer.retire(() -> freed.add("a"));
    reclaimer.retire(() -> freed.add("b"));
    assertEquals(List.of(), freed);
    reclaimer.reclaim();
    assertEquals(List.of("a", "b"), freed);
    reclaimer.reclaim();
    assertEquals(List.of("a", "b"), freed);
  }

  @Test
  void waitsForReadersThatAreInside() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    reclaimer.retire(done::countDown);
    int ticket = epoch.enter();
    Thread thread = Thread.ofPlatform().start(reclaimer::reclaim);
    try {
      assertFalse(done.await(50, TimeUnit.MILLISECONDS));
    } finally {
      epoch.exit(ticket);
    }
    assertTrue(done.await(30, TimeUnit.SECONDS));
    thread.join();
  }

  @Test
  void waitsForNobodyWhenThereIsNothingToFree() {
    int ticket = epoch.enter();
    reclaimer.reclaim();
    epoch.exit(ticket);
    assertEquals(List.of(), freed);
  }

  @Test
  void leavesWhatIsRetiredWhileFreeingForTheNextTime() {
    reclaimer.retire(() -> reclaimer.retire(() -> freed.add("later")));
    reclaimer.reclaim();
    assertEquals(List.of(), freed);
    reclaimer.reclaim();
    assertEquals(List.of("later"), freed);
  }
}
