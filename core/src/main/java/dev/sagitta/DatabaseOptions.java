package dev.sagitta;

/**
 * How a database is run while it is open; nothing of it is stored.
 *
 * @param durability what an acknowledgement is worth; {@link Durability#sync()} by default
 * @param linkerThreads threads that link new records into the graphs, shared by all collections, 1
 *     to {@link Limits#LINKER_THREADS_MAX}; half of the processors, at least one, by default
 */
public record DatabaseOptions(Durability durability, int linkerThreads) {

  /** Checks the ranges. */
  public DatabaseOptions {
    Inputs.notNull("durability", durability);
    Inputs.inRange("linkerThreads", linkerThreads, 1, Limits.LINKER_THREADS_MAX);
  }

  /** All defaults. */
  public static DatabaseOptions defaults() {
    return builder().build();
  }

  /** Starts with the defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /** Collects options. Not thread-safe. */
  public static final class Builder {
    private Durability durability = Durability.sync();
    private int linkerThreads =
        Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, Limits.LINKER_THREADS_MAX);

    private Builder() {}

    /** What an acknowledgement is worth. */
    public Builder durability(Durability durability) {
      this.durability = durability;
      return this;
    }

    /** Threads that link new records into the graphs, 1 to {@link Limits#LINKER_THREADS_MAX}. */
    public Builder linkerThreads(int linkerThreads) {
      this.linkerThreads = linkerThreads;
      return this;
    }

    /** The options. */
    public DatabaseOptions build() {
      return new DatabaseOptions(durability, linkerThreads);
    }
  }
}
