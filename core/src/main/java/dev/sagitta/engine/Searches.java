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
 * <p>Runs on the caller's thread and takes no lock. The caller holds the epoch. A {@link View} lets
 * many searches, on any threads, see what one of them sees.
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
  private final ScratchPool<SharedScan> sharedScans;

  Searches(
      CollectionState state,
      LinkedGraph graph,
      StoredVectors vectors,
      WalkVectors walk,
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
            () -> new SearchScratch(state, graph, vectors, walk, nanoClock, slotReader::idBefore));
    this.sharedScans =
        new ScratchPool<>(
            Runtime.getRuntime().availableProcessors(),
            () -> new SharedScan(state, vectors, nanoClock, slotReader::idBefore));
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
    int efSearch =
        exact
            ? EfSearches.SCAN
            : efSearches.of(request, state.published(), scratch.breadth(request.k()));
    boolean scan = efSearch == EfSearches.SCAN || scans();
    Published now = scan ? scratch.beginScan() : scratch.begin();
    if (request.timeout().isPresent()) {
      scratch.deadline(deadlineNanos);
    }
    TopHits hits =
        scan
            ? scratch.searchExact(query, request.k())
            : search(scratch, query, request.k(), efSearch, now);
    SearchResult result = result(hits, request.withPayload(), scratch.limited());
    // Not after an error, which may have come while one of its parts was growing.
    scratches.giveBack(scratch);
    return result;
  }

  /** A backlog such as rebuilding leaves is not copied: scanning all slots needs no list. */
  private boolean scans() {
    return state.pending().queued() > PENDING_COPIED_MAX;
  }

  /**
   * What all searches of a batch see. It stays true outside the epoch: slots keep their place, and
   * what was pending is found in the list ever after.
   *
   * @param first holds the sequence and what was pending; not changed before {@link #end}
   * @param now what is published
   * @param scan whether all slots are to be scanned
   */
  record View(SearchScratch first, Published now, boolean scan) {}

  /** Takes what a batch is to see; to be given back to {@link #end}. */
  View begin(boolean exact) {
    SearchScratch first = scratches.borrow();
    boolean scan = exact || scans();
    return new View(first, scan ? first.beginScan() : first.begin(), scan);
  }

  /** Says that no search of a batch goes on. */
  void end(View view) {
    scratches.giveBack(view.first());
  }

  /** Answers a request by the graph, as of a view without scan, which may be older than this. */
  SearchResult search(View view, SearchRequest request) {
    SearchScratch scratch = scratches.borrow();
    scratch.beginAs(view.first());
    if (request.timeout().isPresent()) {
      scratch.deadline(deadline(request));
    }
    int efSearch = efSearches.of(request, view.now(), scratch.breadth(request.k()));
    TopHits hits =
        efSearch == EfSearches.SCAN
            ? scratch.searchExact(request.query(), request.k())
            : search(scratch, request.query(), request.k(), efSearch, view.now());
    SearchResult result = result(hits, request.withPayload(), scratch.limited());
    scratches.giveBack(scratch);
    return result;
  }

  /**
   * Answers some requests as of a view, which may be older than this, by one scan of all slots.
   *
   * @param requests at most {@link SharedScan#QUERIES_MAX}
   */
  List<SearchResult> scan(View view, List<SearchRequest> requests) {
    SharedScan scan = sharedScans.borrow();
    scan.begin();
    for (SearchRequest request : requests) {
      scan.add(request.query(), request.k());
      if (request.timeout().isPresent()) {
        scan.deadline(deadline(request));
      }
    }
    scan.run(view.now());
    List<SearchResult> results = new ArrayList<>(requests.size());
    for (int i = 0; i < requests.size(); i++) {
      results.add(result(scan.hits(i), requests.get(i).withPayload(), scan.limited(i)));
    }
    sharedScans.giveBack(scan);
    return results;
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
        return scratch.searchExact(query, k);
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
