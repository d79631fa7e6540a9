package dev.sagitta.engine;

import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.CodeLayout;
import dev.sagitta.distance.kernel.Kernel;
import dev.sagitta.distance.kernel.Kernels;
import dev.sagitta.distance.kernel.ScatteredMemory;
import dev.sagitta.distance.kernel.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * The codes of slots' vectors, by ordinal, all of one range: rows in off-heap chunks that never
 * move.
 *
 * <p>Thread-safe. A slot may be encoded more than once, also at the same time, as its code is
 * always the same. A row may be scored by whoever learned from an encoding thread that it is there.
 */
final class CodeStore {
  private static final int CHUNK_BYTES_MAX = 4 << 20;

  private final CodeLayout layout;
  private final Kernel kernel;
  private final Arena arena = Arena.ofShared();
  private final int rowsPerChunkShift;

  /** Replaced under this object's monitor; chunks once in it stay in it. */
  private volatile MemorySegment[] chunks = {};

  /** The same chunks as kernels want them. */
  private volatile VectorRows rows;

  /** An empty store. */
  CodeStore(CodeLayout layout) {
    this.layout = layout;
    kernel = Kernels.select(layout).kernel();
    int rowsMax = Math.max(1, CHUNK_BYTES_MAX / layout.rowBytes());
    rowsPerChunkShift = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(rowsMax);
    rows = new VectorRows(chunks, rowsPerChunkShift, layout.rowBytes());
  }

  /** Scores the rows. */
  Kernel kernel() {
    return kernel;
  }

  /** The rows of all slots encoded so far; of use until {@link #close}. */
  VectorRows rows() {
    return rows;
  }

  /** Encodes a slot's vector. */
  void encode(int slot, VectorValue vector) {
    int chunk = slot >>> rowsPerChunkShift;
    if (chunk >= chunks.length) {
      grow(chunk);
    }
    long offset = (long) (slot & (1 << rowsPerChunkShift) - 1) * layout.rowBytes();
    layout.encode(vector, chunks[chunk], offset);
  }

  private synchronized void grow(int chunk) {
    MemorySegment[] old = chunks;
    if (chunk < old.length) {
      return;
    }
    MemorySegment[] grown = Arrays.copyOf(old, chunk + 1);
    for (int i = old.length; i <= chunk; i++) {
      grown[i] = ScatteredMemory.allocate(arena, chunkBytes());
    }
    rows = new VectorRows(grown, rowsPerChunkShift, layout.rowBytes());
    chunks = grown;
  }

  private long chunkBytes() {
    return (long) layout.rowBytes() << rowsPerChunkShift;
  }

  /** Bytes of memory. */
  long bytes() {
    return chunks.length * chunkBytes();
  }

  /** Frees the memory; no reader is left. */
  void close() {
    arena.close();
  }

  @Override
  public String toString() {
    return layout.toString();
  }
}
