package dev.sagitta.engine;

import dev.sagitta.Hit;
import dev.sagitta.Payload;
import dev.sagitta.SearchRequest;
import dev.sagitta.SearchResult;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.engine.CollectionState.Published;
import dev.sagitta.hnsw.HnswParameters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Searches: graph plus pending slots, widened and at last exact where that finds fewer records than
 * there are, so that an answer is never silently short.
 *
 * <p>Runs on the caller's thread and takes no lock. The caller holds the epoch.
 */
final class Searches {
  private static final Comparator<Hit> BY_DISTANCE_AND_ID =
      Comparator.comparingDouble(Hit::distance).thenComparing(Hit::id);

  private static final int PENDING_COPIED_MAX = 1 << 16;

  private static final int WIDENING = 4;

  private final CollectionState state;
  private final Metric metric;
  private final SlotReader slotReader;
  private final LongSupplier nanoClock;
  private final EfSearches efSearches;
  private final ScratchPool<SearchScratch> scratches;

  Searches(
      CollectionState state,
      LinkedGraph graph,
      StoredVectors vectors,
      SlotReader slotReader,
      LongSupplier nanoClock) {
    this.state = state;
    this.metric = state.vectors().layout().metric();
    this.slotReader = slotReader;
    this.nanoClock = nanoClock;
    this.efSearches = new EfSearches(graph.calibrations());
    this.scratches =
        new ScratchPool<>(
            2 * Runtime.getRuntime().availableProcessors(),
            () -> new SearchScratch(state, graph, vectors, nanoClock, slotReader::idBefore));
  }

  /** The time of the clock at which a request that comes now is to end. */
  long deadline(SearchRequest request) {
    return nanoClock.getAsLong() + Waiting.saturatedNanos(request.timeout().orElseThrow());
  }

  /** How long it is until a deadline. */
  long nanosUntil(long deadlineNanos) {
    return deadlineNanos - nanoClock.getAsLong();
  }

  /**
   * Answers a request.
   *
   * @param query the request's vector, checked
   * @param deadlineNanos when to end, if the request has a timeout
   */
  SearchResult search(SearchRequest request, VectorValue query, long deadlineNanos, boolean exact) {
    SearchScratch scratch = scratches.borrow();
    // A backlog such as rebuilding leaves is not copied: scanning all slots needs no list.
    int efSearch = exact ? EfSearches.SCAN : efSearches.of(request, state.published());
    boolean scan = efSearch == EfSearches.SCAN || state.pending().queued() > PENDING_COPIED_MAX;
    Published now = scan ? scratch.beginScan() : scratch.begin();
    if (request.timeout().isPresent()) {
      scratch.deadline(deadlineNanos);
    }
    TopHits hits =
        scan
            ? scratch.searchExact(query, request.k(), now.slotCount())
            : search(scratch, query, request.k(), efSearch, now);
    SearchResult result = result(hits, request.withPayload(), scratch.limited());
    // Not after an error, which may have come while one of its parts was growing.
    scratches.giveBack(scratch);
    return result;
  }

  private static TopHits search(
      SearchScratch scratch, VectorValue query, int k, int efSearchFirst, Published now) {
    long wanted = Math.min(k, now.live());
    int efSearch = efSearchFirst;
    while (true) {
      TopHits hits = scratch.searchGraph(query, k, efSearch);
      if (hits.size() >= wanted || scratch.limited()) {
        return hits;
      }
      efSearch *= WIDENING;
      if (efSearch
          > Math.min(now.slotCount() / EfSearches.SCAN_SHARE, HnswParameters.EF_SEARCH_MAX)) {
        return scratch.searchExact(query, k, now.slotCount());
      }
    }
  }

  private SearchResult result(TopHits hits, boolean withPayload, boolean limited) {
    List<Hit> list = new ArrayList<>(hits.size());
    for (int i = 0; i < hits.size(); i++) {
      int slot = hits.slot(i);
      Payload payload = withPayload ? slotReader.payload(slot) : Payload.empty();
      list.add(new Hit(slotReader.id(slot), metric.distance(hits.score(i)), payload));
    }
    // Different scores may become the same distance.
    list.sort(BY_DISTANCE_AND_ID);
    return new SearchResult(
        list, limited ? Optional.of(SearchResult.Limit.TIMEOUT) : Optional.empty());
  }
}
