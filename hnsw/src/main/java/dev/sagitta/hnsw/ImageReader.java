package dev.sagitta.hnsw;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads one {@link GraphImage} into an empty graph, believing nothing. For one thread.
 *
 * <p>Memory is what a graph of {@code slotCount} nodes takes, whatever the bytes say: levels must
 * be those that the ordinals have, frames and lists have greatest lengths.
 */
final class ImageReader {
  private final HnswGraph graph;
  private final NodeRecords records;
  private final int slotCount;
  private final ImageSource source;
  private final ByteBuffer frame;
  private final VisitedSet listed = new VisitedSet();

  /** Image bytes before the frame's buffer. */
  private long frameStart;

  private int linkedCount;
  private int highestLevel = -1;

  ImageReader(HnswGraph graph, int slotCount, ImageSource source) {
    this.graph = graph;
    this.records = graph.records();
    this.slotCount = slotCount;
    this.source = source;
    frame = ByteBuffer.allocate(GraphImage.FRAME_BYTES_MAX).order(ByteOrder.LITTLE_ENDIAN);
  }

  void read() throws IOException {
    fill(GraphImage.HEADER_BYTES);
    expect("version", GraphImage.VERSION);
    expect("M", graph.parameters().m());
    expect("slotCount", slotCount);
    int linkedCountStated = frame.getInt();
    int entryPoint = frame.getInt();
    expect("reserved", 0);

    records.reserve(slotCount);
    for (int ordinal = 0; ordinal < slotCount; ordinal++) {
      if (!frame.hasRemaining()) {
        readFrame();
      }
      readNode(ordinal);
    }
    if (frame.hasRemaining()) {
      throw invalid(frame.remaining() + " bytes follow the last node in its frame");
    }
    if (linkedCount != linkedCountStated) {
      throw invalid("linkedCount is " + linkedCountStated + ", but " + linkedCount + " came");
    }
    checkLinkedPresent();
    enter(entryPoint);
  }

  private void readFrame() throws IOException {
    fill(Integer.BYTES);
    int frameBytes = frame.getInt(0);
    if (frameBytes < 1 || frameBytes > GraphImage.FRAME_BYTES_MAX - Integer.BYTES) {
      throw invalid(
          "frameBytes "
              + frameBytes
              + " is not in [1, "
              + (GraphImage.FRAME_BYTES_MAX - Integer.BYTES)
              + "]");
    }
    frame.position(Integer.BYTES);
    fill(frameBytes);
  }

  private void readNode(int ordinal) throws InvalidImageException {
    int state = need(Byte.BYTES).get() & 0xFF;
    if (state == 0) {
      return;
    }
    int level = state - 1;
    int expected = graph.levelOf(ordinal);
    if (level != expected) {
      throw invalid("node " + ordinal + ": level " + level + " instead of " + expected);
    }
    records.begin(ordinal, level);
    for (int layer = 0; layer <= level; layer++) {
      readLinks(ordinal, layer);
    }
    records.markLinked(ordinal);
    linkedCount++;
    highestLevel = Math.max(highestLevel, level);
  }

  private void readLinks(int ordinal, int layer) throws InvalidImageException {
    int count = need(Short.BYTES).getShort() & 0xFFFF;
    int linksMax = graph.parameters().linksMax(layer);
    if (count > linksMax) {
      throw invalid("node " + ordinal + ": " + count + " links on layer " + layer);
    }
    listed.clear();
    listed.add(ordinal);
    ByteBuffer bytes = need(count * Integer.BYTES);
    for (int i = 0; i < count; i++) {
      int link = bytes.getInt();
      if (link < 0 || link >= slotCount) {
        throw invalid("node " + ordinal + ": link " + link + " is not in [0, " + slotCount + ")");
      }
      if (!listed.add(link)) {
        throw invalid("node " + ordinal + ": link " + link + " to itself or a second time");
      }
      if (graph.levelOf(link) < layer) {
        throw invalid("node " + ordinal + ": link " + link + " does not reach layer " + layer);
      }
      records.append(ordinal, layer, link);
    }
  }

  /** When a link came, its node may have been still to come. */
  private void checkLinkedPresent() throws InvalidImageException {
    int[] links = new int[graph.parameters().linksMax(0)];
    for (int ordinal = 0; ordinal < slotCount; ordinal++) {
      if (!records.isLinked(ordinal)) {
        continue;
      }
      for (int layer = 0; layer <= records.level(ordinal); layer++) {
        int count = records.copyLinks(ordinal, layer, links);
        for (int i = 0; i < count; i++) {
          if (!records.isLinked(links[i])) {
            throw invalid("node " + ordinal + ": link " + links[i] + " to an absent node");
          }
        }
      }
    }
  }

  private void enter(int entryPoint) throws InvalidImageException {
    if (linkedCount == 0) {
      if (entryPoint != GraphImage.NO_ENTRY_POINT) {
        throw invalid("entryPoint " + entryPoint + " of an empty graph");
      }
      return;
    }
    if (entryPoint < 0
        || entryPoint >= slotCount
        || !records.isLinked(entryPoint)
        || records.level(entryPoint) != highestLevel) {
      throw invalid("entryPoint " + entryPoint + " is not a node of level " + highestLevel);
    }
    graph.linkRead(entryPoint, linkedCount);
  }

  private void expect(String name, int expected) throws InvalidImageException {
    int value = frame.getInt();
    if (value != expected) {
      throw invalid(name + " is " + value + " instead of " + expected);
    }
  }

  /** The frame, in which so many bytes must be left. */
  private ByteBuffer need(int bytes) throws InvalidImageException {
    if (frame.remaining() < bytes) {
      throw invalid("a node needs " + bytes + " bytes, its frame has " + frame.remaining());
    }
    return frame;
  }

  private void fill(int bytes) throws IOException {
    frameStart += frame.position();
    frame.clear().limit(bytes);
    source.read(frame);
    frame.flip();
  }

  private InvalidImageException invalid(String message) {
    return new InvalidImageException(message, frameStart + frame.position());
  }
}
