package dev.sagitta.hnsw;

/** Damages graphs behind their back, as lost updates would. */
final class TestGraphDamage {
  private TestGraphDamage() {}

  /** Takes away every link to a node, on all layers, so that nothing leads there. */
  static void cutOff(HnswGraph graph, int victim, int slotCount) {
    if (HnswGraph.entryOrdinal(graph.entryPoint()) == victim) {
      throw new IllegalArgumentException("the entry point is always reached");
    }
    NodeRecords records = graph.records();
    int[] links = new int[graph.parameters().linksMax(0)];
    for (int ordinal = 0; ordinal < slotCount; ordinal++) {
      for (int layer = 0; layer <= records.level(ordinal); layer++) {
        int count = records.copyLinks(ordinal, layer, links);
        for (int i = count - 1; i >= 0; i--) {
          if (links[i] == victim) {
            if (layer == 0) {
              records.nodes.set(victim, NodeRecords.IN_DEGREE, records.inDegree(victim) - 1);
            }
            records.remove(ordinal, layer, i);
          }
        }
      }
    }
  }
}
