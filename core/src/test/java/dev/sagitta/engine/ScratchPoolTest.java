package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class ScratchPoolTest {
  @Test
  void lendsAgainWhatCameBack() {
    ScratchPool<Object> pool = new ScratchPool<>(2, Object::new);
    Object area = pool.borrow();
    pool.giveBack(area);
    assertSame(area, pool.borrow());
  }

  @Test
  void makesMoreWhenAllAreLent() {
    ScratchPool<Object> pool = new ScratchPool<>(1, Object::new);
    assertNotSame(pool.borrow(), pool.borrow());
  }

  @Test
  void dropsWhatItHasNoPlaceFor() {
    AtomicInteger made = new AtomicInteger();
    ScratchPool<Integer> pool = new ScratchPool<>(2, made::incrementAndGet);
    List<Integer> lent = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      lent.add(pool.borrow());
    }
    lent.forEach(pool::giveBack);
    Set<Integer> again = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      again.add(pool.borrow());
    }
    assertEquals(5, again.size());
    assertEquals(5 + 3, made.get());
  }

  @Test
  void neverLendsAnAreaToTwo() throws Exception {
    AtomicInteger made = new AtomicInteger();
    ScratchPool<AtomicBoolean> pool =
        new ScratchPool<>(
            3,
            () -> {
              made.incrementAndGet();
              return new AtomicBoolean();
            });
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      Callable<Integer> user =
          () -> {
            for (int i = 0; i < 50_000; i++) {
              AtomicBoolean area = pool.borrow();
              assertTrue(area.compareAndSet(false, true), "lent twice");
              area.set(false);
              pool.giveBack(area);
            }
            return made.get();
          };
      List<Future<Integer>> users = threads.invokeAll(List.of(user, user, user, user));
      for (Future<Integer> each : users) {
        assertTrue(each.get() < 50_000, "areas are not reused");
      }
    }
  }
}
