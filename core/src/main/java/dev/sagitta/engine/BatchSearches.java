package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.SearchInterruptedException;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Batches of searches: all requests are answered as of one sequence, by the caller's thread and the
 * search threads together. Thread-safe.
 *
 * <p>A part of a batch is one search of the graph, or one scan for a few requests. Each part enters
 * the epoch by itself, so that a batch delays the freeing of memory no longer than a search does.
 */
final class BatchSearches {
  private final CollectionConfig config;
  private final Searches searches;
  private final LinkedGraph graph;
  private final Epoch epoch;
  private final SearchHelpers helpers;

  BatchSearches(
      CollectionConfig config,
      Searches searches,
      LinkedGraph graph,
      Epoch epoch,
      SearchHelpers helpers) {
    this.config = config;
    this.searches = searches;
    this.graph = graph;
    this.epoch = epoch;
    this.helpers = helpers;
  }

  /** Answers requests, in their order. */
  List<SearchResult> searchAll(List<SearchRequest> asked, boolean exact) {
    List<SearchRequest> requests = check(asked);
    boolean scan = exact || requests.isEmpty() || !graphReady(requests);
    // Only now, because slots that the graph turns out not to reach are listed while it is read.
    Searches.View view = begin(scan);
    try {
      return requests.isEmpty() ? List.of() : answer(requests, view);
    } finally {
      searches.end(view);
    }
  }

  /** Copies and checks what was asked. */
  private List<SearchRequest> check(List<SearchRequest> asked) {
    List<@Nullable SearchRequest> copy = new ArrayList<>(asked);
    if (copy.size() > Limits.SEARCHES_MAX) {
      throw new InvalidInputException(
          "there are %d requests; allowed are 0 to %d".formatted(copy.size(), Limits.SEARCHES_MAX));
    }
    List<SearchRequest> requests = new ArrayList<>(copy.size());
    for (int i = 0; i < copy.size(); i++) {
      SearchRequest request = copy.get(i);
      if (request == null) {
        throw new InvalidInputException("request %d is null".formatted(i));
      }
      VectorChecks.checkQuery("query of request " + i, request.query(), config);
      requests.add(request);
    }
    return requests;
  }

  /** Waits for the graph after opening, as long as the most patient request does. */
  private boolean graphReady(List<SearchRequest> requests) {
    if (!graph.done()) {
      graph.await(
          requests.stream()
              .map(SearchRequest::timeout)
              .mapToLong(BatchSearches::patienceNanos)
              .max()
              .orElse(0));
    }
    return graph.loaded();
  }

  private static long patienceNanos(Optional<Duration> timeout) {
    return timeout.isEmpty() ? Long.MAX_VALUE : Waiting.saturatedNanos(timeout.get());
  }

  private Searches.View begin(boolean scan) {
    int ticket = epoch.enter();
    try {
      return searches.begin(scan);
    } finally {
      epoch.exit(ticket);
    }
  }

  private List<SearchResult> answer(List<SearchRequest> requests, Searches.View view) {
    int count = requests.size();
    // Few requests are spread over all threads, before more of them share a scan.
    int together =
        view.scan()
            ? Math.clamp(Math.ceilDiv(count, helpers.count() + 1), 1, SharedScan.QUERIES_MAX)
            : 1;
    SearchResult[] results = new SearchResult[count];
    AtomicInteger answered = new AtomicInteger();
    helpers.run(
        new PartedWork(
            Math.ceilDiv(count, together),
            part -> {
              int from = part * together;
              int to = Math.min(from + together, count);
              answer(view, requests.subList(from, to), results, from);
              answered.addAndGet(to - from);
            }));
    if (answered.get() < count) {
      throw new SearchInterruptedException(answered.get(), count);
    }
    return List.of(results);
  }

  /** Answers the requests of a part. */
  private void answer(
      Searches.View view, List<SearchRequest> part, SearchResult[] results, int from) {
    int ticket = epoch.enter();
    try {
      if (view.scan()) {
        List<SearchResult> found = searches.scan(view, part);
        for (int i = 0; i < found.size(); i++) {
          results[from + i] = found.get(i);
        }
      } else {
        results[from] = searches.search(view, part.getFirst());
      }
    } finally {
      epoch.exit(ticket);
    }
  }
}
