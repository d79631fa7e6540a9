package dev.sagitta;

import dev.sagitta.distance.VectorValue;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** A question to a collection: the query vector, how many hits, and how hard to look. Immutable. */
public final class SearchRequest {
  /** Default efSearch. */
  public static final int EF_SEARCH_DEFAULT = 256;

  private final VectorValue query;
  private final int k;
  private final OptionalInt efSearch;
  private final OptionalDouble targetRecall;
  private final Optional<Duration> timeout;
  private final boolean withPayload;

  private SearchRequest(Builder builder) {
    query = builder.query;
    k = builder.k;
    efSearch = builder.efSearch;
    targetRecall = builder.targetRecall;
    timeout = builder.timeout;
    withPayload = builder.withPayload;
  }

  /**
   * The k nearest records with their payloads, at default settings.
   *
   * @param query the query vector, for a collection of numbers, of whatever type; copied
   * @param k number of hits wanted, 1 to {@link Limits#K_MAX}
   */
  public static SearchRequest of(float[] query, int k) {
    return builder(query, k).build();
  }

  /**
   * The k nearest records with their payloads, at default settings.
   *
   * @param query the query vector, of the collection's type, or FLOAT32 if that is one of numbers;
   *     copied
   * @param k number of hits wanted, 1 to {@link Limits#K_MAX}
   */
  public static SearchRequest of(VectorValue query, int k) {
    return builder(query, k).build();
  }

  /** Starts a request; see {@link #of(float[], int)}. */
  public static Builder builder(float[] query, int k) {
    return builder(VectorValue.float32(Inputs.notNull("query", query)), k);
  }

  /** Starts a request; see {@link #of(VectorValue, int)}. */
  public static Builder builder(VectorValue query, int k) {
    return new Builder(Inputs.notNull("query", query).copy(), k);
  }

  /** A copy of the query vector. */
  public VectorValue query() {
    return query.copy();
  }

  /** Number of elements of the query vector. */
  public int dimension() {
    return query.dimension();
  }

  /** Number of hits wanted. */
  public int k() {
    return k;
  }

  /**
   * Breadth of the graph search; {@link #EF_SEARCH_DEFAULT} when empty, unless there is a target
   * recall.
   */
  public OptionalInt efSearch() {
    return efSearch;
  }

  /** The part of the true neighbours that shall be found; none when empty. */
  public OptionalDouble targetRecall() {
    return targetRecall;
  }

  /** The same with a target recall, unless it says itself how hard to look. */
  SearchRequest orTargetRecall(OptionalDouble target) {
    if (target.isEmpty() || efSearch.isPresent() || targetRecall.isPresent()) {
      return this;
    }
    Builder same = new Builder(query, k);
    same.targetRecall = target;
    same.timeout = timeout;
    same.withPayload = withPayload;
    return new SearchRequest(same);
  }

  /** Time after which the search returns what it has; none when empty. */
  public Optional<Duration> timeout() {
    return timeout;
  }

  /** Whether hits carry payloads. */
  public boolean withPayload() {
    return withPayload;
  }

  /** Collects a request's settings. Not thread-safe. */
  public static final class Builder {
    private final VectorValue query;
    private final int k;
    private OptionalInt efSearch = OptionalInt.empty();
    private OptionalDouble targetRecall = OptionalDouble.empty();
    private Optional<Duration> timeout = Optional.empty();
    private boolean withPayload = true;

    private Builder(VectorValue query, int k) {
      this.query = query;
      this.k = Inputs.inRange("k", k, 1, Limits.K_MAX);
    }

    /**
     * Breadth of the graph search (efSearch): how many candidates it keeps. Larger finds more of
     * the true neighbours and takes longer. At least k is used; {@value
     * SearchRequest#EF_SEARCH_DEFAULT} unless said otherwise. Not together with {@link
     * #targetRecall}.
     */
    public Builder efSearch(int efSearch) {
      this.efSearch = OptionalInt.of(Inputs.inRange("efSearch", efSearch, 1, Limits.EF_SEARCH_MAX));
      return this;
    }

    /**
     * The part of the true k nearest records that shall be found, on average over many queries:
     * {@link Limits#TARGET_RECALL_MIN} to {@link Limits#TARGET_RECALL_MAX}. In place of {@link
     * #efSearch}, which the collection chooses then: it has measured on its own records what each
     * target takes, as {@link CollectionStats#calibration} tells. That holds for queries that are
     * distributed as the records are; those from elsewhere, such as questions put to documents, may
     * find less. One of them may always find less.
     */
    public Builder targetRecall(double targetRecall) {
      this.targetRecall =
          OptionalDouble.of(
              Inputs.inRange(
                  "targetRecall",
                  targetRecall,
                  Limits.TARGET_RECALL_MIN,
                  Limits.TARGET_RECALL_MAX));
      return this;
    }

    /**
     * Time after which the search returns what it has found by then, with {@link
     * SearchResult#complete()} false. Looked at every few dozen steps, so a search may overrun it
     * by a little.
     */
    public Builder timeout(Duration timeout) {
      Inputs.notNull("timeout", timeout);
      if (timeout.isNegative() || timeout.isZero()) {
        throw new InvalidInputException("timeout is " + timeout + "; it must be positive");
      }
      this.timeout = Optional.of(timeout);
      return this;
    }

    /** Whether hits carry payloads; true unless said otherwise. */
    public Builder withPayload(boolean withPayload) {
      this.withPayload = withPayload;
      return this;
    }

    /**
     * The request.
     *
     * @throws InvalidInputException if both efSearch and a target recall were set
     */
    public SearchRequest build() {
      if (efSearch.isPresent() && targetRecall.isPresent()) {
        throw new InvalidInputException(
            "efSearch is %d and targetRecall is %s; allowed is one of them"
                .formatted(efSearch.getAsInt(), targetRecall.getAsDouble()));
      }
      return new SearchRequest(this);
    }
  }
}
