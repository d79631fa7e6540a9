package dev.sagitta;

/**
 * How a database is run while it is open; nothing of it is stored.
 *
 * @param durability what an acknowledgement is worth; {@link Durability#sync()} by default
 * @param linkerThreads threads that link new records into the graphs, shared by all collections, 1
 *     to {@link Limits#LINKER_THREADS_MAX}; half of the processors, at least one, by default
 * @param scrubBytesPerSecond how fast all listed files of all open collections are read again and
 *     again in the background to find damage, {@link Limits#SCRUB_BYTES_PER_SECOND_MIN} to {@link
 *     Limits#SCRUB_BYTES_PER_SECOND_MAX}; 0, the default, for never
 */
public record DatabaseOptions(Durability durability, int linkerThreads, long scrubBytesPerSecond) {

  /** Checks the ranges. */
  public DatabaseOptions {
    Inputs.notNull("durability", durability);
    Inputs.inRange("linkerThreads", linkerThreads, 1, Limits.LINKER_THREADS_MAX);
    if (scrubBytesPerSecond != 0) {
      Inputs.inRange(
          "scrubBytesPerSecond",
          scrubBytesPerSecond,
          Limits.SCRUB_BYTES_PER_SECOND_MIN,
          Limits.SCRUB_BYTES_PER_SECOND_MAX);
    }
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

    private long scrubBytesPerSecond;

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

    /**
     * How fast files are read in the background to find damage: 0 for never, or {@link
     * Limits#SCRUB_BYTES_PER_SECOND_MIN} to {@link Limits#SCRUB_BYTES_PER_SECOND_MAX}. What was
     * found is in {@link CollectionStats#scrub}.
     */
    public Builder scrubBytesPerSecond(long scrubBytesPerSecond) {
      this.scrubBytesPerSecond = scrubBytesPerSecond;
      return this;
    }

    /** The options. */
    public DatabaseOptions build() {
      return new DatabaseOptions(durability, linkerThreads, scrubBytesPerSecond);
    }
  }
}
