package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.Durability;
import dev.sagitta.IdType;
import dev.sagitta.Payload;
import dev.sagitta.distance.ElementType;
import dev.sagitta.distance.Metric;
import dev.sagitta.distance.VectorValue;
import dev.sagitta.distance.kernel.Kernels;
import dev.sagitta.distance.kernel.RowLayout;
import dev.sagitta.hnsw.HnswParameters;
import dev.sagitta.persistence.FileKind;
import dev.sagitta.persistence.SimulatedFiles;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * The parts of one collection on the simulated file system, put together without threads of their
 * own, for tests of single parts: vectors of two elements, Euclidean, STRING ids, four rows to a
 * vector extent, 1 KiB to a payload extent. What needs a thread runs on the caller's.
 */
final class CollectionParts implements AutoCloseable {
  static final Path DIRECTORY = Path.of("/data/parts");
  static final int PAYLOAD_EXTENT_BYTES = 1 << 10;
  static final StoredConfig CONFIG =
      new StoredConfig(
          CollectionConfig.builder(2, Metric.EUCLIDEAN).ids(IdType.STRING).build(),
          2,
          PAYLOAD_EXTENT_BYTES);

  /** What an entry takes whose value is no bytes. */
  private static final int PAYLOAD_BYTES_MIN = 12;

  /** Runs everything at once. */
  static final Executor DIRECT = Runnable::run;

  final SimulatedFiles disk;
  final Arena arena = Arena.ofShared();
  final Epoch epoch = new Epoch("collection parts");
  final Reclaimer reclaimer = new Reclaimer(epoch);
  final CollectionFiles files;
  final Recovery recovery;
  final CollectionState state;
  final StoredVectors vectors;
  final WalkVectors walk;
  final LinkedGraph graph;
  final OperationCodec codec = new OperationCodec(CONFIG.config());

  private CollectionParts(SimulatedFiles disk) throws IOException {
    this.disk = disk;
    files = CollectionFiles.load(disk, DIRECTORY);
    recovery = new Recovery(files, files.config(), arena, reclaimer, DIRECT);
    try {
      state = recovery.recover();
    } catch (IOException | RuntimeException e) {
      recovery.close();
      arena.close();
      throw e;
    }
    vectors =
        new StoredVectors(
            state.vectors(),
            Kernels.select(new RowLayout(ElementType.FLOAT32, Metric.EUCLIDEAN, 2)).kernel());
    walk = new WalkVectors(vectors);
    graph = new LinkedGraph(new HnswParameters(16, 200), walk, Waiting::pause);
  }

  /** An empty collection. */
  static CollectionParts create() throws IOException {
    SimulatedFiles disk = new SimulatedFiles();
    disk.createDirectory(Path.of("/data"));
    disk.createDirectory(DIRECTORY);
    disk.forceDirectory(Path.of("/data"));
    disk.forceDirectory(Path.of("/"));
    CollectionFiles.create(disk, DIRECTORY, CONFIG);
    return open(disk);
  }

  /** A collection that exists; its graph is not loaded yet. */
  static CollectionParts open(SimulatedFiles disk) throws IOException {
    return new CollectionParts(disk);
  }

  /** Closes this and opens it again. */
  CollectionParts reopened() throws IOException {
    close();
    return open(disk);
  }

  /** Reads the graph. */
  void loadGraph() {
    graph.load(files, state, recovery.slotCount(), recovery.pendingAtCheckpoint());
  }

  /** A log without a cap. */
  CommitLog log(Durability durability) {
    return new CommitLog(files, durability, () -> Long.MAX_VALUE);
  }

  WriteLane lane(Executor executor, CommitLog log) {
    return new WriteLane("collection parts", executor, epoch, state, log, () -> {});
  }

  Checkpoints checkpoints(CommitLog log, WriteLane lane) {
    return new Checkpoints(
        state, files, log, lane, graph, reclaimer, DIRECT, System::nanoTime, Long.MAX_VALUE);
  }

  /** Writes through a lane. */
  CompletableFuture<Integer> write(WriteLane lane, Operation... operations) {
    List<ByteBuffer> frames = List.of(operations).stream().map(codec::encode).toList();
    return lane.write(List.of(operations), frames);
  }

  /** With a payload that takes so many bytes; below {@link #PAYLOAD_BYTES_MIN} zeros, and none. */
  static Operation.Upsert upsert(String id, float x, float y, int payloadBytes) {
    byte[] payload =
        payloadBytes < PAYLOAD_BYTES_MIN
            ? new byte[payloadBytes]
            : PayloadCodec.encode(Payload.of("b", new byte[payloadBytes - PAYLOAD_BYTES_MIN]));
    return new Operation.Upsert(bytes(id), VectorValue.float32(new float[] {x, y}), payload);
  }

  static Operation.Upsert upsert(String id, float x) {
    return upsert(id, x, 0, 0);
  }

  static Operation.Delete delete(String id) {
    return new Operation.Delete(bytes(id));
  }

  static byte[] bytes(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }

  /** Path of the newest file of a kind. */
  Path newest(FileKind kind) throws IOException {
    return disk.list(DIRECTORY).stream()
        .filter(name -> kind.number(name).isPresent())
        .map(DIRECTORY::resolve)
        .toList()
        .getLast();
  }

  /** Frees the memory; closes no log. */
  @Override
  public void close() {
    epoch.close();
    reclaimer.reclaim();
    if (graph.done()) {
      graph.close();
    }
    state.close();
    arena.close();
  }
}
