package dev.sagitta.hnsw;

import dev.sagitta.distance.kernel.ScatteredMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Zeroed off-heap blocks of one size, numbered from 0, that never move once they are there.
 *
 * <p>Thread-safe. Blocks come in chunks, large stores in pieces of many chunks, for which there are
 * huge pages. The array of chunks is replaced when one is added (copy-on-write), so a reader sees
 * every block it was told about by a thread that had ensured it. Heap use is one segment object per
 * chunk.
 */
final class BlockStore {
  private static final ValueLayout.OfInt LAYOUT =
      ValueLayout.JAVA_INT.withOrder(ByteOrder.LITTLE_ENDIAN);

  private static final VarHandle INT = LAYOUT.varHandle();

  /** A small store has chunks of its own; from there on many are allocated as one. */
  private static final int SINGLE_CHUNKS = 4;

  /** At the usual M, of node records, some nine mebibytes. */
  private static final int CHUNKS_AT_ONCE = 16;

  private final Arena arena;
  private final int blockBytes;
  private final int chunkShift;
  private final int chunkMask;

  /** Replaced under this object's monitor; chunks once in it stay in it. */
  private volatile MemorySegment[] chunks = {};

  BlockStore(Arena arena, int blockBytes, int chunkShift) {
    this.arena = arena;
    this.blockBytes = blockBytes;
    this.chunkShift = chunkShift;
    this.chunkMask = (1 << chunkShift) - 1;
  }

  /** Allocates all chunks up to the one that holds the block. */
  void ensure(int block) {
    if (!has(block)) {
      grow(block);
    }
  }

  private synchronized void grow(int block) {
    MemorySegment[] old = chunks;
    int wanted = (block >>> chunkShift) + 1;
    if (wanted <= old.length) {
      return;
    }
    List<MemorySegment> grown = new ArrayList<>(Arrays.asList(old));
    while (grown.size() < wanted) {
      int count = grown.size() < SINGLE_CHUNKS ? 1 : CHUNKS_AT_ONCE;
      MemorySegment memory = ScatteredMemory.allocate(arena, count * chunkBytes());
      for (int i = 0; i < count; i++) {
        grown.add(memory.asSlice(i * chunkBytes(), chunkBytes()));
      }
    }
    chunks = grown.toArray(MemorySegment[]::new);
  }

  boolean has(int block) {
    return block >>> chunkShift < chunks.length;
  }

  /** How many blocks there is memory for. */
  long capacity() {
    return (long) chunks.length << chunkShift;
  }

  long bytes() {
    return chunks.length * chunkBytes();
  }

  int get(int block, int offset) {
    return (int) INT.get(segment(block), base(block) + offset);
  }

  int getAcquire(int block, int offset) {
    return (int) INT.getAcquire(segment(block), base(block) + offset);
  }

  void set(int block, int offset, int value) {
    INT.set(segment(block), base(block) + offset, value);
  }

  void setRelease(int block, int offset, int value) {
    INT.setRelease(segment(block), base(block) + offset, value);
  }

  void increment(int block, int offset) {
    INT.getAndAdd(segment(block), base(block) + offset, 1);
  }

  /** Lowers the value by one unless that would bring it below the minimum. */
  boolean decrementAbove(int block, int offset, int minimum) {
    MemorySegment segment = segment(block);
    long address = base(block) + offset;
    while (true) {
      int value = (int) INT.getVolatile(segment, address);
      if (value <= minimum) {
        return false;
      }
      if (INT.compareAndSet(segment, address, value, value - 1)) {
        return true;
      }
    }
  }

  /**
   * Copies {@code count} ints, each read as if with acquire: in one go, by units of ints or larger
   * ones, since they are aligned, and with the fence behind them all.
   */
  void copy(int block, int offset, int[] target, int count) {
    MemorySegment.copy(segment(block), LAYOUT, base(block) + offset, target, 0, count);
    VarHandle.acquireFence();
  }

  private long chunkBytes() {
    return (long) blockBytes << chunkShift;
  }

  private MemorySegment segment(int block) {
    return chunks[block >>> chunkShift];
  }

  private long base(int block) {
    return (long) (block & chunkMask) * blockBytes;
  }
}
