package dev.sagitta;

import java.util.HashMap;
import java.util.Map;

/**
 * What a salvage is told about a database that the database cannot tell any more.
 *
 * @param configs configurations by collection, used only where no manifest of the collection can be
 *     read; the caller vouches that each is the one that the collection was created with
 */
public record SalvageOptions(Map<String, CollectionConfig> configs) {

  /** Copies the map. */
  public SalvageOptions {
    Inputs.notNull("configs", configs);
    for (Map.Entry<String, CollectionConfig> entry : configs.entrySet()) {
      Inputs.notNull("collection", entry.getKey());
      Inputs.notNull("config", entry.getValue());
    }
    configs = Map.copyOf(configs);
  }

  /** Nothing told. */
  public static SalvageOptions defaults() {
    return builder().build();
  }

  /** Starts with nothing told. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private final Map<String, CollectionConfig> configs = new HashMap<>();

    private Builder() {}

    /** The configuration of a collection, for the case that none of its manifests can be read. */
    public Builder config(String collection, CollectionConfig config) {
      configs.put(Inputs.notNull("collection", collection), Inputs.notNull("config", config));
      return this;
    }

    /** The options. */
    public SalvageOptions build() {
      return new SalvageOptions(configs);
    }
  }
}
