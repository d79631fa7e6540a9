package dev.sagitta.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** A graph over a test space. Closing it validates it, unless a test has damaged it on purpose. */
final class TestGraph implements AutoCloseable {
  static final HnswParameters PARAMETERS = new HnswParameters(16, 200);
  static final int EF_DEFAULT = 100;
  static final SlotFilter ALL = ordinal -> true;

  final TestSpace space;
  final HnswGraph graph;
  final TestSearcher searcher;
  private boolean damaged;

  TestGraph(TestSpace space, HnswParameters parameters) {
    this.space = space;
    this.graph = new HnswGraph(parameters, space);
    this.searcher = new TestSearcher(graph, space);
  }

  TestGraph(TestSpace space) {
    this(space, PARAMETERS);
  }

  /** An unlinked graph of Euclidean vectors with the default parameters. */
  static TestGraph of(float[][] vectors) {
    return new TestGraph(new TestSpace(vectors, TestSpace.Scoring.EUCLIDEAN));
  }

  TestGraph insertAll() {
    GraphInserter inserter = new GraphInserter(graph);
    for (int ordinal = 0; ordinal < space.size(); ordinal++) {
      inserter.insert(ordinal);
    }
    return this;
  }

  TestGraph insertAll(int threads) {
    AtomicInteger next = new AtomicInteger();
    runConcurrently(
        threads,
        () -> {
          GraphInserter inserter = new GraphInserter(graph);
          for (int o = next.getAndIncrement(); o < space.size(); o = next.getAndIncrement()) {
            inserter.insert(o);
          }
        });
    return this;
  }

  static void runConcurrently(int threads, Runnable task) {
    try (ExecutorService executor = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        futures.add(executor.submit(task));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      throw new AssertionError(e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  int search(float[] query, int ef) {
    return searcher.search(query, ef, ALL, SearchLimit.NONE);
  }

  /** The ordinals that a search returns, nearest first. */
  List<Integer> found(float[] query, int ef, SlotFilter accept) {
    int count = searcher.search(query, ef, accept, SearchLimit.NONE);
    List<Integer> ordinals = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ordinals.add(searcher.ordinal(i));
    }
    return ordinals;
  }

  /** The share of the k nearest that are found, counted by score. */
  double recall(float[][] queries, int k, int ef) {
    int right = 0;
    int wanted = 0;
    for (float[] query : queries) {
      float[] nearest = space.nearest(query, k);
      int count = search(query, ef);
      for (int i = 0; i < Math.min(k, count); i++) {
        right += searcher.score(i) <= nearest[nearest.length - 1] ? 1 : 0;
      }
      wanted += nearest.length;
    }
    return (double) right / wanted;
  }

  /** Nodes that a search for their own vector does not return, nor ten others as near. */
  List<Integer> missing() {
    List<Integer> missing = new ArrayList<>();
    for (int ordinal = 0; ordinal < space.size(); ordinal++) {
      if (!findsItself(ordinal, EF_DEFAULT)) {
        missing.add(ordinal);
      }
    }
    return missing;
  }

  /** Whether a search of a breadth for a node's vector finds the node. */
  boolean findsItself(int ordinal, int ef) {
    float[] vector = space.vectors[ordinal];
    float self = space.scoring.score(vector, vector);
    int count = search(vector, ef);
    int asNear = 0;
    for (int i = 0; i < count; i++) {
      if (searcher.ordinal(i) == ordinal) {
        return true;
      }
      asNear += searcher.score(i) <= self ? 1 : 0;
    }
    return asNear >= 10;
  }

  byte[] image(int slotCount) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      graph.writeImage(
          slotCount,
          buffer -> {
            byte[] part = new byte[buffer.remaining()];
            buffer.get(part);
            bytes.writeBytes(part);
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static ImageSource source(byte[] image) {
    ByteBuffer bytes = ByteBuffer.wrap(image);
    return target -> {
      if (bytes.remaining() < target.remaining()) {
        throw new EOFException("image ends at byte " + image.length);
      }
      int length = target.remaining();
      target.put(bytes.slice(bytes.position(), length));
      bytes.position(bytes.position() + length);
    };
  }

  /** A graph over the same space, read from an image. */
  TestGraph reread(byte[] image, int slotCount) {
    TestGraph read = new TestGraph(space, graph.parameters());
    try {
      read.graph.readImage(slotCount, source(image));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return read;
  }

  List<Integer> unreachable() {
    List<Integer> found = new ArrayList<>();
    GraphValidator.unreachable(graph, Integer.MAX_VALUE, found::add);
    return found;
  }

  List<GraphValidator.Violation> violations() {
    return GraphValidator.validate(graph, Integer.MAX_VALUE);
  }

  /** Closing will not validate. */
  TestGraph damaged() {
    damaged = true;
    return this;
  }

  void assertValid() {
    assertEquals(List.of(), violations());
    int contained = 0;
    for (int ordinal = 0; ordinal < space.size(); ordinal++) {
      contained += graph.contains(ordinal) ? 1 : 0;
    }
    assertEquals(contained, graph.linkedCount());
  }

  @Override
  public void close() {
    try (graph) {
      if (!damaged) {
        assertValid();
      }
    }
  }
}
