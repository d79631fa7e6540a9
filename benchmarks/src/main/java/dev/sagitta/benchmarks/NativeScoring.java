package dev.sagitta.benchmarks;

import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.RowFormat;
import dev.sagitta.distance.kernel.RowLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Scores filled rows by a function of kernels.c, {@link FilledRows#ROWS_PER_BATCH} in one call: so
 * many that the way from Java to C costs nothing. For one thread.
 */
final class NativeScoring {
  private static final int CHECKED = 256;
  private static final List<String> ROWS_AT_ONCE = List.of("1", "4", "8", "f16c");

  private final String function;
  private final MethodHandle handle;
  private final FilledRows filled;
  private final MemorySegment query;
  private final MemorySegment extents;
  private final MemorySegment order;
  private final MemorySegment scores;
  private final int length;
  private final long ordinals;
  private long next;

  private NativeScoring(String function, MethodHandle handle, FilledRows filled, Arena arena) {
    this.function = function;
    this.handle = handle;
    this.filled = filled;
    RowFormat format = filled.format();
    length = format.rowBytes() * Byte.SIZE / elementBits(filled.type());
    query = arena.allocate((long) length * Double.BYTES, RowFormat.ALIGNMENT_BYTES);
    writeQuery();
    MemorySegment[] segments = filled.extents();
    extents = arena.allocate(ValueLayout.ADDRESS, segments.length);
    for (int i = 0; i < segments.length; i++) {
      extents.setAtIndex(ValueLayout.ADDRESS, i, segments[i]);
    }
    order = arena.allocateFrom(ValueLayout.JAVA_INT, filled.order());
    ordinals = order.byteSize() / Integer.BYTES;
    scores = arena.allocate(ValueLayout.JAVA_FLOAT, FilledRows.ROWS_PER_BATCH);
  }

  /** What the loops in C take for an element: words of binary rows. */
  private static int elementBits(RowType type) {
    return switch (type) {
      case FLOAT32 -> Float.SIZE;
      case FLOAT16 -> Short.SIZE;
      case INT8, CODES -> Byte.SIZE;
      case BINARY -> Long.SIZE;
    };
  }

  private void writeQuery() {
    VectorValue value = filled.query();
    if (value instanceof VectorValue.Binary(byte[] bits)) {
      MemorySegment.copy(bits, 0, query, ValueLayout.JAVA_BYTE, 0, bits.length);
    } else if (value instanceof VectorValue.Int8(byte[] elements) && family().equals("bytes")) {
      MemorySegment.copy(elements, 0, query, ValueLayout.JAVA_BYTE, 0, elements.length);
    } else {
      float[] floats = value.toFloats();
      MemorySegment.copy(floats, 0, query, ValueLayout.JAVA_FLOAT, 0, floats.length);
    }
  }

  /**
   * All functions that score these rows: none for codes and under metrics that kernels.c leaves
   * out.
   */
  static List<NativeScoring> all(NativeLibrary library, FilledRows filled, Arena arena) {
    List<NativeScoring> all = new ArrayList<>();
    for (String family : families(filled.type())) {
      for (String rowsAtOnce : ROWS_AT_ONCE) {
        String function = term(filled.format().metric()) + "_" + family + "_" + rowsAtOnce;
        Optional<MethodHandle> handle = library.find(function);
        handle.ifPresent(found -> all.add(new NativeScoring(function, found, filled, arena)));
      }
    }
    return all;
  }

  /**
   * How rows of a type are read in C: first as the Java kernels do it, then as Java cannot do it.
   */
  static List<String> families(RowType type) {
    return switch (type) {
      case FLOAT32 -> List.of("float32");
      case FLOAT16 -> List.of("float16", "half");
      case INT8 -> List.of("int8", "bytes");
      case BINARY -> List.of("binary");
      case CODES -> List.of();
    };
  }

  private static String term(Metric metric) {
    return switch (metric) {
      case EUCLIDEAN -> "squares";
      case DOT_PRODUCT -> "product";
      case MANHATTAN -> "absolutes";
      case HAMMING -> "differing";
      case COSINE, JACCARD -> "none";
    };
  }

  /** The function's name: what it adds up, of which elements, and how many rows at once. */
  String function() {
    return function;
  }

  private String family() {
    return function.split("_", -1)[1];
  }

  /** Scores the next rows of the order. */
  void score() {
    MemorySegment from = order.asSlice(next * Integer.BYTES);
    next = (next + FilledRows.ROWS_PER_BATCH) % ordinals;
    try {
      handle.invokeExact(
          query,
          extents,
          filled.rowsPerExtentShift(),
          (long) filled.format().rowBytes(),
          from,
          FilledRows.ROWS_PER_BATCH,
          length,
          scores);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  /**
   * Checks that C gives the scores that Java gives, within the bound of {@link
   * dev.sagitta.distance.kernel.Kernel}: dimension * 2^-24 times the sum of the terms' sizes.
   *
   * @throws IllegalStateException if it does not
   */
  void check(KernelScoring java) {
    next = 0;
    score();
    int[] rows = filled.order();
    for (int i = 0; i < CHECKED; i++) {
      float expected = java.score(rows[i]);
      float actual = scores.getAtIndex(ValueLayout.JAVA_FLOAT, i);
      double bound = filled.format().dimension() * 0x1p-24 * terms(rows[i], expected);
      if (!(Math.abs(actual - expected) <= bound)) {
        throw new IllegalStateException(
            "%s scores row %d %s, Java %s; they may differ by %s"
                .formatted(function, rows[i], actual, expected, bound));
      }
    }
  }

  /** The sum of the terms' sizes: the score, where no term is negative. */
  private double terms(int row, float score) {
    if (!(filled.format() instanceof RowLayout layout) || layout.metric() != Metric.DOT_PRODUCT) {
      return score;
    }
    float[] asked = filled.query().toFloats();
    float[] stored =
        layout.read(filled.rows().extentOf(row), filled.rows().offsetOf(row)).toFloats();
    double sum = 0;
    for (int i = 0; i < asked.length; i++) {
      sum += Math.abs((double) asked[i] * stored[i]);
    }
    return sum;
  }
}
