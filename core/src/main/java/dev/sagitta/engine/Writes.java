package dev.sagitta.engine;

import dev.sagitta.CollectionConfig;
import dev.sagitta.InvalidInputException;
import dev.sagitta.Limits;
import dev.sagitta.RecordId;
import dev.sagitta.UpsertInterruptedException;
import dev.sagitta.UpsertProgress;
import dev.sagitta.VectorRecord;
import dev.sagitta.WriteBatch;
import dev.sagitta.distance.VectorValue;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What callers write: checks and copies their input on their own threads, hands it to the write
 * lane and waits for the acknowledgement, then helps to link if too much is pending. Waits first
 * for a checkpoint that the log outgrows.
 */
final class Writes {
  /** Bounds of a chunk of a stream. */
  private static final int CHUNK_OPERATIONS_MAX = 256;

  private static final long CHUNK_BYTES_MAX = 1 << 20;

  private final CollectionConfig config;
  private final WriteLane lane;
  private final Linkers linkers;
  private final Checkpoints checkpoints;
  private final IdCodec ids;
  private final OperationCodec codec;

  Writes(
      CollectionConfig config,
      WriteLane lane,
      Linkers linkers,
      Checkpoints checkpoints,
      IdCodec ids) {
    this.config = config;
    this.lane = lane;
    this.linkers = linkers;
    this.checkpoints = checkpoints;
    this.ids = ids;
    this.codec = new OperationCodec(config);
  }

  void upsert(VectorRecord record) {
    write(operation(record));
  }

  boolean delete(RecordId id) {
    return write(new Operation.Delete(ids.encode(id))) > 0;
  }

  void apply(WriteBatch batch) {
    if (batch.size() == 0) {
      lane.requireOpen();
      return;
    }
    List<Operation.Single> changes = new ArrayList<>(batch.size());
    long bytes = 0;
    for (WriteBatch.Change change : batch.changes()) {
      Operation.Single single =
          change.record().isPresent()
              ? operation(change.record().get())
              : new Operation.Delete(ids.encode(change.id()));
      bytes += codec.bytes(single);
      if (bytes > Limits.BATCH_BYTES_MAX) {
        throw new InvalidInputException(
            "batch of %d changes has more than the %d bytes allowed"
                .formatted(batch.size(), Limits.BATCH_BYTES_MAX));
      }
      changes.add(single);
    }
    write(new Operation.Batch(changes));
  }

  long upsertAll(Stream<VectorRecord> records, Consumer<UpsertProgress> progress) {
    try (records) {
      return writeAll(
          records.iterator(),
          this::operation,
          done -> {
            // The flag stays set, as the caller's own code may look at it.
            if (Thread.currentThread().isInterrupted()) {
              throw new UpsertInterruptedException(done);
            }
          },
          done -> progress.accept(new UpsertProgress(done)));
    }
  }

  long deleteAll(Collection<? extends RecordId> all) {
    return writeAll(
        all.iterator(), id -> new Operation.Delete(ids.encode(id)), done -> {}, done -> {});
  }

  /** How an element of a stream becomes an operation. */
  private interface ToOperation<T> {
    Operation apply(T element);
  }

  /** Called at a chunk's boundary with the number of operations so far that changed anything. */
  private interface ChunkBoundary {
    void accept(long done);
  }

  private <T> long writeAll(
      Iterator<? extends T> elements,
      ToOperation<T> toOperation,
      ChunkBoundary beforeChunk,
      ChunkBoundary afterChunk) {
    lane.requireOpen();
    long done = 0;
    List<Operation> chunk = new ArrayList<>(CHUNK_OPERATIONS_MAX);
    List<ByteBuffer> frames = new ArrayList<>(CHUNK_OPERATIONS_MAX);
    while (elements.hasNext()) {
      beforeChunk.accept(done);
      chunk.clear();
      frames.clear();
      long bytes = 0;
      while (chunk.size() < CHUNK_OPERATIONS_MAX && bytes < CHUNK_BYTES_MAX && elements.hasNext()) {
        Operation operation = toOperation.apply(elements.next());
        ByteBuffer frame = codec.encode(operation);
        bytes += frame.remaining();
        chunk.add(operation);
        frames.add(frame);
      }
      done += write(List.copyOf(chunk), List.copyOf(frames));
      afterChunk.accept(done);
    }
    return done;
  }

  private int write(Operation operation) {
    return write(List.of(operation), List.of(codec.encode(operation)));
  }

  private int write(List<Operation> operations, List<ByteBuffer> frames) {
    checkpoints.holdBack();
    int changed = Waiting.on(lane.write(operations, frames));
    linkers.help(operations.stream().mapToInt(Writes::upserts).sum());
    return changed;
  }

  private static int upserts(Operation operation) {
    return switch (operation) {
      case Operation.Upsert upsert -> 1;
      case Operation.Delete delete -> 0;
      case Operation.Batch batch -> batch.changes().stream().mapToInt(Writes::upserts).sum();
    };
  }

  /** Copies and checks a record. */
  private Operation.Upsert operation(@Nullable VectorRecord record) {
    if (record == null) {
      throw new InvalidInputException("record is null");
    }
    VectorValue vector = record.vector().copy();
    VectorChecks.check("vector of id " + record.id(), vector, config);
    return new Operation.Upsert(
        ids.encode(record.id()), vector, PayloadCodec.encode(record.payload()));
  }
}
