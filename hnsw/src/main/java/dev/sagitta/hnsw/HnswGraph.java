package dev.sagitta.hnsw;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A hierarchical navigable small world graph (Malkov and Yashunin 2018) over ordinals, off-heap.
 *
 * <p>Thread-safe: any number of {@link GraphInserter}s and {@link GraphSearcher}s, one per thread,
 * work on it at once. Searches take no lock; see {@link NodeRecords} for why they need none, and
 * {@link GraphInserter} for what holds when insertions meet.
 *
 * <p>Ordinals are ints from 0 up. There is memory for all ordinals up to the highest inserted, so
 * they should be dense: 16 + 8M bytes each, in chunks of 4096, and 4 + 4M for each of the 1 in M on
 * an upper layer, again 1 in M of those on the next. The level of a node is a function of its
 * ordinal. Nothing is ever taken out: what is deleted the {@link SlotFilter} rejects.
 */
public final class HnswGraph implements AutoCloseable {
  static final long NO_ENTRY_POINT = -1;

  private final HnswParameters parameters;
  private final VectorSpace space;
  private final Arena arena = Arena.ofShared();
  private final NodeRecords records;
  private final AtomicInteger linkedCount = new AtomicInteger();
  private final Object entryPointLock = new Object();

  /** Level and ordinal of the node where searches start. Written under entryPointLock. */
  private volatile long entryPoint = NO_ENTRY_POINT;

  /** Makes an empty graph. */
  public HnswGraph(HnswParameters parameters, VectorSpace space) {
    this.parameters = Objects.requireNonNull(parameters, "parameters");
    this.space = Objects.requireNonNull(space, "space");
    this.records = new NodeRecords(parameters, arena);
  }

  /** M and efConstruction, as given. */
  public HnswParameters parameters() {
    return parameters;
  }

  /**
   * True once all links of the ordinal are published: from then on searches that begin find it as
   * well as they ever will. An acquire read.
   */
  public boolean contains(int ordinal) {
    return ordinal >= 0 && records.isLinked(ordinal);
  }

  /** How many ordinals are contained. */
  public int linkedCount() {
    return linkedCount.get();
  }

  /** Bytes of memory held off-heap. */
  public long bytes() {
    return records.bytes();
  }

  /**
   * Writes the graph restricted to the ordinals below {@code slotCount} that are contained when the
   * call begins. Links to others are left out, so a node may be unreachable in the image that is
   * not so here; {@link GraphValidator#unreachable} finds it after reading. Searches and insertions
   * go on meanwhile; each node's lists are read under its lock.
   *
   * <p>The picture of the bytes is at {@link GraphImage}. Costs a bit of off-heap memory per slot
   * and one buffer of 64 KiB.
   *
   * @throws IOException if the sink throws it
   */
  public void writeImage(int slotCount, ImageSink sink) throws IOException {
    GraphImage.write(this, slotCount, sink);
  }

  /**
   * Reads an image into this empty graph, which no other thread uses yet. If it throws, the graph
   * is good for nothing but to be closed.
   *
   * @param slotCount what it was when the image was written: bounds memory and ordinals
   * @throws InvalidImageException if a value is out of its range or does not fit this graph
   * @throws IOException if the source throws it
   * @throws IllegalStateException if the graph is not empty
   */
  public void readImage(int slotCount, ImageSource source) throws IOException {
    GraphImage.read(this, slotCount, source);
  }

  /** Frees the memory. No other thread may be using the graph, nor later. */
  @Override
  public void close() {
    arena.close();
  }

  VectorSpace space() {
    return space;
  }

  NodeRecords records() {
    return records;
  }

  /**
   * The level of an ordinal's node: exponentially distributed with mL = 1 / ln M, as in the paper's
   * section 4, with the ordinal's hash for the random number. So linking again gives the same one.
   */
  int levelOf(int ordinal) {
    // In (0, 1]: 53 bits of the hash, plus one.
    double random = ((Hashes.mix(ordinal) >>> 11) + 1) * 0x1p-53;
    double level = -Math.log(random) / Math.log(parameters.m());
    return (int) Math.min(level, NodeRecords.LEVEL_MAX);
  }

  /** Where searches start, or {@link #NO_ENTRY_POINT}. An acquire read. */
  long entryPoint() {
    return entryPoint;
  }

  static int entryOrdinal(long entryPoint) {
    return (int) entryPoint;
  }

  static int entryLevel(long entryPoint) {
    return (int) (entryPoint >>> 32);
  }

  /** Makes a begun node linked, and the entry point, if it is the first of the graph. */
  boolean linkFirst(int ordinal) {
    synchronized (entryPointLock) {
      if (entryPoint != NO_ENTRY_POINT) {
        return false;
      }
      enter(ordinal);
      return true;
    }
  }

  /** Makes a node whose links are published linked, and the entry point if it is the highest. */
  void link(int ordinal) {
    synchronized (entryPointLock) {
      if (records.level(ordinal) > entryLevel(entryPoint)) {
        entryPoint = entry(ordinal);
      }
    }
    if (!records.isLinked(ordinal)) {
      records.markLinked(ordinal);
      linkedCount.incrementAndGet();
    }
  }

  /** Makes the graph that was read ready for use. */
  void linkRead(int ordinal, int count) {
    linkedCount.set(count);
    entryPoint = entry(ordinal);
  }

  private void enter(int ordinal) {
    records.markLinked(ordinal);
    linkedCount.incrementAndGet();
    entryPoint = entry(ordinal);
  }

  private long entry(int ordinal) {
    return ((long) records.level(ordinal) << 32) | ordinal;
  }
}
