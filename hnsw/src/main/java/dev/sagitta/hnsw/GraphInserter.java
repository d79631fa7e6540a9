package dev.sagitta.hnsw;

/**
 * Links ordinals into a graph; holds the scratch of one insertion.
 *
 * <p>For one thread at a time, any number of inserters at once, beside any number of searches. No
 * two threads may link the same ordinal at the same time.
 *
 * <p>An insertion (Malkov and Yashunin 2018, Algorithm 1) first searches and chooses on all layers
 * and writes nothing. Then it writes the node's own lists, bottom up, while nothing leads to the
 * node; then the links back to it, bottom up, so that a search that meets the node on some layer
 * can go on down; then it raises the entry point if the node is the highest, and last it says that
 * the ordinal is contained.
 *
 * <p>An insertion gives a node at least one link back on layer 0, if need be in the place of a link
 * that the node takes over ({@link BackLinker#takeOver}). With what {@link BackLinker} keeps, layer
 * 0 stays strongly connected under one linker: every contained node is reached from every other.
 */
public final class GraphInserter {
  private final HnswGraph graph;
  private final NodeRecords records;
  private final QueryScorer scorer;
  private final LayerWalk walk;
  private final NeighbourSelector selector;
  private final BackLinker backLinker;
  private final int m;
  private final int ef;
  private final int[][] neighbours = new int[NodeRecords.LEVEL_MAX + 1][];
  private final int[] neighbourCounts = new int[NodeRecords.LEVEL_MAX + 1];
  private final long[] keys;
  private final int[] links;

  /** Only in use during a link. */
  private int self;

  private final SlotFilter notSelf = ordinal -> ordinal != self;

  /** Makes an inserter, which takes two scorers from the graph's vector space. */
  public GraphInserter(HnswGraph graph) {
    this.graph = graph;
    records = graph.records();
    m = graph.parameters().m();
    ef = Math.max(m, graph.parameters().efConstruction());
    scorer = graph.space().newScorer();
    QueryScorer pairs = graph.space().newScorer();
    walk = new LayerWalk(graph, scorer);
    selector = new NeighbourSelector(pairs, ef);
    backLinker = new BackLinker(graph, pairs);
    for (int layer = 0; layer < neighbours.length; layer++) {
      neighbours[layer] = new int[m];
    }
    keys = new long[ef];
    links = new int[graph.parameters().linksMax(0)];
  }

  /**
   * Links an ordinal whose vector is stored. Does nothing if it is contained.
   *
   * <p>If the scorer throws, the ordinal is not contained, the graph is valid, and the same ordinal
   * may be inserted again. It may be half linked then: searches may meet it and return it if their
   * filter accepts it.
   *
   * <p>Costs about efConstruction times M scores, and memory up to the ordinal.
   *
   * @throws IllegalArgumentException if the ordinal is negative
   */
  public void insert(int ordinal) {
    if (ordinal < 0) {
      throw new IllegalArgumentException("ordinal " + ordinal + " is negative");
    }
    if (graph.contains(ordinal)) {
      return;
    }
    // First of all, so that a vector that cannot be read never becomes the entry point.
    scorer.queryStored(ordinal);
    records.begin(ordinal, graph.levelOf(ordinal));
    if (!graph.linkFirst(ordinal)) {
      link(ordinal);
    }
  }

  /**
   * Links a contained ordinal once more: searches from the entry point and adds the links back to
   * it, and its own where its lists have room. What could not be reached can be afterwards, and
   * what is linked already stays valid.
   *
   * <p>If the scorer throws, some links may have been added.
   *
   * @throws IllegalArgumentException if the ordinal is not contained
   */
  public void relink(int ordinal) {
    if (!graph.contains(ordinal)) {
      throw new IllegalArgumentException("ordinal " + ordinal + " is not contained");
    }
    scorer.queryStored(ordinal);
    link(ordinal);
  }

  /** Links an ordinal that is the scorer's query. */
  private void link(int ordinal) {
    int top = chooseNeighbours(ordinal);
    for (int layer = 0; layer <= top; layer++) {
      for (int i = 0; i < neighbourCounts[layer]; i++) {
        backLinker.addIfRoom(ordinal, layer, neighbours[layer][i]);
      }
    }
    for (int layer = 0; layer <= top; layer++) {
      linkBack(ordinal, layer);
    }
    graph.link(ordinal);
  }

  /** Searches all the node's layers; gives the highest on which there is somebody to link to. */
  private int chooseNeighbours(int ordinal) {
    self = ordinal;
    long entryPoint = graph.entryPoint();
    int top = Math.min(records.level(ordinal), HnswGraph.entryLevel(entryPoint));
    float selfScore = walk.score(ordinal);
    walk.descend(entryPoint, top, ef);
    for (int layer = top; layer >= 0; layer--) {
      walk.walk(layer, ef, notSelf, SearchLimit.NONE);
      int candidateCount = 0;
      Beam beam = walk.beam();
      for (int i = 0; i < beam.size(); i++) {
        if (beam.isAccepted(i)) {
          keys[candidateCount++] = beam.key(i);
        }
      }
      int count = selector.select(keys, candidateCount, ordinal, selfScore, m);
      for (int i = 0; i < count; i++) {
        neighbours[layer][i] = selector.selected(i);
      }
      neighbourCounts[layer] = count;
    }
    return top;
  }

  private void linkBack(int ordinal, int layer) {
    boolean added = false;
    for (int i = 0; i < neighbourCounts[layer]; i++) {
      added |= backLinker.add(neighbours[layer][i], layer, ordinal);
    }
    if (!added && layer == 0) {
      forceLinkBack(ordinal);
    }
  }

  /**
   * Gets the node a link from one of its neighbours, all of which refused: in the place of a link
   * that the node has too, else of one that it adds to its own. A new node holds M links and has
   * room for M more, so the first neighbour will do, unless other linkers are quicker.
   */
  private void forceLinkBack(int ordinal) {
    for (int i = 0; i < neighbourCounts[0]; i++) {
      if (backLinker.takeOver(neighbours[0][i], ordinal)) {
        return;
      }
    }
    for (int i = 0; i < neighbourCounts[0]; i++) {
      int neighbour = neighbours[0][i];
      int count = records.copyLinks(neighbour, 0, links);
      int victim = links[(int) Long.remainderUnsigned(Hashes.mix(ordinal), count)];
      if (victim != ordinal
          && backLinker.addIfRoom(ordinal, 0, victim)
          && backLinker.takeOver(neighbour, ordinal)) {
        return;
      }
    }
  }
}
