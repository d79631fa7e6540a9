package dev.sagitta.hnsw;

/** Which ordinals a search may return. Rejected ones are walked through but not returned. */
@FunctionalInterface
public interface SlotFilter {
  /** True if the ordinal may be returned. Called at most once per ordinal and search. */
  boolean accept(int ordinal);
}
