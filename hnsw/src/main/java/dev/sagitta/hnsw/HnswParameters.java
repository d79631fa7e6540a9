package dev.sagitta.hnsw;

/**
 * The two numbers that shape a graph, and the place where the field's terms are defined.
 *
 * <ul>
 *   <li><b>M</b>: how many links an insertion gives a node on each of its layers. A node holds at
 *       most M links on an upper layer and at most 2M on layer 0. More links mean higher recall,
 *       more memory and slower insertion.
 *   <li><b>efConstruction</b>: how many nearest candidates the search of an insertion keeps.
 *   <li><b>efSearch</b>: how many nearest accepted candidates a search keeps; at least the number
 *       of wanted results. The larger, the higher the recall and the slower the search.
 *   <li><b>recall@k</b>: the share of the k truly nearest records among the k returned, counted by
 *       distance: a returned record is right if it is no farther than the true k-th.
 * </ul>
 *
 * @param m M, in [{@value #M_MIN}, {@value #M_MAX}]
 * @param efConstruction in [1, {@value #EF_CONSTRUCTION_MAX}]; M is used where it is smaller than M
 */
public record HnswParameters(int m, int efConstruction) {
  public static final int M_MIN = 2;
  public static final int M_MAX = 128;
  public static final int EF_CONSTRUCTION_MAX = 4096;
  public static final int EF_SEARCH_MAX = 1 << 16;

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is out of its range
   */
  public HnswParameters {
    if (m < M_MIN || m > M_MAX) {
      throw new IllegalArgumentException("m " + m + " is not in [" + M_MIN + ", " + M_MAX + "]");
    }
    if (efConstruction < 1 || efConstruction > EF_CONSTRUCTION_MAX) {
      throw new IllegalArgumentException(
          "efConstruction " + efConstruction + " is not in [1, " + EF_CONSTRUCTION_MAX + "]");
    }
  }

  /** The most links a node may hold on a layer: 2M on layer 0, M above. */
  int linksMax(int layer) {
    return layer == 0 ? 2 * m : m;
  }
}
