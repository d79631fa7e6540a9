package dev.sagitta.hnsw;

import java.io.IOException;
import java.lang.foreign.Arena;

/**
 * The bytes of a graph: its picture, and how they are written.
 *
 * <pre>
 * header, 24 bytes
 *   0  int version       1
 *   4  int M
 *   8  int slotCount
 *  12  int linkedCount   nodes that are not absent
 *  16  int entryPoint    an ordinal whose level no other exceeds; -1 if linkedCount is 0
 *  20  int reserved      0
 * frames, until slotCount nodes have come
 *   0  int frameBytes    what follows, at most 65532; holds whole nodes
 *      node ...
 * node, one per ordinal, ascending
 *   0  byte state        0 absent: nothing follows; else level + 1
 *      for each layer from 0 to the level:
 *        short count     at most 2M on layer 0, M above
 *        int links[count]  each below slotCount and not absent
 * </pre>
 *
 * <p>Little-endian, unaligned. In-degrees are not stored, they follow from the links; a level is
 * stored although it follows from the ordinal, as a check. There is no checksum: the caller's file
 * has one.
 */
final class GraphImage {
  static final int VERSION = 1;
  static final int HEADER_BYTES = 24;
  static final int FRAME_BYTES_MAX = 1 << 16;
  static final int NO_ENTRY_POINT = -1;

  private GraphImage() {}

  static void write(HnswGraph graph, int slotCount, ImageSink sink) throws IOException {
    if (slotCount < 0) {
      throw new IllegalArgumentException("slotCount " + slotCount + " is negative");
    }
    try (Arena arena = Arena.ofShared()) {
      new ImageWriter(graph, slotCount, arena, sink).write();
    }
  }

  static void read(HnswGraph graph, int slotCount, ImageSource source) throws IOException {
    if (slotCount < 0) {
      throw new IllegalArgumentException("slotCount " + slotCount + " is negative");
    }
    if (graph.entryPoint() != HnswGraph.NO_ENTRY_POINT) {
      throw new IllegalStateException("the graph is not empty");
    }
    new ImageReader(graph, slotCount, source).read();
  }

  /** The most bytes that one node can take. */
  static int nodeBytesMax(HnswParameters parameters) {
    int upper = Short.BYTES + parameters.linksMax(1) * Integer.BYTES;
    int lowest = Short.BYTES + parameters.linksMax(0) * Integer.BYTES;
    return Byte.BYTES + lowest + NodeRecords.LEVEL_MAX * upper;
  }
}
