package dev.sagitta.hnsw;

import java.lang.foreign.Arena;

/**
 * Walks all links breadth first from the entry point down: what is reached on a layer is where the
 * next lower one begins. Follows every link, where a search follows the nearest: what is reached
 * here a search can reach, what is not it cannot.
 */
final class Reachability {
  private final NodeRecords records;
  private final OrdinalSet reached;

  /** The reached ordinals in the order in which they were. */
  private final IntTable queue;

  private final int[] links;
  private int queueEnd;

  private Reachability(HnswGraph graph, Arena arena) {
    records = graph.records();
    long capacity = records.capacity();
    reached = new OrdinalSet(arena, capacity);
    queue = new IntTable(arena, capacity);
    links = new int[graph.parameters().linksMax(0)];
  }

  /** All nodes that links lead to from the entry point, in a set that lives in the arena. */
  static OrdinalSet from(HnswGraph graph, Arena arena) {
    // Before the set is sized, so that it covers the entry point.
    long entryPoint = graph.entryPoint();
    Reachability walk = new Reachability(graph, arena);
    if (entryPoint != HnswGraph.NO_ENTRY_POINT) {
      walk.add(HnswGraph.entryOrdinal(entryPoint));
      for (int layer = HnswGraph.entryLevel(entryPoint); layer >= 0; layer--) {
        walk.walk(layer);
      }
    }
    return walk.reached;
  }

  private void walk(int layer) {
    for (int i = 0; i < queueEnd; i++) {
      int ordinal = queue.get(i);
      int count = records.copyLinks(ordinal, layer, links);
      for (int j = 0; j < count; j++) {
        add(links[j]);
      }
    }
  }

  private void add(int ordinal) {
    if (reached.add(ordinal)) {
      queue.set(queueEnd++, ordinal);
    }
  }
}
