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
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The codes of slots' vectors, by ordinal, all of one range: rows in off-heap chunks that never
 * move.
 *
 * <p>Thread-safe. A slot may be encoded more than once, also at the same time, as its code is
 * always the same. A row may be scored by whoever learned from an encoding thread that it is there.
 */
final class CodeStore {
  private static final int CHUNK_BYTES_MAX = 4 << 20;

  /** A vector lies outside the range if more than this part of its elements do. */
  private static final int OUTLIER_SHARE = 16;

  private static final int OUTLIERS_MIN = 16;
  private static final int SLOTS_PER_OUTLIER = 2_000;

  private final CodeLayout layout;
  private final Kernel kernel;
  private final Arena arena = Arena.ofShared();
  private final int rowsPerChunkShift;

  /** Replaced under this object's monitor; chunks once in it stay in it. */
  private volatile MemorySegment[] chunks = {};

  /** The same chunks as kernels want them. */
  private volatile VectorRows rows;

  private final AtomicInteger outliers = new AtomicInteger();
  private volatile boolean distrusted;

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

  /**
   * Encodes a slot's vector.
   *
   * @throws OutOfMemoryError if there is none outside the heap; then it may be tried again
   */
  void encode(int slot, VectorValue vector) {
    int chunk = slot >>> rowsPerChunkShift;
    if (chunk >= chunks.length) {
      grow(chunk);
    }
    long offset = (long) (slot & (1 << rowsPerChunkShift) - 1) * layout.rowBytes();
    if (layout.encode(vector, chunks[chunk], offset) > layout.dimension() / OUTLIER_SHARE) {
      outliers.incrementAndGet();
    }
  }

  /** Adds chunk by chunk, so that none is lost if there is no memory for the next. */
  private synchronized void grow(int chunk) {
    while (chunks.length <= chunk) {
      MemorySegment[] grown = Arrays.copyOf(chunks, chunks.length + 1);
      grown[chunks.length] = ScatteredMemory.allocate(arena, chunkBytes());
      rows = new VectorRows(grown, rowsPerChunkShift, layout.rowBytes());
      chunks = grown;
    }
  }

  /**
   * Whether more vectors lie outside the range than can be passed over, one in two thousand: their
   * codes are alike, whatever they are.
   *
   * @param slotCount how many slots were encoded
   */
  boolean tooNarrow(int slotCount) {
    return outliers.get() > Math.max(OUTLIERS_MIN, slotCount / SLOTS_PER_OUTLIER);
  }

  /** Vectors that lie outside the range; one that was encoded twice counts twice. */
  int outliers() {
    return outliers.get();
  }

  /** Says that no walk is to begin by this store any more. */
  void distrust() {
    distrusted = true;
  }

  /** Whether no walk is to begin by this store any more. */
  boolean distrusted() {
    return distrusted;
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
}
