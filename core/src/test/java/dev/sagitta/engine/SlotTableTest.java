package dev.sagitta.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class SlotTableTest {
  private static final int CHUNK_ROWS = 4_096;

  @Test
  void keepsRowsAcrossChunks() {
    try (Arena arena = Arena.ofConfined()) {
      SlotTable slots = new SlotTable(arena);
      int count = 2 * CHUNK_ROWS + 1;
      for (int i = 0; i < count; i++) {
        assertEquals(i, slots.append(i + 1L, 8L * i, i - 1, ~i));
      }
      assertEquals(count, slots.count());
      assertEquals(3L * (CHUNK_ROWS * SlotTable.ROW_BYTES + CHUNK_ROWS / 8), slots.bytes());
      for (int i = 0; i < count; i++) {
        assertEquals(i + 1L, slots.born(i));
        assertEquals(SlotTable.NEVER, slots.dead(i));
        assertEquals(8L * i, slots.address(i));
        assertEquals(i - 1, slots.previous(i));
        assertEquals(~i, slots.idHash(i));
      }
    }
  }

  @Property
  void isVisibleFromBirthUntilBeforeDeath(
      @ForAll @LongRange(min = 1, max = 20) long born,
      @ForAll @LongRange(min = 1, max = 20) long life,
      @ForAll @LongRange(min = 0, max = 50) long sequence) {
    try (Arena arena = Arena.ofConfined()) {
      SlotTable slots = new SlotTable(arena);
      int slot = slots.append(born, 0, SlotTable.NONE, 0);
      assertEquals(sequence >= born, slots.visible(slot, sequence));
      slots.kill(slot, born + life);
      assertEquals(sequence >= born && sequence < born + life, slots.visible(slot, sequence));
      int slotCount = sequence >= born ? 1 : 0;
      assertEquals(slots.visible(slot, sequence), slots.visible(slot, slotCount, sequence));
    }
  }

  @Test
  void hidesSlotsThatAreNotThere() {
    try (Arena arena = Arena.ofConfined()) {
      SlotTable slots = new SlotTable(arena);
      assertFalse(slots.visible(0, Long.MAX_VALUE - 1), "no chunk yet");
      slots.append(1, 0, SlotTable.NONE, 0);
      assertTrue(slots.visible(0, 1));
      assertFalse(slots.visible(1, Long.MAX_VALUE - 1), "behind the last row");
      assertFalse(slots.visible(CHUNK_ROWS, Long.MAX_VALUE - 1), "behind the last chunk");
      assertFalse(slots.visible(SlotTable.NONE, Long.MAX_VALUE - 1), "no slot");
    }
  }

  @Test
  void copiesRowsAsOfASequenceAndTakesThemBack() {
    try (Arena arena = Arena.ofConfined()) {
      SlotTable slots = new SlotTable(arena);
      Random random = new Random(7);
      int count = CHUNK_ROWS + 100;
      for (int i = 0; i < count; i++) {
        slots.append(i + 1L, 16L * i, SlotTable.NONE, random.nextInt());
      }
      for (int i = 0; i < count; i += 3) {
        slots.kill(i, count + 1L + i);
      }
      long asOf = count + CHUNK_ROWS / 2L;
      MemorySegment rows = arena.allocate((long) count * SlotTable.ROW_BYTES);
      // In two pieces, so that the first slot is not always 0.
      slots.copyAsOf(asOf, 0, 10, rows);
      slots.copyAsOf(asOf, 10, count - 10, rows.asSlice(10L * SlotTable.ROW_BYTES));
      SlotTable read = new SlotTable(arena);
      // Across the end of a chunk.
      read.appendStored(rows, 50);
      read.appendStored(rows.asSlice(50L * SlotTable.ROW_BYTES), count - 50);
      for (int i = 0; i < count; i++) {
        boolean diedBefore = i % 3 == 0 && count + 1L + i <= asOf;
        assertEquals(diedBefore ? count + 1L + i : SlotTable.NEVER, read.dead(i));
        assertEquals(slots.born(i), read.born(i));
        assertEquals(slots.address(i), read.address(i));
        assertEquals(slots.previous(i), read.previous(i));
        assertEquals(slots.idHash(i), read.idHash(i));
        assertEquals(!diedBefore, read.visible(i, count, Long.MAX_VALUE - 1));
      }
      assertEquals(count, read.count());
      // The deaths stay in the table that was copied.
      int lastKilled = (count - 1) / 3 * 3;
      assertEquals(count + 1L + lastKilled, slots.dead(lastKilled));
    }
  }

  /** A reader that takes the published count first sees whole rows, and deaths in order. */
  @Test
  void showsReadersWholeRowsWhileItGrows() throws Exception {
    try (Arena arena = Arena.ofShared();
        ExecutorService readers = Executors.newFixedThreadPool(2)) {
      SlotTable slots = new SlotTable(arena);
      AtomicInteger published = new AtomicInteger();
      int count = 20 * CHUNK_ROWS;
      Callable<Long> reader =
          () -> {
            long seen = 0;
            for (int now = 0; now < count; now = published.get()) {
              for (int slot = Math.max(0, now - 50); slot < now; slot++) {
                // Slot n is born at n + 1 and dies at n + 6.
                assertEquals(slot + 1L, slots.born(slot));
                assertEquals(8L * slot, slots.address(slot));
                assertEquals(slot - 1, slots.previous(slot));
                assertEquals(~slot, slots.idHash(slot));
                assertEquals(now < slot + 6, slots.visible(slot, now), "slot " + slot + now);
                assertEquals(now < slot + 6, slots.visible(slot, now, now), "slot " + slot + now);
                seen++;
              }
            }
            return seen;
          };
      Future<Long> first = readers.submit(reader);
      Future<Long> second = readers.submit(reader);
      for (int slot = 0; slot < count; slot++) {
        slots.append(slot + 1L, 8L * slot, slot - 1, ~slot);
        if (slot >= 5) {
          slots.kill(slot - 5, slot + 1L);
        }
        published.set(slot + 1);
      }
      assertTrue(first.get() + second.get() > 0);
    }
  }
}
