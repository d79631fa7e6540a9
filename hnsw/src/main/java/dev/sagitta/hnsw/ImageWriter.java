package dev.sagitta.hnsw;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;

/** Writes one {@link GraphImage}. For one thread, beside insertions and searches. */
final class ImageWriter {
  private final HnswGraph graph;
  private final NodeRecords records;
  private final int slotCount;
  private final ImageSink sink;

  /** What was contained when the writing began: what finishes later is left out everywhere. */
  private final OrdinalSet contained;

  private final ByteBuffer frame;
  private final int[] links;

  ImageWriter(HnswGraph graph, int slotCount, Arena arena, ImageSink sink) {
    this.graph = graph;
    this.records = graph.records();
    this.slotCount = slotCount;
    this.sink = sink;
    contained = new OrdinalSet(arena, slotCount);
    frame = ByteBuffer.allocate(GraphImage.FRAME_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
    links = new int[graph.parameters().linksMax(0)];
  }

  void write() throws IOException {
    int entryPoint = findContained();
    frame.putInt(GraphImage.VERSION);
    frame.putInt(graph.parameters().m());
    frame.putInt(slotCount);
    frame.putInt(contained.size());
    frame.putInt(entryPoint);
    frame.putInt(0);
    flush();

    int nodeBytesMax = GraphImage.nodeBytesMax(graph.parameters());
    frame.putInt(0);
    for (int ordinal = 0; ordinal < slotCount; ordinal++) {
      if (frame.remaining() < nodeBytesMax) {
        flushFrame();
      }
      putNode(ordinal);
    }
    if (frame.position() > Integer.BYTES) {
      flushFrame();
    }
  }

  /** Fills the set and gives the highest node in it: the graph's entry point if that is one. */
  private int findContained() {
    int highest = GraphImage.NO_ENTRY_POINT;
    int level = -1;
    for (int ordinal = 0; ordinal < slotCount; ordinal++) {
      if (graph.contains(ordinal)) {
        contained.add(ordinal);
        if (records.level(ordinal) > level) {
          highest = ordinal;
          level = records.level(ordinal);
        }
      }
    }
    long entryPoint = graph.entryPoint();
    int entry = HnswGraph.entryOrdinal(entryPoint);
    boolean fits =
        entryPoint != HnswGraph.NO_ENTRY_POINT
            && contained.contains(entry)
            && HnswGraph.entryLevel(entryPoint) == level;
    return fits ? entry : highest;
  }

  private void putNode(int ordinal) {
    if (!contained.contains(ordinal)) {
      frame.put((byte) 0);
      return;
    }
    int level = records.level(ordinal);
    frame.put((byte) (level + 1));
    ReentrantLock lock = records.lock(ordinal);
    lock.lock();
    try {
      for (int layer = 0; layer <= level; layer++) {
        putLinks(ordinal, layer);
      }
    } finally {
      lock.unlock();
    }
  }

  private void putLinks(int ordinal, int layer) {
    int count = records.copyLinks(ordinal, layer, links);
    int countPosition = frame.position();
    frame.putShort((short) 0);
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (contained.contains(links[i])) {
        frame.putInt(links[i]);
        kept++;
      }
    }
    frame.putShort(countPosition, (short) kept);
  }

  private void flushFrame() throws IOException {
    frame.putInt(0, frame.position() - Integer.BYTES);
    flush();
    frame.putInt(0);
  }

  private void flush() throws IOException {
    frame.flip();
    sink.write(frame);
    frame.clear();
  }
}
