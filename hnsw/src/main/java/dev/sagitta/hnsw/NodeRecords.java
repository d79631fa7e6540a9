package dev.sagitta.hnsw;

import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The nodes of a graph and their links, off-heap: the one class that knows the layout.
 *
 * <pre>
 * node record, one per ordinal, 16 + 8M bytes       upper block, one per node and layer &gt; 0
 *   0  int state      0, or level + 1, + LINKED       0  int count    at most M
 *   4  int upper      first upper block; layer l      4  int links[M]
 *                     is in block upper + l - 1
 *   8  int inDegree   links to it on layer 0
 *  12  int count      at most 2M
 *  16  int links[2M]
 * </pre>
 *
 * <p>A node is <em>begun</em> (it has a level and empty lists, and may be linked to) and later
 * <em>linked</em> (all its links are published). It never goes back.
 *
 * <p><b>Readers take no lock.</b> A list is written only by a thread that holds the node's lock
 * ({@link #lock}; writers hold one such lock at a time, so they cannot deadlock). A list cannot be
 * torn, because it is only a set of independent hints:
 *
 * <ul>
 *   <li>Appending writes the id, then release-stores the count; a reader acquires the count first,
 *       so it sees ids that were written.
 *   <li>Replacing release-stores one id over another; removing copies the last id into the hole and
 *       then lowers the count. A reader with an older count reads ids that were links a moment ago,
 *       or one id twice. A link that stays is at every moment in at least one place.
 *   <li>Every id is stored with release and read with acquire (all of a list by one fence), and its
 *       node was begun before it was stored: whoever reads an id also sees the node's record, its
 *       upper blocks, and the vector that the caller stored before it asked for the insertion.
 * </ul>
 *
 * <p><b>In-degree.</b> The counter is raised after a link is written and lowered before one is
 * taken away, so it is never above the true number of links to the node, and equal to it when no
 * writer is at work. {@link #dropInLink} refuses to lower it from one.
 */
final class NodeRecords {
  /** Levels are below this; at M = 2 one node in two billion would be higher. */
  static final int LEVEL_MAX = 30;

  private static final int LINKED = 1 << 8;
  private static final int LEVEL_MASK = LINKED - 1;

  private static final int STATE = 0;
  private static final int UPPER = 4;
  static final int IN_DEGREE = 8;
  static final int COUNT = 12;
  private static final int LINKS = 16;

  private static final int UPPER_COUNT = 0;
  private static final int UPPER_LINKS = 4;

  private static final int NODES_PER_CHUNK_SHIFT = 12;

  private static final int UPPER_BLOCKS_PER_CHUNK_SHIFT = 10;
  private static final int LOCK_COUNT = 1024;

  private final HnswParameters parameters;

  /** Package-private for tests that damage it. */
  final BlockStore nodes;

  private final BlockStore uppers;
  private final ReentrantLock[] locks = new ReentrantLock[LOCK_COUNT];

  /** Guarded by uppers' monitor. */
  private int uppersUsed;

  NodeRecords(HnswParameters parameters, Arena arena) {
    this.parameters = parameters;
    int m = parameters.m();
    nodes = new BlockStore(arena, LINKS + 2 * m * Integer.BYTES, NODES_PER_CHUNK_SHIFT);
    uppers = new BlockStore(arena, UPPER_LINKS + m * Integer.BYTES, UPPER_BLOCKS_PER_CHUNK_SHIFT);
    for (int i = 0; i < LOCK_COUNT; i++) {
      locks[i] = new ReentrantLock();
    }
  }

  /** The lock that every write to the node's lists needs. Shared with other nodes. */
  ReentrantLock lock(int ordinal) {
    return locks[ordinal & (LOCK_COUNT - 1)];
  }

  /**
   * Gives a node its record and its level, unless it has them. Only the one thread that inserts the
   * ordinal calls this.
   */
  void begin(int ordinal, int level) {
    nodes.ensure(ordinal);
    if (isBegun(ordinal)) {
      return;
    }
    if (level > 0) {
      nodes.set(ordinal, UPPER, takeUpperBlocks(level));
    }
    nodes.setRelease(ordinal, STATE, level + 1);
  }

  /** Says that all links of the node are published. */
  void markLinked(int ordinal) {
    nodes.setRelease(ordinal, STATE, nodes.get(ordinal, STATE) | LINKED);
  }

  boolean isBegun(int ordinal) {
    return nodes.has(ordinal) && nodes.getAcquire(ordinal, STATE) != 0;
  }

  /** True once all links of the node are published, with acquire. */
  boolean isLinked(int ordinal) {
    return nodes.has(ordinal) && (nodes.getAcquire(ordinal, STATE) & LINKED) != 0;
  }

  /** The level of a begun node. */
  int level(int ordinal) {
    return (nodes.getAcquire(ordinal, STATE) & LEVEL_MASK) - 1;
  }

  /** How many ordinals there is memory for. */
  long capacity() {
    return nodes.capacity();
  }

  /** Makes memory for the ordinals below. */
  void reserve(int ordinals) {
    if (ordinals > 0) {
      nodes.ensure(ordinals - 1);
    }
  }

  long bytes() {
    return nodes.bytes() + uppers.bytes();
  }

  /** How many links a begun node holds on a layer, at most its level. */
  int count(int ordinal, int layer) {
    return layer == 0
        ? nodes.getAcquire(ordinal, COUNT)
        : uppers.getAcquire(upperBlock(ordinal, layer), UPPER_COUNT);
  }

  /**
   * Reads the first line of a begun node's record, so that it is near when its links are wanted.
   */
  int touch(int ordinal) {
    return nodes.get(ordinal, COUNT);
  }

  /** Copies the links of a begun node on a layer, at most its level, and tells how many. */
  int copyLinks(int ordinal, int layer, int[] target) {
    if (layer == 0) {
      int count = nodes.getAcquire(ordinal, COUNT);
      nodes.copy(ordinal, LINKS, target, count);
      return count;
    }
    int block = upperBlock(ordinal, layer);
    int count = uppers.getAcquire(block, UPPER_COUNT);
    uppers.copy(block, UPPER_LINKS, target, count);
    return count;
  }

  /** Adds a link at the end of a list that has room. Under the lock. */
  void append(int ordinal, int layer, int link) {
    int count = count(ordinal, layer);
    assert count < parameters.linksMax(layer) : count;
    setLink(ordinal, layer, count, link);
    setCount(ordinal, layer, count + 1);
    if (layer == 0) {
      nodes.increment(link, IN_DEGREE);
    }
  }

  /**
   * Puts a link in another's place. Under the lock. On layer 0 the old one was {@linkplain
   * #dropInLink dropped} before.
   */
  void replace(int ordinal, int layer, int index, int link) {
    setLink(ordinal, layer, index, link);
    if (layer == 0) {
      nodes.increment(link, IN_DEGREE);
    }
  }

  /**
   * Takes a link away. Under the lock. On layer 0 it was {@linkplain #dropInLink dropped} before.
   */
  void remove(int ordinal, int layer, int index) {
    int last = count(ordinal, layer) - 1;
    setLink(ordinal, layer, index, link(ordinal, layer, last));
    setCount(ordinal, layer, last);
  }

  /** Counts one link to the node less, or says false if it is the only one. */
  boolean dropInLink(int ordinal) {
    return nodes.decrementAbove(ordinal, IN_DEGREE, 1);
  }

  int inDegree(int ordinal) {
    return nodes.getAcquire(ordinal, IN_DEGREE);
  }

  private int link(int ordinal, int layer, int index) {
    return layer == 0
        ? nodes.get(ordinal, LINKS + index * Integer.BYTES)
        : uppers.get(upperBlock(ordinal, layer), UPPER_LINKS + index * Integer.BYTES);
  }

  private void setLink(int ordinal, int layer, int index, int link) {
    if (layer == 0) {
      nodes.setRelease(ordinal, LINKS + index * Integer.BYTES, link);
    } else {
      uppers.setRelease(upperBlock(ordinal, layer), UPPER_LINKS + index * Integer.BYTES, link);
    }
  }

  private void setCount(int ordinal, int layer, int count) {
    if (layer == 0) {
      nodes.setRelease(ordinal, COUNT, count);
    } else {
      uppers.setRelease(upperBlock(ordinal, layer), UPPER_COUNT, count);
    }
  }

  private int upperBlock(int ordinal, int layer) {
    return nodes.get(ordinal, UPPER) + layer - 1;
  }

  private int takeUpperBlocks(int count) {
    synchronized (uppers) {
      int first = uppersUsed;
      int next = Math.addExact(first, count);
      uppers.ensure(next - 1);
      uppersUsed = next;
      return first;
    }
  }
}
