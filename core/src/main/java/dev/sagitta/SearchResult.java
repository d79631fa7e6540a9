package dev.sagitta;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * What a search found: the hits, nearest first, ties by id.
 *
 * @param hits the hits; min(k, live records) of them when {@link #complete()}
 * @param limitReached the limit, set by the caller, that ended the search early; empty when none
 *     did
 */
public record SearchResult(List<Hit> hits, Optional<Limit> limitReached) implements Iterable<Hit> {

  /** A limit that a request can set. */
  public enum Limit {
    /** {@link SearchRequest#timeout()}. */
    TIMEOUT
  }

  /** Copies the list. */
  public SearchResult {
    hits = List.copyOf(hits);
  }

  /** Whether no limit cut the search short: all min(k, live records) hits are there. */
  public boolean complete() {
    return limitReached.isEmpty();
  }

  /** Number of hits. */
  public int size() {
    return hits.size();
  }

  @Override
  public Iterator<Hit> iterator() {
    return hits.iterator();
  }
}
