package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sagitta.hnsw.GraphValidator.Kind;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GraphImageTest {
  private static final HnswParameters SMALL = new HnswParameters(4, 30);

  private static TestGraph small(int count) {
    TestSpace space = new TestSpace(TestVectors.uniform(count, 4, 1), TestSpace.Scoring.EUCLIDEAN);
    return new TestGraph(space, SMALL).insertAll();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 50, 3000})
  void givesTheSameGraphBack(int count) {
    try (TestGraph g = small(count)) {
      byte[] image = g.image(count);
      try (TestGraph read = g.reread(image, count)) {
        assertEquals(count, read.graph.linkedCount());
        assertArrayEquals(image, read.image(count));
        for (float[] query : TestVectors.uniform(20, 4, 2)) {
          assertEquals(g.found(query, 20, TestGraph.ALL), read.found(query, 20, TestGraph.ALL));
        }
      }
    }
  }

  @Test
  void aGraphThatWasReadGoesOnGrowing() {
    TestSpace space = new TestSpace(TestVectors.uniform(1000, 8, 1), TestSpace.Scoring.EUCLIDEAN);
    try (TestGraph g = new TestGraph(space)) {
      GraphInserter inserter = new GraphInserter(g.graph);
      for (int ordinal = 0; ordinal < 500; ordinal++) {
        inserter.insert(ordinal);
      }
      try (TestGraph read = g.reread(g.image(500), 500).insertAll()) {
        assertEquals(1000, read.graph.linkedCount());
        assertEquals(List.of(), read.missing());
      }
    }
  }

  @Test
  void leavesOutWhatLiesBeyondTheSlotsAndRelinkMendsTheRest() {
    try (TestGraph g = small(1000)) {
      try (TestGraph read = g.reread(g.image(400), 400)) {
        assertEquals(400, read.graph.linkedCount());
        assertFalse(read.graph.contains(400));
        assertTrue(onlyUnreachable(read));
        relinkUnreachable(read);
      }
    }
  }

  @Test
  void writesNodesThatAreNotContainedAsAbsent() {
    try (TestGraph g =
        new TestGraph(
            new TestSpace(TestVectors.uniform(300, 4, 1), TestSpace.Scoring.EUCLIDEAN), SMALL)) {
      GraphInserter inserter = new GraphInserter(g.graph);
      for (int ordinal = 0; ordinal < 200; ordinal += 2) {
        inserter.insert(ordinal);
      }
      // The fewer calls succeed the likelier one throws; the first that does is one of the last.
      int halfLinked = 1;
      for (int calls = 300; tryInsert(g, inserter, halfLinked, calls); calls -= 2) {
        halfLinked += 2;
      }
      assertTrue(g.graph.records().inDegree(halfLinked) > 0);
      assertFalse(g.graph.contains(halfLinked));
      int contained = g.graph.linkedCount();
      try (TestGraph read = g.reread(g.image(300), 300)) {
        assertEquals(contained, read.graph.linkedCount());
        relinkUnreachable(read);
        read.insertAll();
        assertEquals(300, read.graph.linkedCount());
      }
    }
  }

  private static boolean tryInsert(
      TestGraph g, GraphInserter inserter, int ordinal, int callsBefore) {
    g.space.callsUntilThrow.set(callsBefore);
    try {
      inserter.insert(ordinal);
      return true;
    } catch (TestSpace.ScoringException e) {
      return false;
    } finally {
      g.space.callsUntilThrow.set(-1);
    }
  }

  @Test
  void imagesTakenDuringInsertionAreValid() throws Exception {
    TestSpace space =
        new TestSpace(TestVectors.clustered(3000, 8, 20, 0.05, 1), TestSpace.Scoring.EUCLIDEAN);
    try (TestGraph g = new TestGraph(space, new HnswParameters(8, 60))) {
      CountDownLatch someInserted = new CountDownLatch(1);
      Thread linker =
          Thread.ofPlatform()
              .start(
                  () -> {
                    GraphInserter inserter = new GraphInserter(g.graph);
                    for (int ordinal = 0; ordinal < 3000; ordinal++) {
                      inserter.insert(ordinal);
                      if (ordinal == 300) {
                        someInserted.countDown();
                      }
                    }
                  });
      someInserted.await();
      int images = 0;
      for (int slotCount = 200; linker.isAlive() || images == 0; slotCount += 100) {
        int containedBefore = g.graph.linkedCount();
        byte[] image = g.image(Math.min(slotCount, 3000));
        images++;
        try (TestGraph read = g.reread(image, Math.min(slotCount, 3000))) {
          assertTrue(read.graph.linkedCount() >= Math.min(slotCount, containedBefore));
          assertTrue(onlyUnreachable(read), () -> "" + read.violations());
          relinkUnreachable(read);
        }
      }
      linker.join();
    }
  }

  private static boolean onlyUnreachable(TestGraph g) {
    return g.violations().stream().allMatch(v -> v.kind() == Kind.UNREACHABLE);
  }

  private static void relinkUnreachable(TestGraph g) {
    GraphInserter inserter = new GraphInserter(g.graph);
    g.unreachable().forEach(inserter::relink);
    assertEquals(List.of(), g.unreachable());
  }

  /** The bytes are a format: a change here is a new version. */
  @Test
  void bytesAreThoseOfThePicture() {
    float[][] vectors = {{0}, {1}, {3}};
    TestSpace space = new TestSpace(vectors, TestSpace.Scoring.EUCLIDEAN);
    try (TestGraph g = new TestGraph(space, new HnswParameters(16, 10)).insertAll()) {
      String header = "01000000 10000000 04000000 03000000 02000000 00000000";
      String frame = "24000000";
      // Ordinal 2 is of level 1, where it has nobody to link to.
      String node0 = "01 0200 01000000 02000000";
      String node1 = "01 0200 00000000 02000000";
      String node2 = "02 0200 01000000 00000000 0000";
      String absent = "00";
      String expected = String.join("", header, frame, node0, node1, node2, absent);
      assertEquals(expected.replace(" ", ""), HexFormat.of().formatHex(g.image(4)));
    }
  }

  @Test
  void refusesEveryTruncation() throws IOException {
    try (TestGraph g = small(60)) {
      byte[] image = g.image(60);
      for (int length = 0; length < image.length; length++) {
        byte[] cut = Arrays.copyOf(image, length);
        try (HnswGraph graph = new HnswGraph(SMALL, g.space)) {
          assertThrows(EOFException.class, () -> graph.readImage(60, TestGraph.source(cut)));
        }
      }
    }
  }

  @Test
  void everyFlippedByteIsRefusedOrHarmless() throws IOException {
    int count = 40;
    try (TestGraph g = small(count)) {
      byte[] image = g.image(count);
      Random random = new Random(1);
      int refused = 0;
      for (int position = 0; position < image.length; position++) {
        byte[] bad = image.clone();
        bad[position] ^= (byte) (1 + random.nextInt(255));
        try (HnswGraph graph = new HnswGraph(SMALL, g.space)) {
          graph.readImage(count, TestGraph.source(bad));
          assertTrue(
              GraphValidator.validate(graph, count).stream()
                  .allMatch(v -> v.kind() == Kind.UNREACHABLE));
          TestSearcher searcher = new TestSearcher(graph, g.space);
          searcher.search(g.space.vectors[0], 10, TestGraph.ALL, SearchLimit.NONE);
        } catch (InvalidImageException e) {
          assertTrue(e.position() >= 0 && e.position() <= image.length, e.getMessage());
          refused++;
        } catch (EOFException e) {
          refused++;
        }
      }
      assertTrue(refused > image.length / 2, refused + " of " + image.length);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, 2, version is 2 instead of 1 (image byte 4)",
    "4, 5, M is 5 instead of 4",
    "8, 61, slotCount is 61 instead of 60",
    "12, 59, 'linkedCount is 59, but 60 came'",
    "16, 60, entryPoint 60 is not a node of level",
    "16, -1, entryPoint -1 is not a node of level",
    "20, 1, reserved is 1 instead of 0",
    "24, 0, 'frameBytes 0 is not in [1, 65532]'",
    "24, -1, frameBytes -1",
    "24, 65533, frameBytes 65533",
    "24, 3, a node needs",
    "31, 60, 'node 0: link 60 is not in [0, 60)'",
    "31, -7, node 0: link -7",
    "31, 0, node 0: link 0 to itself",
  })
  void namesTheBadValue(int position, int value, String message) throws IOException {
    try (TestGraph g = small(60)) {
      byte[] image = g.image(60);
      ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).putInt(position, value);
      assertRefused(g, image, 60, message);
    }
  }

  @ParameterizedTest
  @CsvSource({"28, 7, node 0: level 6 instead of", "29, 9, node 0: 9 links on layer 0"})
  void namesTheBadByte(int position, int value, String message) throws IOException {
    try (TestGraph g = small(60)) {
      byte[] image = g.image(60);
      image[position] = (byte) value;
      assertRefused(g, image, 60, message);
    }
  }

  @Test
  void refusesBytesBehindTheLastNodeOfItsFrame() throws IOException {
    try (TestGraph g = small(1)) {
      byte[] image = Arrays.copyOf(g.image(1), g.image(1).length + 1);
      image[24]++;
      assertRefused(g, image, 1, "1 bytes follow the last node");
    }
  }

  @Test
  void refusesAnEntryPointOfAnEmptyGraph() throws IOException {
    try (TestGraph g = small(0)) {
      byte[] image = g.image(0);
      image[16] = 0;
      assertRefused(g, image, 0, "entryPoint -256 of an empty graph");
    }
  }

  @Test
  void refusesLinksToAbsentNodes() throws IOException {
    try (TestGraph g = small(2)) {
      // Node 1 and its list become the byte of an absent node.
      byte[] image = Arrays.copyOf(g.image(2), 28 + 7 + 1);
      image[12] = 1;
      image[24] = 8;
      image[35] = 0;
      assertRefused(g, image, 2, "node 0: link 1 to an absent node");
    }
  }

  private static void assertRefused(TestGraph g, byte[] image, int slotCount, String message) {
    try (HnswGraph graph = new HnswGraph(SMALL, g.space)) {
      var e =
          assertThrows(
              InvalidImageException.class,
              () -> graph.readImage(slotCount, TestGraph.source(image)));
      assertTrue(String.valueOf(e.getMessage()).contains(message), e.getMessage());
    }
  }

  @Test
  void readsIntoEmptyGraphsOnly() {
    try (TestGraph g = small(10)) {
      byte[] image = g.image(10);
      assertThrows(
          IllegalStateException.class, () -> g.graph.readImage(10, TestGraph.source(image)));
    }
  }

  @Test
  void refusesNegativeSlotCounts() {
    try (TestGraph g = small(0)) {
      assertThrows(IllegalArgumentException.class, () -> g.image(-1));
      assertThrows(
          IllegalArgumentException.class,
          () -> g.graph.readImage(-1, TestGraph.source(new byte[24])));
    }
  }

  @Test
  void passesOnWhatTheSinkThrows() {
    try (TestGraph g = small(10)) {
      IOException full = new IOException("disk full");
      var e =
          assertThrows(
              IOException.class,
              () ->
                  g.graph.writeImage(
                      10,
                      bytes -> {
                        throw full;
                      }));
      assertEquals(full, e);
    }
  }
}
