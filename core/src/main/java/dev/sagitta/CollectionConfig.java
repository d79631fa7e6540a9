package dev.sagitta;

import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;

/**
 * What a collection is, fixed when it is created. Opening an existing collection with a different
 * configuration is a {@link ConfigurationMismatchException}.
 *
 * @param dimension elements of every vector, 1 to {@link Limits#DIMENSION_MAX}; of binary vectors a
 *     multiple of 8
 * @param elements what the elements of vectors are
 * @param metric how distance is measured; one that {@linkplain Metric#supports compares} such
 *     elements
 * @param ids the kind of id
 * @param m M, the links of a node per layer of the graph (2M at layer 0), {@value Limits#M_MIN} to
 *     {@value Limits#M_MAX}
 * @param efConstruction breadth of the search that finds a new node's neighbours, 1 to {@value
 *     Limits#EF_CONSTRUCTION_MAX}
 */
public record CollectionConfig(
    int dimension, ElementType elements, Metric metric, IdType ids, int m, int efConstruction) {

  /** Default M. */
  public static final int M_DEFAULT = 16;

  /** Default efConstruction. */
  public static final int EF_CONSTRUCTION_DEFAULT = 200;

  /** Checks the ranges. */
  public CollectionConfig {
    Inputs.inRange("dimension", dimension, 1, Limits.DIMENSION_MAX);
    Inputs.notNull("elements", elements);
    Inputs.notNull("metric", metric);
    if (!metric.supports(elements)) {
      throw new InvalidInputException(
          "metric is %s, which does not compare %s elements".formatted(metric, elements));
    }
    if (!elements.allows(dimension)) {
      throw new InvalidInputException(
          "dimension is %d; of %s vectors it must be a multiple of 8"
              .formatted(dimension, elements));
    }
    Inputs.notNull("ids", ids);
    Inputs.inRange("m", m, Limits.M_MIN, Limits.M_MAX);
    Inputs.inRange("efConstruction", efConstruction, 1, Limits.EF_CONSTRUCTION_MAX);
  }

  /**
   * Starts a configuration with LONG ids, default graph parameters, and FLOAT32 elements, or BINARY
   * ones if the metric compares bits.
   *
   * @param dimension elements of every vector, 1 to {@link Limits#DIMENSION_MAX}
   * @param metric how distance is measured
   */
  public static Builder builder(int dimension, Metric metric) {
    return new Builder(dimension, metric);
  }

  /** Collects a configuration. Not thread-safe. */
  public static final class Builder {
    private final int dimension;
    private final Metric metric;
    private ElementType elements;
    private IdType ids = IdType.LONG;
    private int m = M_DEFAULT;
    private int efConstruction = EF_CONSTRUCTION_DEFAULT;

    private Builder(int dimension, Metric metric) {
      this.dimension = dimension;
      this.metric = Inputs.notNull("metric", metric);
      this.elements =
          metric.supports(ElementType.BINARY) ? ElementType.BINARY : ElementType.FLOAT32;
    }

    /**
     * What the elements of vectors are; unless said otherwise FLOAT32, or BINARY where the metric
     * compares bits.
     */
    public Builder elements(ElementType elements) {
      this.elements = elements;
      return this;
    }

    /** The kind of id; LONG unless said otherwise. */
    public Builder ids(IdType ids) {
      this.ids = ids;
      return this;
    }

    /** M; {@value CollectionConfig#M_DEFAULT} unless said otherwise. */
    public Builder m(int m) {
      this.m = m;
      return this;
    }

    /** efConstruction; {@value CollectionConfig#EF_CONSTRUCTION_DEFAULT} unless said otherwise. */
    public Builder efConstruction(int efConstruction) {
      this.efConstruction = efConstruction;
      return this;
    }

    /** The configuration. */
    public CollectionConfig build() {
      return new CollectionConfig(dimension, elements, metric, ids, m, efConstruction);
    }
  }
}
