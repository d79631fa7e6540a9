package dev.sagitta.hnsw;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/** Vectors in an array, scored by plain loops: the space of the tests. */
final class TestSpace implements VectorSpace {
  /** How the tests score. */
  enum Scoring {
    EUCLIDEAN {
      @Override
      float score(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
          float d = a[i] - b[i];
          sum += d * d;
        }
        return sum;
      }
    },
    MANHATTAN {
      @Override
      float score(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
          sum += Math.abs(a[i] - b[i]);
        }
        return sum;
      }
    },
    DOT_PRODUCT {
      @Override
      float score(float[] a, float[] b) {
        float sum = 0;
        for (int i = 0; i < a.length; i++) {
          sum += a[i] * b[i];
        }
        return -sum;
      }
    },
    COSINE {
      @Override
      float score(float[] a, float[] b) {
        float dot = DOT_PRODUCT.score(a, b);
        double norms = (double) DOT_PRODUCT.score(a, a) * DOT_PRODUCT.score(b, b);
        return 1 + (float) (dot / Math.sqrt(norms));
      }
    };

    abstract float score(float[] a, float[] b);
  }

  /** Thrown by a scorer that was told to. */
  static final class ScoringException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ScoringException() {
      super("told to throw");
    }
  }

  final float[][] vectors;
  final Scoring scoring;

  /** Vectors scored so far. */
  final AtomicLong scored = new AtomicLong();

  /** Calls that read stored vectors after which one throws; never if negative. */
  final AtomicLong callsUntilThrow = new AtomicLong(-1);

  TestSpace(float[][] vectors, Scoring scoring) {
    this.vectors = vectors;
    this.scoring = scoring;
  }

  int size() {
    return vectors.length;
  }

  @Override
  public Scorer newScorer() {
    return new Scorer();
  }

  /** Scores against any query. */
  final class Scorer implements QueryScorer {
    private float[] query = {};

    void query(float[] vector) {
      query = vector;
    }

    @Override
    public void queryStored(int ordinal) {
      throwIfTold();
      query = vectors[ordinal];
    }

    @Override
    public void score(int[] ordinals, int count, float[] scores) {
      throwIfTold();
      scored.addAndGet(count);
      for (int i = 0; i < count; i++) {
        scores[i] = scoring.score(query, vectors[ordinals[i]]);
      }
    }
  }

  private void throwIfTold() {
    if (callsUntilThrow.get() >= 0 && callsUntilThrow.getAndDecrement() == 0) {
      throw new ScoringException();
    }
  }

  /** The scores of the k nearest, sorted, by looking at all. */
  float[] nearest(float[] query, int k) {
    float[] scores = new float[vectors.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = scoring.score(query, vectors[i]);
    }
    Arrays.sort(scores);
    return Arrays.copyOf(scores, Math.min(k, scores.length));
  }
}
