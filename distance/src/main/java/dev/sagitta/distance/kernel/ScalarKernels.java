package dev.sagitta.distance.kernel;

import java.lang.foreign.MemorySegment;

/**
 * The kernels in plain Java, for a JVM without the Vector API. Stateless, safe for all threads.
 *
 * <p>Each loop keeps four sums, so that an addition need not wait for the one before; the padding
 * of rows to 16 floats spares them a tail. A class per metric, so that each loop is compiled with
 * its own profile.
 */
final class ScalarKernels implements KernelSet {
  private static final int UNROLL = 4;

  @Override
  public String name() {
    return "scalar";
  }

  @Override
  public int vectorBits() {
    return Float.SIZE;
  }

  @Override
  public Kernel kernel(RowLayout layout) {
    return switch (layout.metric()) {
      case EUCLIDEAN -> new Euclidean(layout);
      case COSINE -> new Cosine(layout);
      case DOT_PRODUCT -> new DotProduct(layout);
      case MANHATTAN -> new Manhattan(layout);
    };
  }

  private static float component(MemorySegment row, long offset, int index) {
    return row.get(RowLayout.COMPONENT, offset + (long) index * Float.BYTES);
  }

  private static float dot(float[] query, MemorySegment row, long offset) {
    float sum0 = 0;
    float sum1 = 0;
    float sum2 = 0;
    float sum3 = 0;
    for (int i = 0; i < query.length; i += UNROLL) {
      sum0 += query[i] * component(row, offset, i);
      sum1 += query[i + 1] * component(row, offset, i + 1);
      sum2 += query[i + 2] * component(row, offset, i + 2);
      sum3 += query[i + 3] * component(row, offset, i + 3);
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  private record DotProduct(RowLayout layout) implements Kernel {
    @Override
    public void score(
        float[] preparedQuery, VectorRows rows, int[] ordinals, int count, float[] scores) {
      layout.checkScorable(preparedQuery, rows);
      for (int i = 0; i < count; i++) {
        int ordinal = ordinals[i];
        // Subtracted from zero, not negated: a product of zero must not give negative zero.
        scores[i] = 0f - dot(preparedQuery, rows.extentOf(ordinal), rows.offsetOf(ordinal));
      }
    }
  }

  private record Cosine(RowLayout layout) implements Kernel {
    @Override
    public void score(
        float[] preparedQuery, VectorRows rows, int[] ordinals, int count, float[] scores) {
      layout.checkScorable(preparedQuery, rows);
      for (int i = 0; i < count; i++) {
        MemorySegment row = rows.extentOf(ordinals[i]);
        long offset = rows.offsetOf(ordinals[i]);
        scores[i] = 1f - dot(preparedQuery, row, offset) * layout.inverseNorm(row, offset);
      }
    }
  }

  private record Euclidean(RowLayout layout) implements Kernel {
    @Override
    public void score(
        float[] preparedQuery, VectorRows rows, int[] ordinals, int count, float[] scores) {
      layout.checkScorable(preparedQuery, rows);
      for (int i = 0; i < count; i++) {
        int ordinal = ordinals[i];
        scores[i] = squares(preparedQuery, rows.extentOf(ordinal), rows.offsetOf(ordinal));
      }
    }

    private static float squares(float[] query, MemorySegment row, long offset) {
      float sum0 = 0;
      float sum1 = 0;
      float sum2 = 0;
      float sum3 = 0;
      for (int i = 0; i < query.length; i += UNROLL) {
        float difference0 = query[i] - component(row, offset, i);
        float difference1 = query[i + 1] - component(row, offset, i + 1);
        float difference2 = query[i + 2] - component(row, offset, i + 2);
        float difference3 = query[i + 3] - component(row, offset, i + 3);
        sum0 += difference0 * difference0;
        sum1 += difference1 * difference1;
        sum2 += difference2 * difference2;
        sum3 += difference3 * difference3;
      }
      return (sum0 + sum1) + (sum2 + sum3);
    }
  }

  private record Manhattan(RowLayout layout) implements Kernel {
    @Override
    public void score(
        float[] preparedQuery, VectorRows rows, int[] ordinals, int count, float[] scores) {
      layout.checkScorable(preparedQuery, rows);
      for (int i = 0; i < count; i++) {
        int ordinal = ordinals[i];
        scores[i] = absolutes(preparedQuery, rows.extentOf(ordinal), rows.offsetOf(ordinal));
      }
    }

    private static float absolutes(float[] query, MemorySegment row, long offset) {
      float sum0 = 0;
      float sum1 = 0;
      float sum2 = 0;
      float sum3 = 0;
      for (int i = 0; i < query.length; i += UNROLL) {
        sum0 += Math.abs(query[i] - component(row, offset, i));
        sum1 += Math.abs(query[i + 1] - component(row, offset, i + 1));
        sum2 += Math.abs(query[i + 2] - component(row, offset, i + 2));
        sum3 += Math.abs(query[i + 3] - component(row, offset, i + 3));
      }
      return (sum0 + sum1) + (sum2 + sum3);
    }
  }
}
