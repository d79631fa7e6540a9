package dev.sagitta.hnsw;

/**
 * The beam search on one layer and on from layer to layer (Malkov and Yashunin 2018, Algorithm 2):
 * scratch of one thread, shared in kind by searches and insertions.
 *
 * <p>Differs from the paper in that candidates and results are one sorted array ({@link Beam}), and
 * that two nodes are expanded at once, whose unvisited neighbours are scored in one call. The
 * second one would have been the next unless the first has nearer neighbours, and then mostly soon
 * after; so that costs few scores more, which find a little more, and cache misses overlap.
 */
final class LayerWalk {
  /**
   * The most that the ef of the upper layers is, where the paper has 1. On ten thousand records in
   * 20 tight clusters 8 raise recall@10 for queries between the clusters from 0.90 to 0.98 at ef
   * 100, for one twentieth more scores. A narrow search, which wants to be fast, has less: the
   * {@value #EF_PER_DESCENT_EF}th part of its own.
   */
  private static final int DESCENT_EF_MAX = 8;

  private static final int EF_PER_DESCENT_EF = 16;

  private static final int EXPANDED_AT_ONCE = 2;
  private static final int NONE = -1;
  private static final SlotFilter ALL = ordinal -> true;

  private final NodeRecords records;
  private final QueryScorer scorer;
  private final Beam beam = new Beam();
  private final VisitedSet visited = new VisitedSet();
  private final int[] links;
  private final int[] batch;
  private final float[] scores;

  /** What was read of records ahead. */
  @SuppressWarnings("UnusedVariable") // written, so that C2 does not leave out the reads
  private int touched;

  /** A node that walks pass by, or {@link #NONE}. */
  private int absent = NONE;

  LayerWalk(HnswGraph graph, QueryScorer scorer) {
    this.records = graph.records();
    this.scorer = scorer;
    int linksMax = graph.parameters().linksMax(0);
    links = new int[linksMax];
    batch = new int[EXPANDED_AT_ONCE * linksMax];
    scores = new float[EXPANDED_AT_ONCE * linksMax];
  }

  Beam beam() {
    return beam;
  }

  /** Has walks go as if a node were not there, or as if all are, for a negative ordinal. */
  void without(int ordinal) {
    absent = ordinal;
  }

  /**
   * Goes with a narrow beam from the entry point down to the layer above {@code layer}, which is
   * walked next.
   *
   * @param ef of that walk
   */
  void descend(long entryPoint, int layer, int ef) {
    int descentEf = Math.clamp(ef / EF_PER_DESCENT_EF, 1, DESCENT_EF_MAX);
    int entry = HnswGraph.entryOrdinal(entryPoint);
    beam.reset(descentEf);
    // Walks must begin somewhere: at an absent one as if it were far away.
    beam.add(Keys.key(entry == absent ? Float.MAX_VALUE : score(entry), entry), true);
    for (int above = HnswGraph.entryLevel(entryPoint); above > layer; above--) {
      walk(above, descentEf, ALL, SearchLimit.NONE);
    }
  }

  /**
   * Walks a layer, starting from what the beam holds, until it holds no unexpanded entry.
   *
   * @return true if the limit ended the walk
   */
  boolean walk(int layer, int ef, SlotFilter accept, SearchLimit limit) {
    visited.clear();
    beam.reopen(ef, accept);
    for (int i = 0; i < beam.size(); i++) {
      visited.add(beam.ordinal(i));
    }
    if (absent >= 0) {
      visited.add(absent);
    }
    int expansions = 0;
    for (int node = beam.expandNext(); node >= 0; node = beam.expandNext()) {
      int second = beam.expandNext();
      if (layer == 0) {
        // Those that are most likely to be expanded next are on their way while these are scored.
        touched += touch(second) + touch(beam.behind(1)) + touch(beam.behind(2));
      }
      int count = collect(node, layer, 0);
      if (second >= 0) {
        count = collect(second, layer, count);
      }
      score(count, accept);
      expansions += EXPANDED_AT_ONCE;
      if (expansions % GraphSearcher.EXPANSIONS_PER_POLL == 0 && limit.reached()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Puts a node's neighbours that were not met yet behind others; gives how many there are then.
   */
  private int collect(int node, int layer, int others) {
    int linkCount = records.copyLinks(node, layer, links);
    return visited.addAll(links, linkCount, batch, others);
  }

  private int touch(int node) {
    return node < 0 ? 0 : records.touch(node);
  }

  /** Scores what was collected, and keeps what is near enough. */
  private void score(int count, SlotFilter accept) {
    if (count == 0) {
      return;
    }
    scorer.score(batch, count, scores);
    for (int i = 0; i < count; i++) {
      long key = Keys.key(scores[i], batch[i]);
      if (beam.wants(key)) {
        beam.add(key, accept.accept(batch[i]));
      }
    }
  }

  /** The score of one node against the query. */
  float score(int ordinal) {
    batch[0] = ordinal;
    scorer.score(batch, 1, scores);
    return scores[0];
  }
}
