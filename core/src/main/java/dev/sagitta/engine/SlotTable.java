package dev.sagitta.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The slot table: one row per stored version of a record, by ordinal. It alone decides what a
 * search may return: a reader at sequence s sees the slots with born &lt;= s &lt; dead.
 *
 * <pre>
 * row, 32 bytes, little-endian, in memory and on disk alike
 *   0  int64  born      sequence that stored the slot
 *   8  int64  dead      sequence that replaced or deleted it, or NEVER while it lives
 *  16  int64  address   where its id and payload are in the record store
 *  24  int32  previous  the slot it replaced, or NONE
 *  28  int32  idHash    hash of its id
 * </pre>
 *
 * <p>In memory, behind the rows of a chunk, there is a bit for each that tells whether it ever
 * died: it is set after {@code dead}, before the death is published.
 *
 * <p>Only the write lane (and recovery before it) appends and kills. Rows are written before their
 * sequence is published, and readers take the published sequence first, so they see whole rows of
 * all slots they may see; {@code dead} and its bit alone change later, atomically, and always for a
 * sequence that is not yet published. Memory is in chunks that never move; readers take the array
 * of chunks with acquire.
 */
final class SlotTable {
  static final int ROW_BYTES = 32;
  static final long NEVER = Long.MAX_VALUE;
  static final int NONE = -1;

  static final int BORN = 0;
  static final int DEAD = 8;
  static final int ADDRESS = 16;
  static final int PREVIOUS = 24;
  static final int ID_HASH = 28;

  private static final int CHUNK_SHIFT = 12;
  private static final int CHUNK_ROWS = 1 << CHUNK_SHIFT;
  private static final int CHUNK_MASK = CHUNK_ROWS - 1;

  /** Behind the rows of a chunk there is a bit for each, set if it ever died. */
  private static final long DIED = (long) CHUNK_ROWS * ROW_BYTES;

  private static final long CHUNK_BYTES = DIED + CHUNK_ROWS / Byte.SIZE;

  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle DEAD_HANDLE = LONG.varHandle();
  private static final VarHandle DIED_HANDLE = LONG.varHandle();

  private final Arena arena;

  /** Grows only; published with the volatile write. */
  private volatile MemorySegment[] chunks = new MemorySegment[0];

  /** Rows in use; of the write lane. */
  private int count;

  /** An empty table whose memory belongs to the arena. */
  SlotTable(Arena arena) {
    this.arena = arena;
  }

  /** Number of rows, published or not. Write lane only. */
  int count() {
    return count;
  }

  /** Adds a live slot. Write lane only. */
  int append(long born, long address, int previous, int idHash) {
    int slot = count;
    MemorySegment chunk = chunkFor(slot);
    long row = rowOffset(slot);
    chunk.set(LONG, row + BORN, born);
    chunk.set(LONG, row + ADDRESS, address);
    chunk.set(INT, row + PREVIOUS, previous);
    chunk.set(INT, row + ID_HASH, idHash);
    DEAD_HANDLE.setRelease(chunk, row + DEAD, NEVER);
    count++;
    return slot;
  }

  /** Ends a slot's life at a sequence that is not published yet. Write lane only. */
  void kill(int slot, long sequence) {
    MemorySegment chunk = chunks[slot >>> CHUNK_SHIFT];
    DEAD_HANDLE.setRelease(chunk, rowOffset(slot) + DEAD, sequence);
    markDied(chunk, slot);
  }

  private static void markDied(MemorySegment chunk, int slot) {
    long word = diedOffset(slot);
    DIED_HANDLE.setRelease(chunk, word, (long) DIED_HANDLE.get(chunk, word) | 1L << slot);
  }

  /**
   * Whether a reader at a sequence sees the slot. A slot that is not in the table yet is not seen,
   * so that a link to it is harmless.
   */
  boolean visible(int slot, long sequence) {
    MemorySegment[] now = chunks;
    int chunk = slot >>> CHUNK_SHIFT;
    if (chunk >= now.length) {
      return false;
    }
    long row = rowOffset(slot);
    long dead = (long) DEAD_HANDLE.getAcquire(now[chunk], row + DEAD);
    return now[chunk].get(LONG, row + BORN) <= sequence && sequence < dead;
  }

  /**
   * The same for a reader who knows how many slots there are at its sequence, as all of them are
   * born by then. Reads no row but of a slot that has died: 512 bits lie in the cache line that two
   * rows take.
   */
  boolean visible(int slot, int slotCount, long sequence) {
    return slot < slotCount && (!died(slot) || sequence < dead(slot));
  }

  /** Whether the slot has died, at a sequence that the reader may not see yet. */
  private boolean died(int slot) {
    long word = (long) DIED_HANDLE.getAcquire(chunks[slot >>> CHUNK_SHIFT], diedOffset(slot));
    return (word >>> slot & 1) != 0;
  }

  long born(int slot) {
    return chunks[slot >>> CHUNK_SHIFT].get(LONG, rowOffset(slot) + BORN);
  }

  long dead(int slot) {
    return (long) DEAD_HANDLE.getAcquire(chunks[slot >>> CHUNK_SHIFT], rowOffset(slot) + DEAD);
  }

  long address(int slot) {
    return chunks[slot >>> CHUNK_SHIFT].get(LONG, rowOffset(slot) + ADDRESS);
  }

  int previous(int slot) {
    return chunks[slot >>> CHUNK_SHIFT].get(INT, rowOffset(slot) + PREVIOUS);
  }

  int idHash(int slot) {
    return chunks[slot >>> CHUNK_SHIFT].get(INT, rowOffset(slot) + ID_HASH);
  }

  /** Adds the first rows of a buffer, as a checkpoint stored them. Recovery only. */
  void appendStored(MemorySegment rows, int rowCount) {
    int added = 0;
    while (added < rowCount) {
      int part = Math.min(rowCount - added, CHUNK_ROWS - (count & CHUNK_MASK));
      MemorySegment chunk = chunkFor(count);
      MemorySegment.copy(
          rows, (long) added * ROW_BYTES, chunk, rowOffset(count), (long) part * ROW_BYTES);
      for (int slot = count; slot < count + part; slot++) {
        if (chunk.get(LONG, rowOffset(slot) + DEAD) != NEVER) {
          markDied(chunk, slot);
        }
      }
      count += part;
      added += part;
    }
  }

  /**
   * Copies rows as they were at a sequence: deaths after it are undone.
   *
   * @param target gets {@code rows * ROW_BYTES} bytes
   */
  void copyAsOf(long sequence, int firstSlot, int rows, MemorySegment target) {
    for (int i = 0; i < rows; i++) {
      int slot = firstSlot + i;
      long to = (long) i * ROW_BYTES;
      MemorySegment.copy(chunks[slot >>> CHUNK_SHIFT], rowOffset(slot), target, to, ROW_BYTES);
      long dead = dead(slot);
      target.set(LONG, to + DEAD, dead <= sequence ? dead : NEVER);
    }
  }

  /** Bytes of memory. */
  long bytes() {
    return chunks.length * CHUNK_BYTES;
  }

  private MemorySegment chunkFor(int slot) {
    MemorySegment[] now = chunks;
    int chunk = slot >>> CHUNK_SHIFT;
    if (chunk == now.length) {
      MemorySegment[] grown = Arrays.copyOf(now, chunk + 1);
      grown[chunk] = arena.allocate(CHUNK_BYTES, 64);
      chunks = grown;
      return grown[chunk];
    }
    return now[chunk];
  }

  private static long rowOffset(int slot) {
    return (long) (slot & CHUNK_MASK) * ROW_BYTES;
  }

  /** Where the word is that has the slot's bit, the one of the slot's number modulo 64. */
  private static long diedOffset(int slot) {
    return DIED + (long) ((slot & CHUNK_MASK) / Long.SIZE) * Long.BYTES;
  }
}
