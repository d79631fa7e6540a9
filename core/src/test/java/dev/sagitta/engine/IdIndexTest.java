package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class IdIndexTest {
  private static final IdHash HASH = new IdHash(new UUID(1, 2));
  private static final long CAPACITY_MIN_BYTES = 1_024 * 8;

  /** An index over slots and records of its own. */
  private static final class Indexed implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final Epoch epoch = new Epoch("test");
    private final Reclaimer reclaimer = new Reclaimer(epoch);
    private final Extents extents = new Extents(1 << 16, Runnable::run, reclaimer);
    private final RecordStore records = new RecordStore(extents, 0);
    private final SlotTable slots = new SlotTable(arena);
    private final IdIndex index = new IdIndex(slots, records, HASH, reclaimer);

    /** Stores a version of an id under a hash that may be anybody's, and points the id to it. */
    int put(byte[] id, int hash) {
      int previous = index.find(id, hash);
      int slot = slots.append(slots.count() + 1, records.append(id, new byte[0]), previous, hash);
      index.put(hash, slot, previous);
      return slot;
    }

    @Override
    public void close() {
      epoch.close();
      reclaimer.reclaim();
      index.close();
      extents.close();
      arena.close();
    }
  }

  private static byte[] id(int number) {
    return CollectionParts.bytes("id-" + number);
  }

  @Property(tries = 100)
  void findsTheNewestSlotOfEachIdWhateverTheHashes(
      @ForAll @Size(max = 300) List<@IntRange(min = 0, max = 60) Integer> ids,
      @ForAll @IntRange(min = 1, max = 10) int hashes) {
    try (Indexed indexed = new Indexed()) {
      Map<Integer, Integer> model = new HashMap<>();
      for (int number : ids) {
        model.put(number, indexed.put(id(number), number % hashes));
      }
      for (int number = 0; number <= 60; number++) {
        assertEquals(
            model.getOrDefault(number, SlotTable.NONE),
            indexed.index.find(id(number), number % hashes));
      }
      assertEquals(
          SlotTable.NONE, indexed.index.find(id(0), hashes), "same bytes under another hash");
    }
  }

  @Test
  void growsBeforeItIsMoreThanHalfFull() {
    try (Indexed indexed = new Indexed()) {
      for (int i = 0; i < 512; i++) {
        indexed.put(id(i), HASH.of(id(i)));
      }
      assertEquals(CAPACITY_MIN_BYTES, indexed.index.bytes());
      for (int i = 512; i < 5_000; i++) {
        indexed.put(id(i), HASH.of(id(i)));
      }
      assertEquals(16 * CAPACITY_MIN_BYTES, indexed.index.bytes());
      for (int i = 0; i < 5_000; i++) {
        assertEquals(i, indexed.index.find(id(i), HASH.of(id(i))));
      }
      assertEquals(SlotTable.NONE, indexed.index.find(id(5_000), HASH.of(id(5_000))));
    }
  }

  @Test
  void replacingAnIdTakesNoRoom() {
    try (Indexed indexed = new Indexed()) {
      for (int i = 0; i < 3_000; i++) {
        assertEquals(i, indexed.put(id(i % 3), HASH.of(id(i % 3))));
      }
      assertEquals(CAPACITY_MIN_BYTES, indexed.index.bytes());
    }
  }

  @Test
  void reservesRoomOnce() {
    try (Indexed indexed = new Indexed()) {
      indexed.index.reserve(0);
      assertEquals(CAPACITY_MIN_BYTES, indexed.index.bytes());
      indexed.index.reserve(1_000);
      long reserved = indexed.index.bytes();
      assertTrue(reserved >= 2 * 1_000 * 8);
      for (int i = 0; i < 1_000; i++) {
        indexed.put(id(i), HASH.of(id(i)));
      }
      assertEquals(reserved, indexed.index.bytes());
      indexed.index.reserve(10);
      assertEquals(reserved, indexed.index.bytes());
    }
  }

  /** While ids are added, replaced and tables freed, no reader misses an id that is published. */
  @Test
  void losesNoIdWhileItGrows() throws Exception {
    byte[][] ids = new byte[9_000][];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = id(i);
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
    do {
      losesNoId(ids);
    } while (System.nanoTime() < end);
  }

  private static void losesNoId(byte[][] ids) throws Exception {
    try (Indexed indexed = new Indexed();
        ExecutorService threads = Executors.newFixedThreadPool(2)) {
      AtomicInteger published = new AtomicInteger();
      List<Future<Integer>> readers = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        int seed = i;
        readers.add(threads.submit(() -> find(indexed, published, ids, seed)));
      }
      for (int i = 0; i < ids.length; i++) {
        indexed.put(ids[i], HASH.of(ids[i]));
        if (i % 7 == 0) {
          indexed.put(ids[i / 2], HASH.of(ids[i / 2]));
        }
        published.set(i + 1);
        if (i % 1_000 == 0) {
          indexed.reclaimer.reclaim();
        }
      }
      for (Future<Integer> reader : readers) {
        assertTrue(reader.get() >= 0);
      }
    }
  }

  private static int find(Indexed indexed, AtomicInteger published, byte[][] ids, int seed) {
    int finds = 0;
    int number = seed;
    for (int now = 0; now < ids.length; now = published.get()) {
      if (now == 0) {
        continue;
      }
      number = (number * 31 + 17 & Integer.MAX_VALUE) % now;
      byte[] id = ids[number];
      int hash = HASH.of(id);
      int ticket = indexed.epoch.enter();
      try {
        // Many times, so that this thread is mostly here when it is overtaken.
        for (int i = 0; i < 20; i++) {
          int slot = indexed.index.find(id, hash);
          assertTrue(slot >= number, "id " + number + " of " + now + " leads to slot " + slot);
          assertTrue(indexed.records.hasId(indexed.slots.address(slot), id));
        }
      } finally {
        indexed.epoch.exit(ticket);
      }
      finds++;
    }
    return finds;
  }
}
