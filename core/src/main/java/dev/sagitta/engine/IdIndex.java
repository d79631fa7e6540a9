package dev.sagitta.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;

/**
 * Finds the newest slot of an id: an open-addressing hash table in off-heap memory, with linear
 * probing, at most half full.
 *
 * <pre>
 * entry, 8 bytes: idHash in the high 32 bits, slot + 1 in the low 32 bits; 0 when free
 * </pre>
 *
 * <p>Entries are never removed: an id that was deleted keeps its newest, dead slot. The write lane
 * alone writes, each entry with one release store after the slot's row and blob are there; readers
 * hold the epoch, acquire entries and compare ids in the record store. Growing makes a new table
 * and retires the old one.
 */
final class IdIndex {
  private static final VarHandle ENTRY = ValueLayout.JAVA_LONG.varHandle();
  private static final long ENTRY_BYTES = Long.BYTES;
  private static final long CAPACITY_MIN = 1_024;

  /** One generation of the table. */
  private record Table(Arena arena, MemorySegment entries, long mask) {
    static Table ofCapacity(long capacity) {
      Arena arena = Arena.ofShared();
      return new Table(arena, arena.allocate(capacity * ENTRY_BYTES, 64), capacity - 1);
    }

    long get(long position) {
      return (long) ENTRY.getAcquire(entries, position * ENTRY_BYTES);
    }

    void set(long position, long entry) {
      ENTRY.setRelease(entries, position * ENTRY_BYTES, entry);
    }

    long start(int hash) {
      long mixed = hash * 0x9E3779B97F4A7C15L;
      return (mixed ^ mixed >>> 32) & mask;
    }
  }

  private final SlotTable slots;
  private final RecordStore records;
  private final IdHash hash;
  private final Reclaimer reclaimer;
  private volatile Table table = Table.ofCapacity(CAPACITY_MIN);

  /** Entries in use; of the write lane. */
  private long count;

  IdIndex(SlotTable slots, RecordStore records, IdHash hash, Reclaimer reclaimer) {
    this.hash = hash;
    this.slots = slots;
    this.records = records;
    this.reclaimer = reclaimer;
  }

  /** The hash that the index and the slot table keep of an id. */
  int hash(byte[] id) {
    return hash.of(id);
  }

  /** The newest slot of an id, published or not, live or dead; {@link SlotTable#NONE} if none. */
  int find(byte[] id, int hash) {
    Table now = table;
    for (long at = now.start(hash); ; at = at + 1 & now.mask) {
      long entry = now.get(at);
      if (entry == 0) {
        return SlotTable.NONE;
      }
      int slot = slotOf(entry);
      if (hashOf(entry) == hash && records.hasId(slots.address(slot), id)) {
        return slot;
      }
    }
  }

  /** Points an id to its newest slot, which replaces {@code previous}. Write lane only. */
  void put(int hash, int slot, int previous) {
    if (previous == SlotTable.NONE) {
      add(hash, slot);
      return;
    }
    Table now = table;
    long replaced = entry(hash, previous);
    long at = now.start(hash);
    while (now.get(at) != replaced) {
      at = at + 1 & now.mask;
    }
    now.set(at, entry(hash, slot));
  }

  /** Adds an id that is known not to be there. Write lane and recovery only. */
  void add(int hash, int slot) {
    if (2 * (count + 1) > table.mask + 1) {
      grow(2 * (table.mask + 1));
    }
    insert(table, entry(hash, slot));
    count++;
  }

  /** Makes room for a number of ids in all. Recovery only. */
  void reserve(long ids) {
    long capacity = Math.max(CAPACITY_MIN, Long.highestOneBit(Math.max(1, 2 * ids)) << 1);
    if (capacity > table.mask + 1) {
      grow(capacity);
    }
  }

  private void grow(long capacity) {
    Table old = table;
    Table grown = Table.ofCapacity(capacity);
    for (long at = 0; at <= old.mask; at++) {
      long entry = old.get(at);
      if (entry != 0) {
        insert(grown, entry);
      }
    }
    table = grown;
    reclaimer.retire(old.arena::close);
  }

  private static void insert(Table table, long entry) {
    long at = table.start(hashOf(entry));
    while (table.get(at) != 0) {
      at = at + 1 & table.mask;
    }
    table.set(at, entry);
  }

  /** Number of ids. Write lane, or while nothing is written. */
  long count() {
    return count;
  }

  /** Bytes of memory. */
  long bytes() {
    return (table.mask + 1) * ENTRY_BYTES;
  }

  /** Frees the memory; the epoch is closed by then. */
  void close() {
    table.arena.close();
  }

  private static long entry(int hash, int slot) {
    return (long) hash << 32 | slot + 1L;
  }

  private static int slotOf(long entry) {
    return (int) ((entry & 0xFFFF_FFFFL) - 1);
  }

  private static int hashOf(long entry) {
    return (int) (entry >>> 32);
  }
}
