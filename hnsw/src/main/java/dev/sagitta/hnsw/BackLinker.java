package dev.sagitta.hnsw;

import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Adds links to other nodes' lists, shrinking a full one. Scratch of one thread.
 *
 * <p>Holds one node's lock at a time, also while it scores. A scorer that throws leaves the list as
 * it was, since nothing is written before all is scored.
 *
 * <p><b>What a shrink may drop.</b> A link base &rarr; v goes only if
 *
 * <ol>
 *   <li>some neighbour s that stays has a link s &rarr; v, so that what reached v through the base
 *       still does; and
 *   <li>on layer 0, the in-degree of v could be lowered from two or more ({@link
 *       NodeRecords#dropInLink}).
 * </ol>
 *
 * <p>Otherwise another link is the victim, at last the new one, which then is not added. With one
 * linker at work rule 1 alone keeps every node of a layer reachable from every other that could
 * reach it. With several, two shrinks may at the same moment each count on the link that the other
 * drops; rule 2, which is atomic, still leaves each node a link that leads to it, but a small group
 * of nodes whose in-links all come from one another may become unreachable: {@link
 * GraphValidator#unreachable} finds and {@link GraphInserter#relink} mends that.
 */
final class BackLinker {
  private final HnswParameters parameters;
  private final NodeRecords records;
  private final QueryScorer pairs;
  private final NeighbourSelector selector;
  private final int[] links;
  private final int[] otherLinks;
  private final int[] batch;
  private final float[] scores;
  private final long[] keys;
  private final boolean[] covered;

  BackLinker(HnswGraph graph, QueryScorer pairs) {
    this.parameters = graph.parameters();
    this.records = graph.records();
    this.pairs = pairs;
    int linksMax = parameters.linksMax(0);
    selector = new NeighbourSelector(pairs, linksMax + 1);
    links = new int[linksMax];
    otherLinks = new int[linksMax];
    batch = new int[linksMax + 2];
    scores = new float[linksMax + 2];
    keys = new long[linksMax + 1];
    covered = new boolean[linksMax];
  }

  /** Adds a link where there is room; true if it is in the list then. */
  boolean addIfRoom(int base, int layer, int link) {
    ReentrantLock lock = records.lock(base);
    lock.lock();
    try {
      int count = records.copyLinks(base, layer, links);
      return contains(links, count, link) || append(base, layer, count, link);
    } finally {
      lock.unlock();
    }
  }

  /** Adds a link, shrinking a full list; true if it is in the list then. */
  boolean add(int base, int layer, int link) {
    ReentrantLock lock = records.lock(base);
    lock.lock();
    try {
      int count = records.copyLinks(base, layer, links);
      return contains(links, count, link)
          || append(base, layer, count, link)
          || shrink(base, layer, count, link);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Puts a node in the place of one of the base's layer-0 neighbours that it links to itself, so
   * that the base still leads there; true if it is in the list then. Scores nothing.
   */
  boolean takeOver(int base, int link) {
    ReentrantLock lock = records.lock(base);
    lock.lock();
    try {
      int count = records.copyLinks(base, 0, links);
      if (contains(links, count, link) || append(base, 0, count, link)) {
        return true;
      }
      int otherCount = records.copyLinks(link, 0, otherLinks);
      for (int i = 0; i < count; i++) {
        if (contains(otherLinks, otherCount, links[i]) && records.dropInLink(links[i])) {
          records.replace(base, 0, i, link);
          return true;
        }
      }
      return false;
    } finally {
      lock.unlock();
    }
  }

  private boolean append(int base, int layer, int count, int link) {
    if (count == parameters.linksMax(layer)) {
      return false;
    }
    records.append(base, layer, link);
    return true;
  }

  /** Chooses anew among the links of a full list, read before, and one more. */
  private boolean shrink(int base, int layer, int count, int link) {
    // A quarter of the list becomes free, so that most links are added without a choice.
    int limit = count - count / 4;
    float selfScore = score(base, count, link);
    selector.select(keys, count + 1, base, selfScore, limit);
    if (!selector.isSelected(link)) {
      return false;
    }
    findCovered(layer, count);
    boolean added = false;
    // Backwards, so that what a removal moves into its place has been looked at.
    for (int i = count - 1; i >= 0; i--) {
      if (!covered[i] || (layer == 0 && !records.dropInLink(links[i]))) {
        continue;
      }
      if (added) {
        records.remove(base, layer, i);
      } else {
        records.replace(base, layer, i, link);
        added = true;
      }
    }
    return added;
  }

  /** Scores the list and the new link against the base into sorted keys; gives its own score. */
  private float score(int base, int count, int link) {
    System.arraycopy(links, 0, batch, 0, count);
    batch[count] = link;
    batch[count + 1] = base;
    pairs.queryStored(base);
    pairs.score(batch, count + 2, scores);
    for (int i = 0; i <= count; i++) {
      keys[i] = Keys.key(scores[i], batch[i]);
    }
    Arrays.sort(keys, 0, count + 1);
    return scores[count + 1];
  }

  /** Marks the links that were not selected and that a selected neighbour leads to. */
  private void findCovered(int layer, int count) {
    int open = 0;
    for (int i = 0; i < count; i++) {
      covered[i] = false;
      open += selector.isSelected(links[i]) ? 0 : 1;
    }
    for (int s = 0; s < selector.count() && open > 0; s++) {
      int otherCount = records.copyLinks(selector.selected(s), layer, otherLinks);
      for (int i = 0; i < count; i++) {
        if (!covered[i]
            && !selector.isSelected(links[i])
            && contains(otherLinks, otherCount, links[i])) {
          covered[i] = true;
          open--;
        }
      }
    }
  }

  private static boolean contains(int[] values, int count, int value) {
    for (int i = 0; i < count; i++) {
      if (values[i] == value) {
        return true;
      }
    }
    return false;
  }
}
