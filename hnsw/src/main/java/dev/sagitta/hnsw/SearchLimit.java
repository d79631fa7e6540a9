package dev.sagitta.hnsw;

/** Ends a search early: a deadline or a budget. */
@FunctionalInterface
public interface SearchLimit {
  /** Never ends a search. */
  SearchLimit NONE = () -> false;

  /**
   * True if the search is to end now with what it has. Asked after every {@value
   * GraphSearcher#EXPANSIONS_PER_POLL} expanded nodes; once it says true it is not asked again in
   * that search.
   */
  boolean reached();
}
