package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.RowFormat;
import dev.sagitta.distance.kernel.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Rows of random vectors, a query, and the order in which the rows are scored: at random, and each
 * once before any is scored again, so that where they are larger than a cache the cache is of no
 * use. Extents are as large as the engine's. The same for the same arguments.
 */
final class FilledRows implements AutoCloseable {
  /** Rows of a call of the bulk form, about the neighbours of a node. */
  static final int ROWS_PER_CALL = 32;

  /** The order's length is a multiple of it; see {@link NativeScoring}. */
  static final int ROWS_PER_BATCH = 1_024;

  private static final int EXTENT_BYTES = 4 << 20;
  private static final int SEED = 1;

  /** Rows repeat after so many, which no cache can know. */
  private static final int DISTINCT = 256;

  private final Arena arena = Arena.ofShared();
  private final RowType type;
  private final RowFormat format;
  private final MemorySegment[] extents;
  private final int rowsPerExtentShift;
  private final VectorRows rows;
  private final VectorValue query;
  private final int[] order;

  /**
   * Fills the rows.
   *
   * @throws IllegalArgumentException if the metric does not compare rows of the type
   */
  FilledRows(RowType type, Metric metric, int dimension, RowMemory memory) {
    SplittableRandom random = new SplittableRandom(SEED);
    int count = memory.rows(dimension);
    this.type = type;
    format = type.format(metric, dimension);
    query = type.vector(random, dimension);
    rowsPerExtentShift =
        Integer.SIZE - 1 - Integer.numberOfLeadingZeros(EXTENT_BYTES / format.rowBytes());
    extents = new MemorySegment[Math.ceilDiv(count, 1 << rowsPerExtentShift)];
    fill(random, count);
    rows = new VectorRows(extents, rowsPerExtentShift, format.rowBytes());
    order = order(random, count);
  }

  private void fill(RandomGenerator random, int count) {
    int rowBytes = format.rowBytes();
    MemorySegment distinct = arena.allocate((long) DISTINCT * rowBytes, RowFormat.ALIGNMENT_BYTES);
    for (int i = 0; i < DISTINCT; i++) {
      RowType.write(format, type.vector(random, format.dimension()), distinct, (long) i * rowBytes);
    }
    int rowMask = (1 << rowsPerExtentShift) - 1;
    for (int i = 0; i < count; i++) {
      int extent = i >> rowsPerExtentShift;
      if ((i & rowMask) == 0) {
        int rowsThere = Math.min(count - i, rowMask + 1);
        extents[extent] = arena.allocate((long) rowsThere * rowBytes, RowFormat.ALIGNMENT_BYTES);
      }
      long from = (long) (i % DISTINCT) * rowBytes;
      long to = (long) (i & rowMask) * rowBytes;
      MemorySegment.copy(distinct, from, extents[extent], to, rowBytes);
    }
  }

  private static int[] order(RandomGenerator random, int count) {
    int[] order = new int[Math.ceilDiv(count, ROWS_PER_BATCH) * ROWS_PER_BATCH];
    for (int i = 0; i < count; i++) {
      int other = random.nextInt(i + 1);
      order[i] = order[other];
      order[other] = i;
    }
    for (int i = count; i < order.length; i++) {
      order[i] = order[i - count];
    }
    return order;
  }

  RowType type() {
    return type;
  }

  RowFormat format() {
    return format;
  }

  VectorRows rows() {
    return rows;
  }

  /** The memory of the rows, by extent. */
  MemorySegment[] extents() {
    return extents.clone();
  }

  /** Log2 of the rows of an extent. */
  int rowsPerExtentShift() {
    return rowsPerExtentShift;
  }

  /** What is asked. */
  VectorValue query() {
    return query;
  }

  /** The ordinals to score, call by call of {@link #ROWS_PER_CALL}. */
  int[] order() {
    return order.clone();
  }

  @Override
  public void close() {
    arena.close();
  }
}
