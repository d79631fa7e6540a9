package dev.sagitta.distance.kernel;

/** What an element adds to the sum of a metric. */
sealed interface ScalarTerm {
  /** The term of an element of the query and one of a row. */
  float of(float query, float row);

  /** The product, of cosine and dot product. */
  record Product() implements ScalarTerm {
    @Override
    public float of(float query, float row) {
      return query * row;
    }
  }

  /** The squared difference, of the Euclidean metric. */
  record SquaredDifference() implements ScalarTerm {
    @Override
    public float of(float query, float row) {
      float difference = query - row;
      return difference * difference;
    }
  }

  /** The absolute difference, of the Manhattan metric. */
  record AbsoluteDifference() implements ScalarTerm {
    @Override
    public float of(float query, float row) {
      return Math.abs(query - row);
    }
  }
}
